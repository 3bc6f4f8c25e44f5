import { Namespaces } from '../api/core/namespace.ts'
import { Nodes, type Node } from '../api/core/node.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { ServiceAccounts } from '../api/core/service-account.ts'
import { resources } from '../api/index.ts'
import type { User } from '../api/request.ts'
import type { AnyResource, KubeObject, Resource } from '../api/resource.ts'
import { createApiServer, type ApiServerOptions } from '../apiserver/api-server.ts'
import { createCache, type Cache } from '../client/cache.ts'
import { createClient, type Client } from '../client/client.ts'
import { localTransport } from '../client/transport.ts'
import type { ControllerModule } from '../controllers/framework.ts'
import { startControllers } from '../controllers/index.ts'
import type { ControllerSettings } from '../controllers/settings.ts'
import { systemClock } from '../machinery/clock.ts'
import { silentLog, type Log } from '../machinery/log.ts'
import { seededRandom } from '../machinery/random.ts'
import type { Draft } from '../machinery/schema/schema.ts'
import { isReason } from '../machinery/status.ts'
import { memoryStorage } from '../storage/memory.ts'
import { fakeClock, type FakeClock } from './fake-clock.ts'
import { watchedApi } from './freeze.ts'
import { runningStatus } from './test-kubelet.ts'

/** Something besides the controllers that has work to do: the scheduler. */
export interface TestPart {
  readonly busy: boolean
  stop(): Promise<void>
}

export interface TestPartContext {
  readonly client: Client
  readonly cache: Cache
  readonly clock: FakeClock
  readonly random: ReturnType<typeof seededRandom>
  readonly log: Log
}

export interface TestClusterOptions {
  readonly controllers?: readonly ControllerModule[]
  readonly settings?: Partial<ControllerSettings>
  /** Starts more: `context => startScheduler(context)`. */
  readonly parts?: readonly ((context: TestPartContext) => TestPart)[]
  readonly seed?: number
  /** Real milliseconds after which `settle` gives up. */
  readonly settleMs?: number
  readonly log?: Log
  readonly resources?: readonly AnyResource[]
  readonly apiServer?: Partial<ApiServerOptions>
}

/** A control plane in this process: the real API server over memory, the real controllers, a clock that stands still. */
export interface TestCluster extends AsyncDisposable {
  readonly client: Client
  readonly cache: Cache
  readonly clock: FakeClock
  /** Creates an object with its status, which the API does only in two steps. */
  create<T extends KubeObject>(resource: Resource<T>, object: Draft<T>): Promise<T>
  get<T extends KubeObject>(resource: Resource<T>, name: string, namespace?: string): Promise<T>
  list<T extends KubeObject>(resource: Resource<T>, namespace?: string): Promise<T[]>
  /** Reads, changes and writes. */
  edit<T extends KubeObject>(resource: Resource<T>, name: string, change: (object: T) => T, namespace?: string): Promise<T>
  editStatus<T extends KubeObject>(resource: Resource<T>, name: string, change: (object: T) => T, namespace?: string): Promise<T>
  delete(resource: AnyResource, name: string, namespace?: string): Promise<void>
  /** Plays the kubelet: the pod runs and is ready, or runs and is not. */
  becomesReady(pod: Pod, ready?: boolean): Promise<Pod>
  /** Returns when nobody has work left; fails when that never happens. */
  settle(): Promise<void>
  /** Moves the clock from timer to timer and lets everybody settle after each. */
  pass(milliseconds: number): Promise<void>
  /** Stops everything and fails if a timer or a watch is left. */
  stop(): Promise<void>
}

