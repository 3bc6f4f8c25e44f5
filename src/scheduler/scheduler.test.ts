import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Leases } from '../api/coordination/lease.ts'
import { Events } from '../api/core/event.ts'
import { Nodes } from '../api/core/node.ts'
import { PersistentVolumeClaims } from '../api/core/persistent-volume-claim.ts'
import { PersistentVolumes } from '../api/core/persistent-volume.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { StorageClasses } from '../api/storage/storage-class.ts'
import { node, pod } from '../testing/builders.ts'
import { addNodes, testCluster, type TestCluster } from '../testing/test-cluster.ts'
import { startScheduler } from './index.ts'
import { definePlugin, FITS, unschedulable, type Plugin } from './plugin.ts'
import { defaultBinder } from './plugins/default-binder.ts'
import { plugins, type WeightedPlugin } from './plugins/index.ts'

const start = () => testCluster({ parts: [startScheduler] })

test('a pod goes to a node, and its event tells', async () => {
  await using cluster = await start()
  await addNodes(cluster, node('one'))
  await cluster.create(Pods, pod('web'))
  await cluster.settle()
  const bound = await cluster.get(Pods, 'web')
  assert.equal(bound.spec.nodeName, 'one')
  assert.equal(bound.status.conditions?.find(({ type }) => type === 'PodScheduled')?.status, 'True')
  assert.deepEqual((await cluster.list(Events)).map(({ type, reason, message, source }) => ({ type, reason, message, by: source.component })), [
    { type: 'Normal', reason: 'Scheduled', message: 'Successfully assigned default/web to one', by: 'default-scheduler' },
  ])
})

test('a pod waits for a node, and says so', async () => {
  await using cluster = await start()
  await cluster.create(Pods, pod('web', { requests: { cpu: '1' } }))
  await cluster.settle()
  const condition = async () => (await cluster.get(Pods, 'web')).status.conditions?.find(({ type }) => type === 'PodScheduled')
  assert.deepEqual((({ status, reason, message }) => ({ status, reason, message }))((await condition())!), { status: 'False', reason: 'Unschedulable', message: 'no nodes available to schedule pods' })
  await addNodes(cluster, node('small', { allocatable: { cpu: '500m' } }))
  await cluster.settle()
  assert.match((await condition())!.message!, /^0\/1 nodes are available: 1 Insufficient cpu\./)
  await cluster.edit(Nodes, 'small', each => ({ ...each, spec: { ...each.spec, unschedulable: true } }))
  await addNodes(cluster, node('large'))
  await cluster.settle()
  assert.equal((await cluster.get(Pods, 'web')).spec.nodeName, 'large')
})

const scheduled = (pod: Pod) => pod.status.conditions?.find(({ type }) => type === 'PodScheduled')
const waitsFor = async (cluster: TestCluster, name: string): Promise<string | undefined> => scheduled(await cluster.get(Pods, name))?.message

test('upstream wording: why there is no node, and that nobody can make room', async () => {
  await using cluster = await start()
  await addNodes(cluster, node('one', { spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] } }))
  await cluster.create(Pods, pod('web'))
  await cluster.settle()
  const message = '0/1 nodes are available: 1 node(s) had untolerated taint(s). preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.'
  assert.equal(await waitsFor(cluster, 'web'), message)
  assert.deepEqual((await cluster.list(Events)).map(({ type, reason, message }) => ({ type, reason, message })), [{ type: 'Warning', reason: 'FailedScheduling', message }])
})

test('a pod of another scheduler, or one that names its node, is left alone', async () => {
  await using cluster = await start()
  await addNodes(cluster, node('one'))
  await cluster.create(Pods, pod('other', { spec: { schedulerName: 'other' } }))
  await cluster.create(Pods, pod('fixed', { spec: { nodeName: 'nowhere' } }))
  await cluster.settle()
  assert.equal((await cluster.get(Pods, 'other')).spec.nodeName, undefined)
  assert.equal((await cluster.get(Pods, 'fixed')).spec.nodeName, 'nowhere')
  assert.equal((await cluster.list(Events)).length, 0)
})

test('a gated pod is scheduled when its gates are open', async () => {
  await using cluster = await start()
  await addNodes(cluster, node('one'))
  await cluster.create(Pods, pod('web', { spec: { schedulingGates: [{ name: 'example.com/wait' }] } }))
  await cluster.settle()
  assert.equal((await cluster.get(Pods, 'web')).spec.nodeName, undefined)
  await cluster.edit(Pods, 'web', each => ({ ...each, spec: { ...each.spec, schedulingGates: [] } }))
  await cluster.settle()
  assert.equal((await cluster.get(Pods, 'web')).spec.nodeName, 'one')
})

