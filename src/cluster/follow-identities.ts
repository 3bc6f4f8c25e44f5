import type { ServiceAccountTokens } from '../apiserver/authn/service-account-token.ts'
import type { HttpServer, TlsOptions } from '../host/http.ts'
import { readAccountKeys } from './account-keys.ts'
import type { ComponentContext } from './component.ts'
import { followFile } from './follow-file.ts'

/** Reads a certificate and its key, and the authority whose clients are known. */
export async function readServing({ host, pki }: ComponentContext, name: string): Promise<TlsOptions> {
  const [cert, key, clientCa] = await Promise.all([pki.certificate(name), pki.key(name), pki.certificate('ca')].map(path => host.files.readText(path)))
  return { cert: cert!, key: key!, clientCa: clientCa! }
}

/** Serves with a renewed certificate, and knows the clients of a renewed authority, from the moment at which their files change. Connections stay. */
export function followServing(context: ComponentContext, name: string, renew: (tls: TlsOptions) => void, signal: AbortSignal): void {
  const { host: { files }, log, pki } = context
  const changed = async (): Promise<void> => renew(await readServing(context, name))
  // The certificate is written after its key.
  for (const path of [pki.certificate(name), pki.certificate('ca')]) void followFile({ files, log, path, signal, changed })
}

export interface FollowedServer {
  readonly http: Pick<HttpServer, 'renew'>
  readonly tokens: ServiceAccountTokens
  /** Takes over the certificate that is shown to kubelets. */
  useKubeletClient(tls: { cert: string; key: string; ca: string }): void
}

/** Everything that an API server proves itself and others with is followed: serving and client certificates, keys of service accounts. */
export function followIdentities(context: ComponentContext, { http, tokens, useKubeletClient }: FollowedServer, signal: AbortSignal): void {
  const { host: { files }, log, pki, options } = context
  followServing(context, 'apiserver', tls => http.renew(tls), signal)
  followServing(context, 'apiserver-kubelet-client', ({ cert, key, clientCa }) => useKubeletClient({ cert: String(cert), key: String(key), ca: String(clientCa) }), signal)
  // Keys that the user named are the user's to change, with a restart, as upstream's.
  if (!options.serviceAccountSigningKeyFile) void followFile({ files, log, path: pki.serviceAccountKey, signal, changed: async () => tokens.useKeys(await readAccountKeys(files, options, pki)) })
}
