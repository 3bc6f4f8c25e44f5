import type { AnyResource } from '../api/resource.ts'
import type { Clock } from '../machinery/clock.ts'
import type { CounterSeries, HistogramSeries, Metrics } from '../machinery/metrics.ts'
import { kindPrefix } from '../storage/encryption-plan.ts'
import type { Storage, Transaction } from '../storage/storage.ts'
import type { Admission, AdmissionMeter } from './admission-chain.ts'
import type { AuthorizerChain } from './authz/index.ts'
import type { Decision } from './authz/authorizer.ts'
import type { Observer } from './observation.ts'
import { whenEnded, type Tracing } from './tracing.ts'

/** Upstream's buckets, in seconds. */
const ADMISSION_BUCKETS = [0.005, 0.025, 0.1, 0.5, 1, 2.5]
const STORAGE_BUCKETS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60]
const WATCH_SIZES = Array.from({ length: 8 }, (_, index) => 1024 * 2 ** index)
const AUTH_BUCKETS = Array.from({ length: 15 }, (_, index) => 0.001 * 2 ** index)

export interface InstrumentParts {
  readonly metrics: Metrics
  readonly clock: Clock
  readonly resources: readonly AnyResource[]
  /** Absent: nothing is traced. */
  readonly tracing?: Tracing | undefined
}

/** Puts measures around the parts of a server: what they cost is told under upstream's names, and where tracing is on each is a span of its request. */
export interface Instruments {
  readonly tracing: Tracing | undefined
  storage(storage: Storage): Storage
  readonly plugins: AdmissionMeter
  admission(admission: Admission): Admission
  authorizer(chain: AuthorizerChain): AuthorizerChain
  /** Counts the events of a watch, and their bytes. */
  watch(resource: AnyResource): (bytes: number) => void
  /** Counts who was let in. */
  readonly observer: Observer
}

export const createInstruments = (parts: InstrumentParts): Instruments => ({
  tracing: parts.tracing,
  storage: storageInstrument(parts), plugins: pluginMeter(parts), admission: admissionInstrument(parts), authorizer: authorizerInstrument(parts), observer: authenticationObserver(parts),
  watch: watchInstrument(parts),
})

interface StorageSeries {
  readonly count: CounterSeries
  readonly errors: CounterSeries
  readonly duration: HistogramSeries
  readonly span: string
  readonly type: string
}

/** Upstream's names for spans of the store; ours is none of etcd's, but what watches them knows these names. */
const SPANS: Readonly<Record<string, string>> = { create: 'Create etcd3', update: 'GuaranteedUpdate etcd3', delete: 'Delete etcd3' }

function storageInstrument({ metrics, clock, resources, tracing }: InstrumentParts): Instruments['storage'] {
  const duration = metrics.histogram('etcd_request_duration_seconds', 'Etcd request latency in seconds for each operation and object type.', STORAGE_BUCKETS)
  const total = metrics.counter('etcd_requests_total', 'Etcd request counts for each operation and object type.')
  const errors = metrics.counter('etcd_request_errors_total', 'Etcd failed request counts for each operation and object type.')
  const names = new Map(resources.filter(({ storedAs }) => !storedAs).map(({ storagePrefix, plural, group }) => [storagePrefix, { resource: plural, group }]))
  const known = new Map<string, StorageSeries>()
  const seriesOf = ({ operations: [first], compare }: Transaction): StorageSeries => {
    const operation = first?.type === 'delete' ? 'delete' : compare?.[0]?.revision === 0 ? 'create' : 'update'
    const kind = kindPrefix(first?.key ?? '')
    const key = `${operation} ${kind}`
    let own = known.get(key)
    if (!own) {
      const slash = kind.indexOf('/')
      const { resource, group } = names.get(kind) ?? { resource: kind.slice(slash + 1), group: slash < 0 ? '' : kind.slice(0, slash) }
      const labels = { group, operation, resource }
      own = { count: total.with(labels), errors: errors.with(labels), duration: duration.with(labels), span: SPANS[operation]!, type: group ? `${resource}.${group}` : resource }
      known.set(key, own)
    }
    return own
  }
  return storage => {
    const commit = storage.commit.bind(storage)
    const measured = (transaction: Transaction): ReturnType<Storage['commit']> => {
      const series = seriesOf(transaction)
      const startedMs = clock.monotonic()
      series.count.add()
      return commit(transaction).then(result => {
        series.duration.observe((clock.monotonic() - startedMs) / 1000)
        return result
      }, error => {
        series.errors.add()
        throw error
      })
    }
    // In place: reads, which are many, go the way they went before.
    storage.commit = tracing
      ? transaction => tracing.step(seriesOf(transaction).span, { key: transaction.operations[0]?.key ?? '', type: seriesOf(transaction).type }, () => measured(transaction))
      : measured
    return storage
  }
}

function pluginMeter({ metrics }: InstrumentParts): AdmissionMeter {
  const duration = metrics.histogram('apiserver_admission_controller_admission_duration_seconds', 'Admission controller latency histogram in seconds, identified by name and broken out for each operation and API resource and type (validate or admit).', ADMISSION_BUCKETS)
  return (name, type) => {
    const known = new Map<string, HistogramSeries>()
    const refused = new Map<string, HistogramSeries>()
    return (operation, rejected, ms) => {
      const series = rejected ? refused : known
      let own = series.get(operation)
      if (!own) series.set(operation, (own = duration.with({ name, operation, rejected: String(rejected), type })))
      own.observe(ms / 1000)
    }
  }
}

