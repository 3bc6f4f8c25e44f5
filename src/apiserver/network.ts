import { serveHttp, type HttpServer, type TlsOptions } from '../host/http.ts'
import type { ApiServer } from './api-server.ts'
import type { Authenticator } from './authn/authenticator.ts'
import { discovery } from './paths/discovery.ts'
import { health, type HealthCheck } from './paths/health.ts'
import type { PathHandler } from './paths/path.ts'
import { root } from './paths/root.ts'
import { version } from './paths/version.ts'
import { createHandler } from './serve.ts'

export interface NetworkOptions {
  readonly address?: string
  readonly port?: number
  readonly tls: TlsOptions
  readonly authenticators: readonly Authenticator[]
  /** `host:port` as clients reach the server. */
  readonly advertised?: string
  readonly checks?: readonly HealthCheck[]
  /** More paths, before the common ones. */
  readonly paths?: readonly PathHandler[]
}

/** Puts an API server on the network: HTTP/2 and HTTP/1.1 with TLS on one port. */
export async function listen(api: ApiServer, options: NetworkOptions): Promise<HttpServer> {
  const { server } = api
  const catalogOf = () => server.catalog
  const paths: readonly PathHandler[] = [
    ...(options.paths ?? []),
    health(options.checks ?? api.checks),
    version,
    discovery(catalogOf, () => options.advertised ?? ''),
    root(catalogOf),
  ]
  return serveHttp({
    ...(options.address !== undefined && { address: options.address }), ...(options.port !== undefined && { port: options.port }),
    tls: options.tls, handler: createHandler({ server, authenticators: options.authenticators, paths }),
  })
}
