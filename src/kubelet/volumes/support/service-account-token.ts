import { ServiceAccounts } from '../../../api/core/service-account.ts'
import type { ServiceAccountTokenProjection } from '../../../api/core/pod/volumes.ts'
import type { TokenRequest } from '../../../api/authentication/token-request.ts'
import type { AnyResource } from '../../../api/resource.ts'
import { encode, type IssuedToken, type VolumeContext, type VolumeFile } from '../volume.ts'

const DAY_MS = 86_400_000

/** When a token of this age is replaced: after 80 % of its life, or a day. */
export const refreshTime = (issuedMs: number, expiresMs: number): number => Math.min(issuedMs + (expiresMs - issuedMs) * 0.8, issuedMs + DAY_MS)

/** The user that all containers run as, when it is one and the same. */
export function commonUser({ spec }: VolumeContext['pod']): number | undefined {
  const users = new Set([...spec.containers, ...(spec.initContainers ?? [])].map(({ securityContext }) => securityContext?.runAsUser ?? spec.securityContext?.runAsUser))
  return users.size === 1 ? [...users][0] : undefined
}

/** A token of the pod's service account, good only while the pod lives; the same one until it is time for a new one. */
export async function tokenFile(
  projection: ServiceAccountTokenProjection, mode: number, context: VolumeContext,
): Promise<{ path: string; file: VolumeFile; refreshAtMs: number }> {
  const { pod, clock, tokens } = context
  const key = JSON.stringify([projection.audience, projection.expirationSeconds])
  const known = tokens.get(key)
  const issued = known && known.refreshAtMs > clock.now() ? known : await requestToken(projection, context)
  tokens.set(key, issued)
  const uid = commonUser(pod)
  const restricted = uid !== undefined || pod.spec.securityContext?.fsGroup !== undefined
  return {
    path: projection.path, refreshAtMs: issued.refreshAtMs,
    file: { content: encode(issued.token), mode: restricted ? 0o600 : mode, ...(uid !== undefined && { uid }) },
  }
}

async function requestToken({ audience, expirationSeconds }: ServiceAccountTokenProjection, { pod, client, clock }: VolumeContext): Promise<IssuedToken> {
  const issuedMs = clock.now()
  const ref = { namespace: pod.metadata.namespace, name: pod.spec.serviceAccountName || 'default' }
  const answer = await client.createSubresource<TokenRequest>(ServiceAccounts as AnyResource, ref, 'token', {
    apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {},
    spec: {
      audiences: audience ? [audience] : [], expirationSeconds: expirationSeconds ?? 3600,
      boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: pod.metadata.name, uid: pod.metadata.uid },
    },
  })
  return { token: answer.status!.token!, refreshAtMs: refreshTime(issuedMs, Date.parse(answer.status!.expirationTimestamp!)) }
}
