import type { AnyResource } from '../api/resource.ts'
import type { Catalog } from './catalog.ts'
import type { Fairness } from './flow/fairness.ts'
import type { Clock } from '../machinery/clock.ts'
import { createMetrics, METRICS_TYPE, type CounterSeries, type HistogramSeries, type Metrics } from '../machinery/metrics.ts'
import { isLongRunning, type Observer } from './observation.ts'
import type { PathHandler } from './paths/path.ts'
import { utf8 } from './representation/bytes.ts'
import type { RequestInfo } from './request-info.ts'
import { isStored, type Stores } from './stores.ts'

/** Upstream's buckets for the duration of requests, in seconds. */
const DURATION_BUCKETS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60]

/** Upstream's buckets for the size of answers, in bytes. */
const SIZE_BUCKETS = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

export interface ServerMetricsParts {
  readonly clock: Clock
  readonly stores: Stores
  readonly catalogOf: () => Catalog
  readonly fairness?: Fairness
  /** Those of others that `/metrics` tells too; absent: new ones. */
  readonly metrics?: Metrics
}

export interface ServerMetrics extends Observer {
  readonly metrics: Metrics
  /** `/metrics`. */
  readonly path: PathHandler
}

/** What the server tells of itself, under upstream's names. */
export function createServerMetrics({ clock, stores, catalogOf, fairness, metrics = createMetrics() }: ServerMetricsParts): ServerMetrics {
  const requests = metrics.counter('apiserver_request_total', 'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.')
  const durations = metrics.histogram('apiserver_request_duration_seconds', 'Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.', DURATION_BUCKETS)
  const inFlight = metrics.gauge('apiserver_current_inflight_requests', 'Maximal number of currently used inflight request limit of this apiserver per request kind in last second.')
  const longRunning = metrics.gauge('apiserver_longrunning_requests', 'Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component.')
  const sli = metrics.histogram('apiserver_request_sli_duration_seconds', 'Response latency distribution (not counting webhook duration and priority & fairness queue wait times) in seconds for each verb, group, version, resource, subresource, scope and component.', DURATION_BUCKETS.slice(2))
  const sizes = metrics.histogram('apiserver_response_sizes', 'Response size distribution in bytes for each group, version, verb, resource, subresource, scope and component.', SIZE_BUCKETS)
  metrics.gauge('apiserver_resource_objects', 'Number of stored objects at the time of last check split by kind.', gauge => {
    for (const resource of catalogOf().resources) if (isStored(resource)) gauge.set({ group: resource.group, resource: resource.plural }, stores.of(resource).snapshot().size)
  })
  metrics.gauge('apiserver_watch_cache_resource_version', 'Current resource version of watch cache broken by resource type.', gauge => {
    for (const resource of catalogOf().resources) if (isStored(resource)) gauge.set({ group: resource.group, resource: resource.plural }, stores.of(resource).revision())
  })
  metrics.gauge('apiserver_storage_objects', 'Number of stored objects at the time of last check split by kind.', gauge => {
    for (const resource of catalogOf().resources) {
      if (isStored(resource)) gauge.set({ resource: resource.group ? `${resource.plural}.${resource.group}` : resource.plural }, stores.of(resource).snapshot().size)
    }
  })
  if (fairness) flowMetrics(metrics, fairness)

  const known = new Map<string, Series>()
  function seriesOf(place: Place, info: RequestInfo): Series {
    const labels = labelsOf(place)
    const { dry_run: _dry, ...where } = labels
    if (isLongRunning(info)) return { working: longRunning.with(where), codes: new Map(), duration: undefined, sli: undefined, size: undefined }
    const kind = { request_kind: ['get', 'list', 'watch'].includes(info.verb) ? 'readOnly' : 'mutating' }
    // Of sizes, only those of what is read are of interest; latencies of trial runs promise nothing.
    const [own, size] = [place.dryRun ? undefined : sli.with(where), place.verb === 'GET' || place.verb === 'LIST' ? sizes.with(where) : undefined]
    return { working: inFlight.with(kind), codes: new Map(), duration: durations.with(labels), sli: own, size }
  }

  return {
    metrics,
    begin(exchange, info) {
      const startedMs = clock.monotonic()
      const place = placeOf(catalogOf(), info, exchange.query.has('dryRun') ? 'All' : '')
      const key = keyOf(place)
      let own = known.get(key)
      if (!own) known.set(key, (own = seriesOf(place, info)))
      const { working, codes, duration, sli: indicator, size } = own
      working.add(1)
      return {
        done(status) {
          working.add(-1)
          let code = codes.get(status)
          if (!code) codes.set(status, (code = requests.with({ code: String(status), ...labelsOf(place) })))
          code.add()
          if (!duration) return
          const seconds = (clock.monotonic() - startedMs) / 1000
          duration.observe(seconds)
          indicator?.observe(seconds - exchange.waitedMs / 1000)
          size?.observe(exchange.sentBytes)
        },
      }
    },
    async path(exchange) {
      if (exchange.path !== '/metrics') return false
      await exchange.send(200, METRICS_TYPE, [utf8(metrics.text())])
      return true
    },
  }
}