test('a pod gets the room that another leaves', async () => {
  await using cluster = await start()
  await addNodes(cluster, node('one', { allocatable: { cpu: '1' } }))
  await cluster.create(Pods, pod('first', { requests: { cpu: '1' } }))
  await cluster.settle()
  await cluster.create(Pods, pod('second', { requests: { cpu: '1' } }))
  await cluster.settle()
  assert.equal(await waitsFor(cluster, 'second'), '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.')
  await cluster.client.delete(Pods, { name: 'first', namespace: 'default' }, { gracePeriodSeconds: 0 })
  await cluster.settle()
  assert.equal((await cluster.get(Pods, 'second')).spec.nodeName, 'one')
})

test('an idle scheduler sets no timer and writes nothing', async () => {
  await using cluster = await start()
  await addNodes(cluster, node('one'))
  await cluster.create(Pods, pod('web'))
  await cluster.settle()
  assert.deepEqual(cluster.clock.pending().filter(({ origin }) => origin.includes('/src/scheduler/')), [])
})

/** The usual plugins with one more in front. */
const withPlugin = (plugin: Plugin): readonly WeightedPlugin[] => [{ plugin, weight: 0 }, ...plugins]
const startWith = (plugin: Plugin) => testCluster({ parts: [context => startScheduler({ ...context, plugins: withPlugin(plugin) })] })

test('a binding that fails gives the room back and is tried again after a second', async () => {
  let failures = 0
  const released: string[] = []
  const broken = definePlugin({
    name: 'Broken',
    reserve: (_pod, node) => ({ [Symbol.dispose]: () => void released.push(node) }),
    async bind(pod, node, context) {
      if (failures++ === 0) throw new Error('the line is dead')
      await defaultBinder.bind!(pod, node, context)
    },
  })
  await using cluster = await startWith(broken)
  await addNodes(cluster, node('one', { allocatable: { cpu: '1' } }))
  await cluster.create(Pods, pod('web', { requests: { cpu: '1' } }))
  await cluster.settle()
  const condition = scheduled(await cluster.get(Pods, 'web'))!
  assert.deepEqual([condition.status, condition.reason, condition.message], ['False', 'SchedulerError', 'binding rejected: running Bind plugin "Broken": the line is dead'])
  assert.deepEqual(released, ['one'])
  await cluster.create(Pods, pod('other', { requests: { cpu: '1' } }))
  await cluster.settle()
  assert.equal((await cluster.get(Pods, 'other')).spec.nodeName, 'one')
  await cluster.delete(Pods, 'other')
  await cluster.client.delete(Pods, { name: 'other', namespace: 'default' }, { gracePeriodSeconds: 0 })
  await cluster.pass(2_000)
  assert.equal((await cluster.get(Pods, 'web')).spec.nodeName, 'one')
  assert.deepEqual(released, ['one'])
})

test('a plugin may refuse a decided pod; a plugin that breaks is no reason to stop', async () => {
  const picky = definePlugin({
    name: 'Picky',
    filter(pod) {
      if (pod.metadata.name === 'poison') throw new Error('cannot digest')
      return FITS
    },
    permit: async pod => (pod.metadata.name === 'refused' ? unschedulable('not today') : FITS),
  })
  await using cluster = await startWith(picky)
  await addNodes(cluster, node('one'))
  for (const name of ['poison', 'refused', 'fine']) await cluster.create(Pods, pod(name))
  await cluster.settle()
  assert.equal((await cluster.get(Pods, 'fine')).spec.nodeName, 'one')
  assert.equal(await waitsFor(cluster, 'refused'), 'not today')
  const { reason, message } = scheduled(await cluster.get(Pods, 'poison'))!
  assert.deepEqual([reason, message], ['SchedulerError', 'cannot digest'])
})

test('a pod that somebody else binds first stays where it is', async () => {
  const slow = definePlugin({
    name: 'Slow',
    async bind(pod, node, context) {
      await defaultBinder.bind!(pod, 'elsewhere', context)
      await defaultBinder.bind!(pod, node, context)
    },
  })
  await using cluster = await startWith(slow)
  await addNodes(cluster, node('one'))
  await cluster.create(Pods, pod('web'))
  await cluster.pass(30_000)
  const bound = await cluster.get(Pods, 'web')
  assert.equal(bound.spec.nodeName, 'elsewhere')
  assert.equal(scheduled(bound)?.status, 'True')
})