function admissionInstrument({ metrics, clock, tracing }: InstrumentParts): Instruments['admission'] {
  const duration = metrics.histogram('apiserver_admission_step_admission_duration_seconds', 'Admission sub-step latency histogram in seconds, broken out for each operation and API resource and step type (validate or admit).', ADMISSION_BUCKETS)
  const measure = (type: 'admit' | 'validate', span: string, run: Admission['mutate']): Admission['mutate'] => {
    const known = new Map<string, HistogramSeries>()
    const measured: Admission['mutate'] = (call, operation, object, old) => {
      const startedMs = clock.monotonic()
      return whenEnded(() => run(call, operation, object, old), error => {
        const rejected = String(error !== undefined)
        const key = `${operation} ${rejected}`
        let own = known.get(key)
        if (!own) known.set(key, (own = duration.with({ operation, rejected, type })))
        own.observe((clock.monotonic() - startedMs) / 1000)
      })
    }
    return tracing ? (call, operation, object, old) => tracing.step(span, { operation }, () => measured(call, operation, object, old)) : measured
  }
  return admission => ({
    ...admission,
    mutate: measure('admit', 'mutating admission', admission.mutate.bind(admission)), validate: measure('validate', 'validating admission', admission.validate.bind(admission)),
  })
}

function watchInstrument({ metrics }: InstrumentParts): Instruments['watch'] {
  const total = metrics.counter('apiserver_watch_events_total', 'Number of events sent in watch clients')
  const sizes = metrics.histogram('apiserver_watch_events_sizes', 'Watch event size distribution in bytes', WATCH_SIZES)
  const known = new Map<AnyResource, (bytes: number) => void>()
  return resource => {
    let own = known.get(resource)
    if (!own) {
      const labels = { group: resource.group, resource: resource.plural, version: resource.version }
      const [count, size] = [total.with(labels), sizes.with(labels)]
      known.set(resource, (own = bytes => {
        count.add()
        size.observe(bytes)
      }))
    }
    return own
  }
}

const RESULTS = { allow: 'allowed', deny: 'denied', noOpinion: 'no-opinion' } as const

function authorizerInstrument({ metrics, clock, tracing }: InstrumentParts): Instruments['authorizer'] {
  const total = metrics.counter('authorization_attempts_total', "Counter of authorization attempts broken down by result. It can be either 'allowed', 'denied', 'no-opinion' or 'error'.")
  const duration = metrics.histogram('authorization_duration_seconds', 'Authorization duration in seconds broken out by result.', AUTH_BUCKETS)
  const seriesOf = (result: string) => ({ count: total.with({ result }), duration: duration.with({ result }) })
  const known = { allow: seriesOf(RESULTS.allow), deny: seriesOf(RESULTS.deny), noOpinion: seriesOf(RESULTS.noOpinion) }
  return chain => {
    const decide = chain.authorize.bind(chain)
    const measured: AuthorizerChain['authorize'] = attributes => {
      const startedMs = clock.monotonic()
      const note = (decision: Decision): Decision => {
        const { count, duration: spread } = known[decision.verdict]
        count.add()
        spread.observe((clock.monotonic() - startedMs) / 1000)
        return decision
      }
      const decision = decide(attributes)
      return decision instanceof Promise ? decision.then(note) : note(decision)
    }
    return { ...chain, authorize: tracing ? attributes => tracing.step('authorization', { verb: attributes.verb }, () => measured(attributes)) : measured }
  }
}

const KNOWN_USERS: ReadonlySet<string> = new Set(['admin', 'client', 'kube_proxy', 'kubelet', 'system:serviceaccount:kube-system:default'])
const usernameLabel = (name: string): string => (KNOWN_USERS.has(name) ? name : name.includes('@') ? 'email_id' : 'other')

function authenticationObserver({ metrics, clock }: InstrumentParts): Observer {
  const attempts = metrics.counter('authentication_attempts', 'Counter of authenticated attempts.')
  const duration = metrics.histogram('authentication_duration_seconds', 'Authentication duration in seconds broken out by result.', AUTH_BUCKETS)
  const requests = metrics.counter('authenticated_user_requests', 'Counter of authenticated requests broken out by username.')
  const seriesOf = (result: string) => ({ count: attempts.with({ result }), duration: duration.with({ result }) })
  const [success, failure] = [seriesOf('success'), seriesOf('failure')]
  const users = new Map<string, CounterSeries>()
  return {
    begin(exchange) {
      const startedMs = clock.monotonic()
      let isKnown = false
      const note = ({ count, duration: spread }: typeof success): void => {
        count.add()
        spread.observe((clock.monotonic() - startedMs) / 1000)
      }
      return {
        known() {
          isKnown = true
          note(success)
          const label = usernameLabel(exchange.requester!.name)
          let own = users.get(label)
          if (!own) users.set(label, (own = requests.with({ username: label })))
          own.add()
        },
        done(status) {
          if (!isKnown && status === 401) note(failure)
        },
      }
    },
  }
}