/** What is counted of one kind of request, found once for all of them. */
interface Series {
  readonly working: CounterSeries
  readonly codes: Map<number, CounterSeries>
  readonly duration: HistogramSeries | undefined
  readonly sli: HistogramSeries | undefined
  readonly size: HistogramSeries | undefined
}

/** What requests have in common that are counted together. */
interface Place {
  readonly verb: string
  readonly resource: AnyResource | undefined
  readonly subresource: string
  readonly scope: string
  readonly dryRun: string
}

/** Only names that the server serves become labels: what clients make up must not grow the number of series. */
function placeOf(catalog: Catalog, info: RequestInfo, dryRun: string): Place {
  if (info.type === 'path') return { verb: info.verb.toUpperCase(), resource: undefined, subresource: /^\/(?:healthz|livez|readyz|version|metrics|openapi|apis?)(?=\/|$)/.exec(info.path)?.[0] ?? '', scope: '', dryRun }
  const resource = catalog.find(info.group, info.version, info.resource)
  const subresource = info.subresource === undefined ? '' : (resource?.subresources.find(({ name }) => name === info.subresource)?.name ?? '')
  return { verb: VERBS.get(info.verb) ?? 'OTHER', resource, subresource, scope: info.name !== undefined ? 'resource' : info.namespace !== undefined ? 'namespace' : 'cluster', dryRun }
}

const keyOf = ({ verb, resource, subresource, scope, dryRun }: Place): string => `${verb} ${resource?.group}/${resource?.version}/${resource?.plural}/${subresource} ${scope} ${dryRun}`

const labelsOf = ({ verb, resource, subresource, scope, dryRun }: Place) => ({
  component: resource ? 'apiserver' : '', dry_run: dryRun, group: resource?.group ?? '', resource: resource?.plural ?? '', scope, subresource, verb, version: resource?.version ?? '',
})

const VERBS: ReadonlyMap<string, string> = new Map(Object.entries({ get: 'GET', list: 'LIST', watch: 'WATCH', create: 'POST', update: 'PUT', patch: 'PATCH', delete: 'DELETE', deletecollection: 'DELETECOLLECTION' }))

function flowMetrics(metrics: Metrics, fairness: Fairness): void {
  const all = (type: 'gauge' | 'counter', name: string, help: string, value: (level: ReturnType<Fairness['levels']>[number]) => number): void =>
    void metrics[type](name, help, values => { for (const level of fairness.levels()) values.set({ priority_level: level.name }, value(level)) })
  all('gauge', 'apiserver_flowcontrol_current_executing_requests', 'Number of requests in initial (for a WATCH) or any (for a non-WATCH) execution stage in the API Priority and Fairness subsystem', ({ executing }) => executing)
  all('gauge', 'apiserver_flowcontrol_current_inqueue_requests', 'Number of requests currently pending in queues of the API Priority and Fairness subsystem', ({ waiting }) => waiting)
  all('gauge', 'apiserver_flowcontrol_nominal_limit_seats', 'Nominal number of execution seats configured for each priority level', ({ seats }) => seats)
  all('gauge', 'apiserver_flowcontrol_current_limit_seats', 'current derived number of execution seats available to each priority level', ({ seats }) => seats)
  all('counter', 'apiserver_flowcontrol_dispatched_requests_total', 'Number of requests executed by API Priority and Fairness subsystem', ({ dispatched }) => dispatched)
  all('counter', 'apiserver_flowcontrol_rejected_requests_total', 'Number of requests rejected by API Priority and Fairness subsystem', ({ rejected }) => rejected)
}