test('a scheduler of its own process has its own cache and schedules once it leads', async () => {
  await using cluster = await testCluster({ parts: [({ client, clock, random, log }) => startScheduler({ client, clock, random, log, leaderElection: { identity: 'me' } })] })
  await addNodes(cluster, node('one'))
  await cluster.create(Pods, pod('web'))
  await cluster.settle()
  assert.equal((await cluster.get(Pods, 'web')).spec.nodeName, 'one')
  assert.equal((await cluster.get(Leases, 'kube-scheduler', 'kube-system')).spec.holderIdentity, 'me')
})

const lateClass = (name: string, provisioner: string) => ({ metadata: { name }, provisioner, volumeBindingMode: 'WaitForFirstConsumer' as const })
const lateClaim = (name: string, storageClassName: string) =>
  ({ metadata: { name, namespace: 'default' }, spec: { storageClassName, accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } })
const withClaim = (name: string, claimName: string) => pod(name, { spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] } as never })

test('a claim that waits for its first consumer is provisioned on the pod\'s node, and the pod waits for that', async () => {
  await using cluster = await start()
  await addNodes(cluster, node('one'))
  await cluster.create(StorageClasses, lateClass('made', 'example.com/disk'))
  await cluster.create(PersistentVolumeClaims, lateClaim('data', 'made'))
  await cluster.create(Pods, withClaim('web', 'data'))
  await cluster.create(Pods, pod('other'))
  await cluster.settle()
  assert.equal((await cluster.get(PersistentVolumeClaims, 'data')).metadata.annotations?.['volume.kubernetes.io/selected-node'], 'one')
  assert.equal((await cluster.get(Pods, 'web')).spec.nodeName, undefined)
  assert.equal((await cluster.get(Pods, 'other')).spec.nodeName, 'one')
  // The provisioner and the volume controller do their part.
  await cluster.edit(PersistentVolumeClaims, 'data', each => ({ ...each, spec: { ...each.spec, volumeName: 'v' } }))
  await cluster.editStatus(PersistentVolumeClaims, 'data', each => ({ ...each, status: { ...each.status, phase: 'Bound' as const } }))
  await cluster.settle()
  assert.equal((await cluster.get(Pods, 'web')).spec.nodeName, 'one')
})

test('a claim takes the smallest volume that suits, on the node that has it; without one the pod waits', async () => {
  await using cluster = await start()
  await addNodes(cluster, node('one'), node('two'))
  await cluster.create(StorageClasses, lateClass('local', 'kubernetes.io/no-provisioner'))
  await cluster.create(PersistentVolumeClaims, lateClaim('data', 'local'))
  await cluster.create(Pods, withClaim('web', 'data'))
  await cluster.settle()
  assert.match((await waitsFor(cluster, 'web'))!, /^0\/2 nodes are available: 2 node\(s\) didn't find available persistent volumes to bind\./)
  for (const [name, storage] of [['tiny', '500Mi'], ['fits', '2Gi'], ['huge', '9Gi']] as const) {
    const nodeAffinity = { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In' as const, values: ['two'] }] }] } }
    await cluster.create(PersistentVolumes, { metadata: { name }, spec: { storageClassName: 'local', capacity: { storage }, accessModes: ['ReadWriteOnce'], local: { path: '/data' }, nodeAffinity }, status: { phase: 'Available' } })
  }
  await cluster.settle()
  assert.equal((await cluster.get(PersistentVolumes, 'fits')).spec.claimRef?.name, 'data')
  await cluster.edit(PersistentVolumeClaims, 'data', each => ({ ...each, spec: { ...each.spec, volumeName: 'fits' } }))
  await cluster.editStatus(PersistentVolumeClaims, 'data', each => ({ ...each, status: { ...each.status, phase: 'Bound' as const } }))
  await cluster.settle()
  assert.equal((await cluster.get(Pods, 'web')).spec.nodeName, 'two')
})

test('a volume that does not come in 10 minutes is given up, and tried again', async () => {
  await using cluster = await start()
  await addNodes(cluster, node('one'))
  await cluster.create(StorageClasses, lateClass('made', 'example.com/disk'))
  await cluster.create(PersistentVolumeClaims, lateClaim('data', 'made'))
  await cluster.create(Pods, withClaim('web', 'data'))
  await cluster.settle()
  await cluster.pass(600_000)
  assert.equal(await waitsFor(cluster, 'web'), 'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded')
})
