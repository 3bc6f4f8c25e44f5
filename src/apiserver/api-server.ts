import type { LocalApi, WatchEvent } from '../api/request.ts'
import type { AnyResource, KubeObject } from '../api/resource.ts'
import type { ApiRequest } from '../api/request.ts'
import { timestamp, type Clock } from '../machinery/clock.ts'
import type { Log } from '../machinery/log.ts'
import { recordUpdate } from '../machinery/managed-fields/index.ts'
import type { Random } from '../machinery/random.ts'
import type { Storage } from '../storage/storage.ts'
import type { AdmissionPlugin } from './admission/admission.ts'
import { createAdmissionPlugins } from './admission/index.ts'
import { createAdmission } from './admission-chain.ts'
import { createAuthorizers, type AuthorizerChain, type ChooseAuthorizers } from './authz/index.ts'
import type { Call } from './call.ts'
import type { ServiceAccountTokens } from './authn/service-account-token.ts'
import type { ObjectReader } from './object-reader.ts'
import type { KubeletAccess } from './kubelet-access.ts'
import { registerLocal } from './api-services.ts'
import { createCatalog } from './catalog.ts'
import { FieldTracker } from './field-tracker.ts'
import { bootstrap, bootstrapObjects, USER_AGENT } from './bootstrap/index.ts'
import { createHooks } from './hooks.ts'
import type { Instruments } from './instruments.ts'
import { ServiceIps, type ServiceNetwork } from './service-ips.ts'
import { authorize } from './authorize.ts'
import { perform } from './pipeline.ts'
import type { HealthCheck } from './paths/health.ts'
import { STARTUP_STEPS, STORAGE_STEP } from './paths/startup-steps.ts'
import { Registry } from './registry.ts'
import { keyOf, Stores } from './stores.ts'
import type { Server } from './verbs/verb.ts'
import { asList } from './verbs/list.ts'
import { openWatch } from './verbs/watch.ts'

export interface ApiServerOptions {
  readonly storage: Storage
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly resources: readonly AnyResource[]
  /** Absent: the built-in plugins. */
  readonly admission?: readonly AdmissionPlugin[]
  /** Absent: Node and RBAC. */
  readonly authorizers?: ChooseAuthorizers
  /** Whether what a fresh server contains (namespaces, roles, …) is made; absent: it is. */
  readonly bootstrap?: boolean
  /** Issues and checks service accounts' tokens, over the server's own caches. */
  readonly tokens?: (reader: ObjectReader) => ServiceAccountTokens
  /** The client certificate for kubelets, and the authority that signed theirs. */
  readonly kubelet?: KubeletAccess
  /** What measures and traces the server's parts. */
  readonly instruments?: Instruments
  /** Where services get their addresses and ports. */
  readonly services?: ServiceNetwork
}

export interface ApiServer {
  /** The door for callers in this process. */
  readonly local: LocalApi
  readonly server: Server
  readonly stores: Stores
  readonly authorizer: AuthorizerChain
  readonly checks: readonly HealthCheck[]
  readonly serviceIps: ServiceIps
  /** Says that it is not ready any more, and works on. */
  leave(): void
  /** Ends all watches besides. */
  stop(): void
  close(): Promise<void>
}

const DEFAULT_NETWORK: ServiceNetwork = { cidrs: ['10.96.0.0/16'], nodePorts: { first: 30_000, last: 32_767 } }

