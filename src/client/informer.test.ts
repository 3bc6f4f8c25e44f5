import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigMaps, type ConfigMap } from '../api/core/config-map.ts'
import { Pods } from '../api/core/pod/pod.ts'
import { silentLog } from '../machinery/log.ts'
import { seededRandom } from '../machinery/random.ts'
import { parseLabelSelector } from '../machinery/selector.ts'
import { gone, StatusError } from '../machinery/status.ts'
import { pod } from '../testing/builders.ts'
import { testCluster, type TestCluster } from '../testing/test-cluster.ts'
import type { Client } from './client.ts'
import { startInformer } from './informer.ts'

const map = (name: string, labels = {}) => ({ metadata: { name, namespace: 'default', labels } })
const informerOn = (cluster: TestCluster, client: Client = cluster.client, more = {}) => {
  const ended = new AbortController()
  const informer = startInformer<ConfigMap>({ client, clock: cluster.clock, random: seededRandom(1), log: silentLog, resource: ConfigMaps, only: { namespace: 'default' }, signal: ended.signal, ...more })
  const changes: string[] = []
  informer.onChange(({ old, object }) => changes.push(`${!old ? '+' : !object ? '-' : '~'}${(object ?? old)!.metadata.name}`))
  return { informer, changes, stop: () => ended.abort() }
}

for (const initialEvents of [false, true]) {
  test(`objects come, change and go; they are the server's own (${initialEvents ? 'initial events' : 'list'})`, async () => {
    await using cluster = await testCluster()
    await cluster.create(ConfigMaps, map('a'))
    const { informer, changes, stop } = informerOn(cluster, cluster.client, { initialEvents })
    await cluster.settle()
    assert.equal(informer.synced, true)
    const made = await cluster.create(ConfigMaps, map('b', { app: 'x' }))
    await cluster.edit(ConfigMaps, 'a', object => ({ ...object, data: { k: 'v' } }))
    await cluster.delete(ConfigMaps, 'a')
    await cluster.settle()
    assert.deepEqual(changes, ['+a', '+b', '~a', '-a'])
    assert.equal(informer.get({ namespace: 'default', name: 'b' }), made)
    assert.ok(informer.revision > Number(made.metadata.resourceVersion))
    assert.deepEqual(informer.list({ selector: parseLabelSelector('app=x') }), [made])
    assert.throws(() => informer.list({ index: ['nothing', ''] }), /no index/)
    stop()
  })
}

test('a watch that ends resumes; one whose past is gone lists again and tells the difference', async () => {
  await using cluster = await testCluster()
  await cluster.create(ConfigMaps, map('a'))
  await cluster.create(ConfigMaps, map('b'))
  let [lists, cut] = [0, new AbortController()]
  let fail: (() => StatusError) | undefined
  const flaky: Client = {
    ...cluster.client,
    list: (resource, options) => { lists++; return cluster.client.list(resource, options) },
    async *watch(resource, options) {
      yield* cluster.client.watch(resource, { ...options, signal: AbortSignal.any([options!.signal!, cut.signal]) })
      if (fail && !options!.signal!.aborted) {
        const error = fail()
        fail = undefined
        throw error
      }
    },
  }
  const { informer, changes, stop } = informerOn(cluster, flaky)
  await cluster.settle()
  const restart = async (): Promise<void> => {
    const before = cut
    cut = new AbortController()
    before.abort()
    await cluster.create(ConfigMaps, map(`c${lists}`))
    await cluster.delete(ConfigMaps, lists === 1 ? 'a' : 'b')
    await cluster.pass(60_000)
  }
  await restart()
  assert.equal(lists, 1, 'no new list was needed')
  assert.deepEqual(changes, ['+a', '+b', '+c1', '-a'])
  fail = () => gone('too old resource version')
  await cluster.edit(ConfigMaps, 'c1', object => ({ ...object, data: { k: 'v' } }))
  await cluster.settle()
  const before = cut
  cut = new AbortController()
  before.abort()
  await cluster.delete(ConfigMaps, 'b')
  await cluster.pass(60_000)
  assert.equal(lists, 2)
  assert.deepEqual(informer.list().map(({ metadata }) => metadata.name), ['c1'])
  assert.deepEqual(changes.slice(4), ['~c1', '-b'])
  stop()
})

test('a server that cannot be reached is asked again, ever more rarely', async () => {
  await using cluster = await testCluster()
  let asked = 0
  const down: Client = { ...cluster.client, list: async () => { asked++; throw new StatusError('ServiceUnavailable', 'down') } }
  const { informer, stop } = informerOn(cluster, down)
  await cluster.pass(3_000)
  const early = asked
  assert.ok(early >= 2 && early <= 4, `asked ${early} times in the first seconds`)
  await cluster.pass(300_000)
  assert.ok(asked - early <= 14, `asked ${asked - early} times in five minutes`)
  assert.equal(informer.synced, false)
  stop()
  await assert.rejects(informer.waitForSync())
})

test('indexes: owner, orphans, namespace and custom ones follow every change', async () => {
  await using cluster = await testCluster()
  const informer = cluster.cache.informer(Pods)
  informer.addIndex('node', ({ spec }) => (spec.nodeName ? [spec.nodeName] : []))
  const owner = { metadata: { uid: '11111111-1111-4111-8111-111111111111' } }
  const reference = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: owner.metadata.uid, controller: true }
  await cluster.create(Pods, pod('free', { spec: { nodeName: 'n1' } }))
  const owned = await cluster.create(Pods, { ...pod('owned'), metadata: { ...pod('owned').metadata!, ownerReferences: [reference] } })
  await cluster.settle()
  const names = (query: object): string[] => informer.list(query).map(({ metadata }) => metadata.name)
  assert.deepEqual([names({ owner }), names({ orphansIn: 'default' }), names({ namespace: 'other' }), names({ index: ['node', 'n1'] })], [['owned'], ['free'], [], ['free']])
  await cluster.edit(Pods, 'owned', object => ({ ...object, metadata: { ...object.metadata, ownerReferences: [] } }))
  await cluster.settle()
  assert.deepEqual([names({ owner }), names({ orphansIn: 'default' })], [[], ['free', 'owned']])
  assert.notEqual(informer.get(owned.metadata), owned)
})
