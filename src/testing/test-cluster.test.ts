import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigMaps, type ConfigMap } from '../api/core/config-map.ts'
import { defineController } from '../controllers/framework.ts'
import { testCluster } from './test-cluster.ts'

const map = { metadata: { name: 'a', namespace: 'default' } }

test('an object that somebody changes is a failure, wherever it came from', async () => {
  await using cluster = await testCluster()
  const made = await cluster.create(ConfigMaps, map)
  assert.throws(() => { made.data = {} }, TypeError)
  assert.throws(() => { made.metadata.name = 'b' }, TypeError)
  cluster.cache.informer(ConfigMaps)
  await cluster.settle()
  assert.throws(() => { cluster.cache.get(ConfigMaps, map.metadata)!.metadata.name = 'b' }, TypeError)
})

test('a cluster that never settles says what it is busy with', async () => {
  const restless = defineController<ConfigMap>({
    name: 'test-restless', for: ConfigMaps,
    reconcile: async (object, { client }) => {
      if (object.metadata.name === 'a') await client.update(ConfigMaps, { ...object, data: { count: String(Number(object.data?.count ?? 0) + 1) } })
    },
  })
  await using cluster = await testCluster({ controllers: [restless], settleMs: 500 })
  await cluster.create(ConfigMaps, map)
  await assert.rejects(cluster.settle(), /never settles: \d+ writes, the last:\n.*update configmaps default\/a/)
  await cluster.delete(ConfigMaps, 'a')
})

test('a timer that is left over fails the test', async () => {
  const cluster = await testCluster()
  cluster.clock.after(1_000, () => undefined)
  await assert.rejects(cluster.stop(), /1 timers were left:\n.*test-cluster\.test\.ts/s)
})
