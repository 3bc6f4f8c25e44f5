import { SubjectAccessReviews } from '../../api/authorization/subject-access-review.ts'
import { TokenReviews } from '../../api/authentication/token-review.ts'
import type { Client } from '../../client/client.ts'
import { clientCertificate, type HttpRequest, type TlsSocket } from '../../host/http.ts'
import { forbidden, StatusError } from '../../machinery/status.ts'

interface Caller {
  readonly name: string
  readonly groups: readonly string[]
}

const VERBS: Readonly<Record<string, string>> = { GET: 'get', HEAD: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }
/** Parts of the kubelet's API that are subresources of the node of their own; all else is `proxy`. */
const SUBRESOURCES: readonly (readonly [prefix: string, subresource: string])[] = [
  ['/stats', 'stats'], ['/metrics', 'metrics'], ['/logs', 'log'], ['/checkpoint', 'checkpoint'], ['/healthz', 'healthz'], ['/pods', 'pods'], ['/configz', 'configz'],
]

async function identify(client: Client, request: HttpRequest): Promise<Caller | undefined> {
  const certificate = clientCertificate(request.socket as TlsSocket)
  if (certificate) return { name: certificate.commonName, groups: [...certificate.organizations, 'system:authenticated'] }
  const token = /^Bearer\s+(\S+)$/i.exec(String(request.headers.authorization ?? ''))?.[1]
  if (!token) return undefined
  const { status } = await client.create(TokenReviews, { spec: { token } })
  return status?.authenticated ? { name: status.user?.username ?? '', groups: status.user?.groups ?? [] } : undefined
}

/** Lets in who may use this node's kubelet; throws 401 or 403 for everybody else. */
export async function authorize(client: Client, nodeName: string, request: HttpRequest, path: string): Promise<void> {
  const caller = await identify(client, request)
  if (!caller) throw new StatusError('Unauthorized', 'Unauthorized')
  if (caller.groups.includes('system:masters')) return
  const subresource = SUBRESOURCES.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`))?.[1] ?? 'proxy'
  const verb = VERBS[request.method ?? 'GET'] ?? 'get'
  for (const each of subresource === 'proxy' ? [subresource] : [subresource, 'proxy']) {
    const { status } = await client.create(SubjectAccessReviews, {
      spec: { user: caller.name, groups: [...caller.groups], resourceAttributes: { verb, version: 'v1', resource: 'nodes', subresource: each, name: nodeName } },
    })
    if (status?.allowed) return
  }
  throw forbidden({ group: '', plural: 'nodes' }, nodeName, `User "${caller.name}" cannot ${verb} resource "nodes/${subresource}" in API group "" at the cluster scope`)
}