/** Starts an API server over a storage: caches loaded, no port opened. `serve.ts` puts it on the network. */
export async function createApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { clock, random, log, instruments } = options
  const storage = instruments?.storage(options.storage) ?? options.storage
  const stores = new Stores({ storage, clock, log })
  await stores.open(options.resources)
  const chain = createAuthorizers(stores, options.authorizers)
  const authorizer = instruments?.authorizer(chain) ?? chain
  const catalog = createCatalog(options.resources)
  const plain = createAdmission(options.admission ?? createAdmissionPlugins(), {
    clock, random, rbac: authorizer.rbac, get: stores.get.bind(stores), list: stores.list.bind(stores), version: stores.version.bind(stores),
    allowed: async (user, verb, { group, plural, subresource }, namespace, name) => (await chain.authorize({
      user, verb, group, resource: plural, ...(subresource && { subresource }), ...(namespace && { namespace }), ...(name && { name }),
    })).verdict === 'allow',
    resourceOf: (apiVersion, kind) => catalog.ofKind(apiVersion, kind), fresh: async resource => stores.fresh(resource),
    commit: async (resource, current, next) => {
      const managedFields = recordUpdate({ schema: resource.schema, live: current, manager: USER_AGENT, apiVersion: next.apiVersion, subresource: 'status', time: timestamp(clock.now()) }, next)
      const booked = managedFields ? { ...next, metadata: { ...next.metadata, managedFields } } as KubeObject : next
      return (await stores.of(resource).update(keyOf(resource, current.metadata.namespace, current.metadata.name), Number(current.metadata.resourceVersion), booked)).written
    },
  }, instruments?.plugins)
  const admission = instruments?.admission(plain) ?? plain
  const fields = new FieldTracker(clock, catalog)
  const serviceIps = new ServiceIps({ ...(options.services ?? DEFAULT_NETWORK), stores, clock, random })
  const hooks = createHooks([serviceIps])
  const registry = new Registry({ clock, random, admission, fields, hooks, stores })
  const tokens = options.tokens?.(stores)
  const stopping = new AbortController()
  stopping.signal.addEventListener('abort', () => stores.endWatches(), { once: true })
  const server: Server = { clock, random, log, catalog, stopping: stopping.signal, stores, registry, admission, fields, hooks, authorizer, ...(tokens && { tokens }), ...(options.kubelet && { kubelet: options.kubelet }), ...(instruments && { watchMeter: instruments.watch, ...(instruments.tracing && { tracing: instruments.tracing }) }) }
  const leaving = new AbortController()
  const stop = (): void => { for (const each of [leaving, stopping]) each.abort() }
  const checks = healthChecks(storage, leaving.signal)
  const local = localApi(server)
  if (options.bootstrap ?? true) {
    await bootstrap(local, stores, bootstrapObjects(clock.now()))
    await registerLocal(local, stores, catalog, clock)
  }
  return {
    local, server, stores, authorizer, checks, serviceIps,
    leave: () => leaving.abort(),
    stop,
    async close() {
      stop()
      await stores.close()
    },
  }
}

/** The storage answers, the caches are loaded, and nobody has begun to shut the server down. The rest is done before anybody can ask. */
function healthChecks(storage: Storage, leaving: AbortSignal): readonly HealthCheck[] {
  const all = ['healthz', 'livez', 'readyz'] as const
  const live = ['healthz', 'livez'] as const
  const done = (): boolean => true
  const isStored = async (): Promise<boolean> => (await storage.currentRevision()) >= 0
  return [
    { name: 'ping', of: all, check: done },
    { name: 'log', of: all, check: done },
    { name: 'loopback-serving-certificate', of: live, check: done },
    { name: 'etcd', of: live, check: isStored },
    { name: 'informer-sync', of: ['readyz'], check: done },
    ...STARTUP_STEPS.map(name => ({ name, of: all, check: name === STORAGE_STEP ? isStored : done })),
    { name: 'shutdown', of: ['readyz'], check: () => !leaving.aborted },
  ]
}

/** Requests of components in this process: already authenticated, as themselves, with no TLS, HTTP or JSON. */
function localApi(server: Server): LocalApi {
  const callOf = (request: ApiRequest): Call => ({ ...request, warnings: new Set(), notes: {} })
  return {
    async call(request) {
      const call = callOf(request)
      await authorize(server.authorizer, call)
      const { object, page } = await perform(server, call)
      return page ? asList(call, page) : object
    },
    async *watch(request): AsyncGenerator<WatchEvent> {
      const call = callOf(request)
      await authorize(server.authorizer, call)
      for await (const deliveries of await openWatch(server, call)) yield* deliveries
    },
  }
}
