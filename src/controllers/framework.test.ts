import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ReplicaSets } from '../api/apps/replica-set.ts'
import { ConfigMaps, type ConfigMap } from '../api/core/config-map.ts'
import { Pods } from '../api/core/pod/pod.ts'
import { createCache } from '../client/cache.ts'
import type { Client } from '../client/client.ts'
import { silentLog } from '../machinery/log.ts'
import { seededRandom } from '../machinery/random.ts'
import { replicaSet } from '../testing/builders.ts'
import { testCluster, type TestCluster } from '../testing/test-cluster.ts'
import { defineController, slowStart, type ControllerModule } from './framework.ts'
import { startControllers } from './index.ts'
import { replicaSetController } from './replicaset.ts'

/** A client whose watches of pods hold events back until they are let through. */
function lagging(client: Client) {
  let open = true
  let waiting: (() => void)[] = []
  const gate = (): Promise<void> => (open ? Promise.resolve() : new Promise(resolve => waiting.push(resolve)))
  const slow: Client = {
    ...client,
    async *watch(resource, options) {
      for await (const event of client.watch(resource, options)) {
        if (resource.plural === 'pods') await gate()
        yield event
      }
    },
  }
  return { client: slow, hold: () => void (open = false), release: () => { open = true; for (const go of waiting.splice(0)) go(); waiting = [] } }
}

async function withControllers(cluster: TestCluster, client: Client, controllers: readonly ControllerModule[], run: () => Promise<void>): Promise<void> {
  const shared = { client, clock: cluster.clock, random: seededRandom(1), log: silentLog }
  const cache = createCache(shared)
  const running = startControllers({ ...shared, cache, controllers })
  try {
    await run()
  } finally {
    await running.stop()
    cache.stop()
  }
}

test('a key does not run on a cache that has not seen its writes', async () => {
  await using cluster = await testCluster()
  const slow = lagging(cluster.client)
  await withControllers(cluster, slow.client, [replicaSetController], async () => {
    await cluster.settle()
    slow.hold()
    await cluster.create(ReplicaSets, replicaSet('web', { replicas: 3 }))
    await cluster.settle()
    // Each touch wakes the key while its cache still shows no pods at all.
    for (const note of ['a', 'b', 'c']) {
      await cluster.edit(ReplicaSets, 'web', rs => ({ ...rs, metadata: { ...rs.metadata, annotations: { note } } }))
      await cluster.settle()
    }
    assert.equal((await cluster.list(Pods)).length, 3)
    slow.release()
    await cluster.settle()
    assert.equal((await cluster.list(Pods)).length, 3)

    slow.hold()
    await cluster.edit(ReplicaSets, 'web', rs => ({ ...rs, spec: { ...rs.spec, replicas: 1 } }))
    await cluster.settle()
    await cluster.edit(ReplicaSets, 'web', rs => ({ ...rs, metadata: { ...rs.metadata, annotations: { note: 'd' } } }))
    await cluster.settle()
    slow.release()
    await cluster.settle()
    assert.equal((await cluster.list(Pods)).length, 1, 'no pod was deleted for another that was gone already')
    assert.equal((await cluster.get(ReplicaSets, 'web')).status.replicas, 1)
  })
})

const probe = (reconcile: (object: ConfigMap) => Promise<{ afterMs?: number } | void>) => defineController<ConfigMap>({ name: 'test-probe', for: ConfigMaps, reconcile })
const map = (name: string) => ({ metadata: { name, namespace: 'kube-node-lease' } })

test('a throw is tried again with growing back-off, a stated time is kept, and one key never runs twice at once', async () => {
  await using cluster = await testCluster()
  const runs: number[] = []
  let [inside, most] = [0, 0]
  const controller = probe(async ({ metadata }) => {
    if (metadata.name !== 'a') return
    most = Math.max(most, ++inside)
    await Promise.resolve()
    inside--
    runs.push(cluster.clock.monotonic())
    if (runs.length <= 4) throw new Error('not yet')
    if (runs.length === 5) return { afterMs: 60_000 }
  })
  await withControllers(cluster, cluster.client, [controller], async () => {
    await cluster.create(ConfigMaps, map('a'))
    await cluster.pass(59_000)
    assert.equal(runs.length, 5)
    assert.deepEqual(runs.slice(1).map((at, index) => at - runs[index]!), [5, 10, 20, 40])
    await cluster.pass(2_000)
    assert.equal(runs.length, 6)
    for (let touch = 0; touch < 5; touch++) void cluster.edit(ConfigMaps, 'a', object => ({ ...object, data: { touch: String(touch) } }), 'kube-node-lease')
    await cluster.settle()
    assert.equal(most, 1)
  })
})

test('a controller that changes a shared object fails instead of spoiling the cache', async () => {
  await using cluster = await testCluster()
  const failures: string[] = []
  const controller = probe(async object => {
    try {
      object.data = { spoiled: 'yes' }
    } catch (error) {
      failures.push((error as Error).name)
    }
  })
  await withControllers(cluster, cluster.client, [controller], async () => {
    await cluster.create(ConfigMaps, map('a'))
    await cluster.settle()
  })
  assert.ok(failures.length > 0 && failures.every(name => name === 'TypeError'))
})

test('only the leader works, and work moves when it goes', async () => {
  await using cluster = await testCluster()
  const seen: string[] = []
  const as = (identity: string) => startControllers({
    client: cluster.client, clock: cluster.clock, random: seededRandom(identity.charCodeAt(0)), log: silentLog, leaderElection: { identity },
    controllers: [defineController<ConfigMap>({ name: 'test-probe', for: ConfigMaps, reconcile: async ({ metadata }) => { if (metadata.name === 'a') seen.push(identity) } })],
  })
  const [one, two] = [as('1'), as('2')]
  await cluster.pass(10_000)
  await cluster.create(ConfigMaps, map('a'))
  await cluster.settle()
  assert.equal(seen.length, 1)
  const first = seen[0]
  await (first === '1' ? one : two).stop()
  await cluster.pass(10_000)
  assert.equal(seen.at(-1), first === '1' ? '2' : '1')
  await Promise.all([one.stop(), two.stop()])
})

test('slow start doubles its batches and stops after the one that failed', async () => {
  const started: number[] = []
  await assert.rejects(slowStart([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], async item => {
    started.push(item)
    if (item === 4) throw new Error('quota')
  }), /quota/)
  assert.deepEqual(started, [0, 1, 2, 3, 4, 5, 6])
})
