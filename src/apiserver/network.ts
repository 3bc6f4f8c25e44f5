import { serveHttp, type HttpServer, type TlsOptions } from '../host/http.ts'
import { sleep } from '../machinery/clock.ts'
import type { ApiServer } from './api-server.ts'
import type { Authenticator } from './authn/authenticator.ts'
import { tendFlowSchemas } from './flow/dangling.ts'
import { createFairness } from './flow/fairness.ts'
import { advertise } from './kubernetes-service.ts'
import type { Observer } from './observation.ts'
import type { Metrics } from '../machinery/metrics.ts'
import { createServerMetrics } from './server-metrics.ts'
import { debugPages } from './paths/debug-pages.ts'
import { discovery } from './paths/discovery.ts'
import { health, type HealthCheck } from './paths/health.ts'
import { openapi, type DescribeLater } from './paths/openapi.ts'
import { openid } from './paths/openid.ts'
import type { PathHandler } from './paths/path.ts'
import { root } from './paths/root.ts'
import { version } from './paths/version.ts'
import { createHandler } from './serve.ts'
import type { Tracing } from './tracing.ts'
import { createUpgradeHandler } from './upgrade.ts'

export interface NetworkOptions {
  readonly address?: string
  readonly port?: number
  readonly tls: TlsOptions
  readonly authenticators: readonly Authenticator[]
  /** Where pods reach the server: what the service `kubernetes` leads to. Absent: there is none. */
  readonly advertised?: { readonly address: string; readonly port?: number }
  /** How long requests are still taken on after the server has said that it goes. */
  readonly shutdownDelayMs?: number
  /** Texts for OpenAPI. */
  readonly describe?: DescribeLater
  readonly checks?: readonly HealthCheck[]
  /** The paths that can be asked for without credentials; elsewhere that is a 401. Absent: authorization decides. */
  readonly isOpen?: (path: string) => boolean
  /** How many requests are worked on at once, and how long others wait for their turn. */
  readonly fairness?: { readonly seats?: number; readonly waitMs?: number }
  /** Who looks at requests besides the metrics: the audit log. */
  readonly observers?: readonly Observer[]
  /** What others tell of themselves, for `/metrics`. */
  readonly metrics?: Metrics
  /** More paths, before the common ones. */
  readonly paths?: readonly PathHandler[]
}

/** Puts an API server on the network: HTTP/2 and HTTP/1.1 with TLS on one port. */
export async function listen(api: ApiServer, options: NetworkOptions): Promise<HttpServer> {
  const { server } = api
  const catalogOf = () => server.catalog
  server.authenticators = options.authenticators
  const bound = { port: options.port ?? 0 }
  const fairness = createFairness({ reader: api.stores, clock: server.clock, ...options.fairness })
  const metrics = createServerMetrics({ clock: server.clock, stores: api.stores, catalogOf, fairness, ...(options.metrics && { metrics: options.metrics }) })
  const paths: readonly PathHandler[] = [
    ...(options.paths ?? []),
    health(options.checks ?? api.checks),
    version,
    metrics.path,
    openid(server.tokens),
    discovery(catalogOf, () => `${options.advertised?.address ?? options.address ?? '127.0.0.1'}:${bound.port}`),
    openapi(catalogOf, options.describe),
    debugPages({ clock: server.clock, checks: options.checks ?? api.checks, flags: () => ({ 'advertise-address': options.advertised?.address ?? '', 'authorization-mode': '[Node,RBAC]', 'bind-address': options.address ?? '', 'secure-port': String(bound.port) }) }),
    root(catalogOf, options.checks ?? api.checks),
  ]
  const parts = { server, authenticators: options.authenticators, paths, observers: [metrics, ...(options.observers ?? [])], fairness, ...(options.isOpen && { isOpen: options.isOpen }) }
  const http = await serveHttp({
    ...(options.address !== undefined && { address: options.address }), ...(options.port !== undefined && { port: options.port }),
    tls: options.tls, serve: within(server.tracing, createHandler(parts)), onUpgrade: createUpgradeHandler(parts),
  })
  bound.port = http.port
  await tendFlowSchemas({ api: api.local, reader: api.stores, clock: server.clock, log: server.log, signal: server.stopping })
  if (options.advertised) await advertise(api, { port: http.port, ...options.advertised })
  return {
    ...http,
    async close(graceMs) {
      api.leave()
      // Those who pass requests on to this server need time to see that it is not ready.
      if (options.shutdownDelayMs) await sleep(server.clock, options.shutdownDelayMs)
      api.stop()
      await http.close(graceMs)
    },
  }
}

/** A handler whose requests are followed. */
const within = <Args extends unknown[]>(tracing: Tracing | undefined, handler: (...args: Args) => void): ((...args: Args) => void) =>
  tracing ? (...args) => tracing.enter(() => handler(...args)) : handler