/** A controller's own service account; the tests' own controllers are administrators. */
const accountOf = (identity: string): User => identity.startsWith('test-') ? ADMIN : {
  name: `system:serviceaccount:kube-system:${identity}`, groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
}
const ADMIN: User = { name: 'admin', groups: ['system:masters', 'system:authenticated'] }
/** So many turns without a word from anybody count as silence. */
const QUIET_TURNS = 4
/** Time for those who lost a race to try again belongs to settling. */
const BACK_OFF_MS = 100
/** Real time after which a cluster counts as one that never settles. */
const LONGEST_SETTLE_MS = 20_000

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** Starts a cluster for one test: `await using cluster = await testCluster({ controllers: [replicaSetController] })`. */
export async function testCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  const clock = fakeClock()
  const log = options.log ?? silentLog
  const random = seededRandom(options.seed ?? 1)
  const storage = memoryStorage({ clock, log })
  const server = await createApiServer({ storage, clock, random, log, resources: options.resources ?? resources, ...options.apiServer })
  const { api, traffic } = watchedApi(server.local)
  const client = createClient(localTransport(api, ADMIN, 'k8ts-test'))
  for (const name of ['default', 'kube-system', 'kube-node-lease']) await makeNamespace(client, name)
  const cache = createCache({ client, clock, random, log })
  const clientFor = (identity: string): Client => createClient(localTransport(api, accountOf(identity), 'kube-controller-manager'))
  const shared = { client, cache, clock, random, log }
  const parts: readonly TestPart[] = [
    startControllers({ ...shared, clientFor, controllers: options.controllers ?? [], settings: options.settings ?? {} }),
    ...(options.parts ?? []).map(start => start(shared)),
  ]

  const settle = async (): Promise<void> => {
    let [quiet, seen] = [0, -1]
    const end = clock.now() + BACK_OFF_MS
    const [startedAt, before] = [systemClock.monotonic(), traffic.writes]
    while (quiet < QUIET_TURNS) {
      if (systemClock.monotonic() - startedAt > (options.settleMs ?? LONGEST_SETTLE_MS)) {
        throw new Error(`the cluster never settles: ${traffic.writes - before} writes, the last:\n  ${traffic.lastWrites.join('\n  ')}\nopen calls: ${traffic.open.join(', ') || 'none'}`)
      }
      await turn()
      const still = traffic.activity === seen && traffic.open.length === 0 && !parts.some(part => part.busy)
      seen = traffic.activity
      quiet = still ? quiet + 1 : 0
      const due = clock.next()
      if (quiet === QUIET_TURNS && due !== undefined && due <= end) {
        clock.advance(Math.max(due - clock.now(), 0))
        quiet = 0
      }
    }
  }
  const stop = async (): Promise<void> => {
    await Promise.all(parts.map(part => part.stop()))
    cache.stop()
    await server.close()
    await storage.close()
    await turn()
    if (traffic.watches > 0) throw new Error(`${traffic.watches} watches were left open`)
    const left = clock.pending()
    if (left.length > 0) throw new Error(`${left.length} timers were left:\n${left.map(({ origin }) => origin).join('\n---\n')}`)
  }
  let stopped: Promise<void> | undefined
  const stopOnce = (): Promise<void> => (stopped ??= stop())

  return {
    client, cache, clock, settle, stop: stopOnce, [Symbol.asyncDispose]: stopOnce, ...access(client),
    becomesReady: (pod, ready = true) => client.updateStatus(Pods, { ...pod, status: runningStatus(pod, clock.now(), ready) }),
    async pass(milliseconds) {
      const end = clock.now() + milliseconds
      await settle()
      for (let next = clock.next(); next !== undefined && next <= end; next = clock.next()) {
        clock.advance(Math.max(next - clock.now(), 0))
        await settle()
      }
      clock.advance(end - clock.now())
      await settle()
    },
  }
}

function access(client: Client): Pick<TestCluster, 'create' | 'get' | 'list' | 'edit' | 'editStatus' | 'delete'> {
  const get: TestCluster['get'] = (resource, name, namespace = 'default') => client.get(resource, { name, ...(resource.namespaced && { namespace }) })
  /** Controllers write too: whoever comes second reads again. */
  const edit = async <T extends KubeObject>(resource: Resource<T>, name: string, change: (object: T) => T, namespace: string | undefined, subresource?: string): Promise<T> => {
    for (;;) {
      try {
        return await client.update(resource, change(await get(resource, name, namespace)), subresource ? { subresource } : {})
      } catch (error) {
        if (!isReason(error, 'Conflict')) throw error
      }
    }
  }
  return {
    get, edit,
    editStatus: (resource, name, change, namespace) => edit(resource, name, change, namespace, 'status'),
    async create(resource, object) {
      const made = await client.create(resource, object)
      const { status } = object as { status?: unknown }
      if (status === undefined) return made
      return edit(resource, made.metadata.name, latest => ({ ...latest, status: { ...(latest as { status?: object }).status, ...(status as object) } }), made.metadata.namespace, 'status')
    },
    list: async (resource, namespace) => (await client.list(resource, { ...(namespace && { namespace }) })).items,
    delete: (resource, name, namespace = 'default') => client.delete(resource, { name, ...(resource.namespaced && { namespace }) }),
  }
}

/** Makes a namespace with the account that pods run as when they name none. */
export async function makeNamespace(client: Client, name: string): Promise<void> {
  const unlessThere = (error: unknown): void => { if (!isReason(error, 'AlreadyExists')) throw error }
  await client.create(Namespaces, { metadata: { name } }).catch(unlessThere)
  await client.create(ServiceAccounts, { metadata: { name: 'default', namespace: name } }).catch(unlessThere)
}

/** Adds nodes that are ready and not tainted. */
export async function addNodes(cluster: TestCluster, ...nodes: readonly Draft<Node>[]): Promise<void> {
  for (const node of nodes) {
    const made = await cluster.create(Nodes, node)
    if (made.spec.taints && !node.spec?.taints) await cluster.edit(Nodes, made.metadata.name, ({ spec: { taints: _, ...spec }, ...rest }) => ({ ...rest, spec }) as Node)
  }
}
