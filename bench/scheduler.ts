/**
 * Measures the scheduler: one decision, and pods per second through the real API server in memory.
 *   node bench/scheduler.ts [nodes=1000] [pods=2000]
 */
import { Nodes, type Node } from '../src/api/core/node.ts'
import { Pods, type Pod } from '../src/api/core/pod/pod.ts'
import { resources } from '../src/api/index.ts'
import { createApiServer } from '../src/apiserver/api-server.ts'
import { createCache } from '../src/client/cache.ts'
import { createClient } from '../src/client/client.ts'
import { localTransport } from '../src/client/transport.ts'
import { systemClock } from '../src/machinery/clock.ts'
import { silentLog } from '../src/machinery/log.ts'
import { seededRandom } from '../src/machinery/random.ts'
import { decide } from '../src/scheduler/decide.ts'
import { startScheduler } from '../src/scheduler/index.ts'
import { nodeStore } from '../src/scheduler/node-store.ts'
import { plugins } from '../src/scheduler/plugins/index.ts'
import { memoryStorage } from '../src/storage/memory.ts'
import { node, pod } from '../src/testing/builders.ts'
import { makeNamespace } from '../src/testing/test-cluster.ts'

const [nodeCount = 1000, podCount = 2000] = process.argv.slice(2).map(Number)
const random = seededRandom(1)
const say = (what: string, figure: string): void => console.log(`${what.padEnd(70)} ${figure}`)
const zone = (i: number) => ({ 'topology.kubernetes.io/zone': `z${i % 3}` })
const spreading = { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule' as const, labelSelector: { matchLabels: { app: 'web' } } }] }
const apart = { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } }] } } }
const wanted = (i: number, spec = {}) => pod(`p${i}`, { labels: { app: 'web' }, requests: { cpu: '10m', memory: '10Mi' }, spec })

/** Milliseconds for one decision on a cluster with `perNode` pods on each node. */
function decision(count: number, perNode: number, spec = {}): number {
  const whole = (name: string, draft: object): Pod => ({ ...draft, metadata: { ...(draft as Pod).metadata, uid: name } }) as Pod
  const store = nodeStore({ get: () => undefined, list: () => [] })
  for (let i = 0; i < count; i++) {
    store.setNode(`n${i}`, { spec: {}, ...node(`n${i}`, { labels: zone(i) }) } as unknown as Node)
    for (let j = 0; j < perNode; j++) store.setPod(`${i}-${j}`, { ...whole(`${i}-${j}`, { ...pod(`q${i}-${j}`, { requests: { cpu: '10m', memory: '10Mi' } }), status: {} }), spec: { ...pod('q', { requests: { cpu: '10m' } }).spec, nodeName: `n${i}` } as Pod['spec'] })
  }
  const rounds = Math.max(50, Math.floor(20_000 / count))
  const once = (i: number) => decide(whole(`w${i}`, { ...wanted(i, spec), status: {} }), store.snapshot, { plugins, random, start: i, nominated: () => [] })
  for (let i = 0; i < rounds; i++) once(i)
  const start = performance.now()
  for (let i = 0; i < rounds; i++) once(i)
  return (performance.now() - start) / rounds
}

async function throughput(spec = {}): Promise<{ perSecond: number; firstMs: number }> {
  const storage = memoryStorage({ clock: systemClock, log: silentLog })
  const shared = { clock: systemClock, random, log: silentLog }
  const server = await createApiServer({ ...shared, storage, resources })
  const client = createClient(localTransport(server.local, { name: 'admin', groups: ['system:masters'] }, 'bench'))
  await makeNamespace(client, 'default')
  const cache = createCache({ ...shared, client })
  for (let i = 0; i < nodeCount; i++) {
    const made = await client.create(Nodes, node(`n${i}`, { labels: zone(i) }))
    const ready = await client.updateStatus(Nodes, { ...made, status: node(`n${i}`).status as Node['status'] })
    if (ready.spec.taints) await client.update(Nodes, { ...ready, spec: {} as Node['spec'] })
  }
  // The pods are there before the scheduler begins: only scheduling is measured.
  for (let i = 0; i < podCount; i++) await client.create(Pods, wanted(i, spec))
  await cache.informer(Pods).waitForSync()
  let [bound, firstAt] = [0, 0]
  const all = Promise.withResolvers<void>()
  cache.informer(Pods).onChange(({ old, object }) => {
    if (old?.spec.nodeName || !object?.spec.nodeName) return
    if (bound++ === 0) firstAt = performance.now()
    if (bound === podCount) all.resolve()
  })
  const start = performance.now()
  const scheduler = startScheduler({ ...shared, client, cache })
  await all.promise
  const elapsed = performance.now() - start
  await scheduler.stop()
  cache.stop()
  await server.close()
  await storage.close()
  return { perSecond: podCount / (elapsed / 1000), firstMs: firstAt - start }
}

for (const [count, perNode] of [[1, 30], [10, 30], [100, 30], [1000, 30]] as const) say(`decision, ${count} nodes with ${perNode} pods each`, `${decision(count, perNode).toFixed(3)} ms`)
say('decision, 1000 nodes with 30 pods each, spread over zones', `${decision(1000, 30, spreading).toFixed(3)} ms`)
say('decision, 1000 nodes with 30 pods each, anti-affinity', `${decision(1000, 30, apart).toFixed(3)} ms`)
for (const [what, spec] of [['plain', {}], ['spread over zones', spreading], ['anti-affinity', apart]] as const) {
  if (what === 'anti-affinity' && podCount > nodeCount) continue
  const { perSecond, firstMs } = await throughput(spec)
  say(`${podCount} pods on ${nodeCount} nodes, ${what}, bound through the API`, `${perSecond.toFixed(0)} pods/s, the first after ${firstMs.toFixed(0)} ms`)
}
