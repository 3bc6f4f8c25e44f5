import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Events } from '../api/core/event.ts'
import { PersistentVolumeClaims, type PersistentVolumeClaim } from '../api/core/persistent-volume-claim.ts'
import { PersistentVolumes, type PersistentVolume } from '../api/core/persistent-volume.ts'
import { Pods } from '../api/core/pod/pod.ts'
import { StorageClasses } from '../api/storage/storage-class.ts'
import type { Draft } from '../machinery/schema/schema.ts'
import { isReason } from '../machinery/status.ts'
import { startScheduler } from '../scheduler/index.ts'
import { node, pod } from '../testing/builders.ts'
import { addNodes, testCluster, type TestCluster } from '../testing/test-cluster.ts'
import { testKubelet } from '../testing/test-kubelet.ts'
import { pvBinder } from './pv-binder.ts'
import { pvProtectionController } from './pv-protection.ts'
import { pvcBinder } from './pvc-binder.ts'
import { pvcProtectionController } from './pvc-protection.ts'

const gone = (error: unknown): boolean => isReason(error, 'NotFound')
const start = (options: object = {}) => testCluster({ controllers: [pvcBinder, pvBinder, pvcProtectionController, pvProtectionController, testKubelet], ...options })
const volume = (name: string, storage: string, spec: object = {}, labels = {}): Draft<PersistentVolume> =>
  ({ metadata: { name, labels }, spec: { capacity: { storage }, accessModes: ['ReadWriteOnce'], storageClassName: 'manual', hostPath: { path: `/tmp/${name}` }, ...spec } }) as Draft<PersistentVolume>
const claim = (name: string, storage: string, spec: object = {}): Draft<PersistentVolumeClaim> =>
  ({ metadata: { name, namespace: 'default' }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'manual', resources: { requests: { storage } }, ...spec } }) as Draft<PersistentVolumeClaim>
const phases = async (cluster: TestCluster) => Object.fromEntries([...await cluster.list(PersistentVolumes), ...await cluster.list(PersistentVolumeClaims)].map(({ metadata, status }) => [metadata.name, status.phase]))
const told = async (cluster: TestCluster): Promise<string[]> => (await cluster.list(Events)).map(({ type, reason, message }) => `${type} ${reason} ${message}`)

test('a claim takes the smallest volume of its class, modes and labels, whichever comes first', async () => {
  await using cluster = await start()
  for (const each of [volume('large', '5Gi'), volume('tiny', '100Mi'), volume('small', '2Gi'), volume('other', '1Gi', { storageClassName: 'fast' }), volume('many', '1Gi', { accessModes: ['ReadWriteMany'] })]) await cluster.create(PersistentVolumes, each)
  await cluster.settle()
  assert.equal((await cluster.get(PersistentVolumes, 'large')).status.phase, 'Available')
  await cluster.create(PersistentVolumeClaims, claim('data', '1Gi'))
  await cluster.create(PersistentVolumeClaims, claim('labelled', '1Gi', { selector: { matchLabels: { disk: 'ssd' } } }))
  await cluster.settle()
  const data = await cluster.get(PersistentVolumeClaims, 'data')
  assert.deepEqual([data.spec.volumeName, data.status], ['small', { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '2Gi' } }])
  assert.deepEqual(data.metadata.annotations, { 'pv.kubernetes.io/bind-completed': 'yes', 'pv.kubernetes.io/bound-by-controller': 'yes' })
  const small = await cluster.get(PersistentVolumes, 'small')
  assert.deepEqual([small.status.phase, small.spec.claimRef?.name, small.spec.claimRef?.uid], ['Bound', 'data', data.metadata.uid])
  assert.equal((await phases(cluster))['labelled'], 'Pending')
  await cluster.create(PersistentVolumes, volume('ssd', '1Gi', {}, { disk: 'ssd' }))
  await cluster.settle()
  assert.equal((await cluster.get(PersistentVolumeClaims, 'labelled')).spec.volumeName, 'ssd')
})

test('many claims at once share the volumes out, one each', async () => {
  await using cluster = await start()
  for (let index = 0; index < 6; index++) await cluster.create(PersistentVolumes, volume(`v${index}`, '1Gi'))
  await Promise.all(Array.from({ length: 6 }, (_, index) => cluster.create(PersistentVolumeClaims, claim(`c${index}`, '1Gi'))))
  await cluster.pass(10_000)
  assert.equal(new Set((await cluster.list(PersistentVolumeClaims)).map(({ spec, status }) => status.phase === 'Bound' && spec.volumeName)).size, 6)
})

test('reserved volumes go to whom they are reserved for; a named volume that does not suit is told', async () => {
  await using cluster = await start()
  await cluster.create(PersistentVolumes, volume('mine', '9Gi', { claimRef: { namespace: 'default', name: 'data' } }))
  await cluster.create(PersistentVolumes, volume('small', '1Gi'))
  await cluster.create(PersistentVolumeClaims, claim('early', '2Gi'))
  await cluster.create(PersistentVolumeClaims, claim('named', '2Gi', { volumeName: 'small' }))
  await cluster.create(PersistentVolumeClaims, claim('thief', '2Gi', { volumeName: 'mine' }))
  await cluster.create(PersistentVolumeClaims, claim('data', '1Gi'))
  await cluster.settle()
  assert.deepEqual(await phases(cluster), { mine: 'Bound', small: 'Available', early: 'Pending', named: 'Pending', thief: 'Pending', data: 'Bound' })
  assert.equal((await cluster.get(PersistentVolumes, 'mine')).metadata.annotations?.['pv.kubernetes.io/bound-by-controller'], undefined)
  const lines = await told(cluster)
  assert.ok(lines.includes('Warning VolumeMismatch Cannot bind to requested volume "small": requested PV is too small'))
  assert.ok(lines.includes('Warning FailedBinding volume "mine" already bound to a different claim.'))
  assert.ok(lines.includes('Warning ProvisioningFailed storageclass.storage.k8s.io "manual" not found'))
})

test('a claim in use stays until its pod is gone; then its volume is kept or deleted as its policy says', async () => {
  const removed: string[] = []
  await using cluster = await start({ settings: { removeHostPath: async (path: string) => void removed.push(path) } })
  await addNodes(cluster, node('n1'))
  for (const [name, policy] of [['kept', 'Retain'], ['deleted', 'Delete'], ['outside', 'Delete']] as const) {
    await cluster.create(PersistentVolumes, volume(name, '1Gi', { persistentVolumeReclaimPolicy: policy, storageClassName: name, ...(name === 'outside' && { hostPath: { path: '/var/outside' } }) }))
    await cluster.create(PersistentVolumeClaims, claim(`claim-${name}`, '1Gi', { storageClassName: name }))
  }
  const use = { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'claim-kept' } }], nodeName: 'n1' }
  await cluster.create(Pods, pod('user', { spec: use as never }))
  await cluster.settle()
  for (const { metadata } of await cluster.list(PersistentVolumeClaims)) await cluster.delete(PersistentVolumeClaims, metadata.name)
  await cluster.delete(PersistentVolumes, 'kept')
  await cluster.settle()
  assert.deepEqual(await phases(cluster), { 'kept': 'Bound', 'outside': 'Failed', 'claim-kept': 'Bound' })
  assert.deepEqual(removed, ['/tmp/deleted'])
  assert.match((await cluster.get(PersistentVolumes, 'outside')).status.message!, /host_path deleter only supports \/tmp\/.\+ but received provided \/var\/outside/)
  await cluster.delete(Pods, 'user')
  await cluster.settle()
  await assert.rejects(cluster.get(PersistentVolumeClaims, 'claim-kept'), gone)
  await assert.rejects(cluster.get(PersistentVolumes, 'kept'), gone)
})

test('a claim that lost its volume says so; a released volume is free again once its reference is taken away', async () => {
  await using cluster = await start()
  await cluster.create(PersistentVolumes, volume('v', '1Gi'))
  await cluster.create(PersistentVolumeClaims, claim('c', '1Gi'))
  await cluster.settle()
  await cluster.delete(PersistentVolumeClaims, 'c')
  await cluster.settle()
  assert.deepEqual(await phases(cluster), { v: 'Released' })
  await cluster.edit(PersistentVolumes, 'v', ({ spec: { claimRef: _, ...spec }, ...rest }) => ({ ...rest, spec }) as PersistentVolume)
  await cluster.create(PersistentVolumeClaims, claim('again', '1Gi'))
  await cluster.settle()
  assert.deepEqual(await phases(cluster), { v: 'Bound', again: 'Bound' })
  await cluster.edit(PersistentVolumes, 'v', object => ({ ...object, metadata: { ...object.metadata, finalizers: [] } }))
  await cluster.delete(PersistentVolumes, 'v').catch(() => undefined)
  await cluster.edit(PersistentVolumes, 'v', object => ({ ...object, metadata: { ...object.metadata, finalizers: [] } })).catch(() => undefined)
  await cluster.settle()
  assert.deepEqual(await phases(cluster), { again: 'Lost' })
  assert.ok((await told(cluster)).includes('Warning ClaimLost Bound claim has lost its PersistentVolume. Data on the volume is lost!'))
})

test('a claim that waits for its first consumer is bound where its pod goes', async () => {
  await using cluster = await start({ parts: [startScheduler] })
  await addNodes(cluster, node('n1'))
  await cluster.create(StorageClasses, { metadata: { name: 'manual' }, provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer' })
  await cluster.create(PersistentVolumes, volume('v', '1Gi'))
  await cluster.create(PersistentVolumeClaims, claim('c', '1Gi'))
  await cluster.settle()
  assert.deepEqual(await phases(cluster), { v: 'Available', c: 'Pending' })
  assert.ok((await told(cluster)).includes('Normal WaitForFirstConsumer waiting for first consumer to be created before binding'))
  await cluster.create(Pods, pod('web', { spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'c' } }] } as never }))
  await cluster.pass(10_000)
  assert.deepEqual(await phases(cluster), { v: 'Bound', c: 'Bound' })
  assert.equal((await cluster.get(Pods, 'web')).spec.nodeName, 'n1')
})

test('a volume that is to be made is asked for, and nothing is made here', async () => {
  await using cluster = await start()
  await cluster.create(PersistentVolumeClaims, claim('c', '1Gi'))
  await cluster.create(PersistentVolumeClaims, claim('none', '1Gi', { storageClassName: '' }))
  await cluster.create(StorageClasses, { metadata: { name: 'manual' }, provisioner: 'example.com/disk', volumeBindingMode: 'Immediate' })
  await cluster.settle()
  const { annotations } = (await cluster.get(PersistentVolumeClaims, 'c')).metadata
  assert.deepEqual(annotations, { 'volume.beta.kubernetes.io/storage-provisioner': 'example.com/disk', 'volume.kubernetes.io/storage-provisioner': 'example.com/disk' })
  const lines = await told(cluster)
  assert.ok(lines.some(line => line.startsWith("Normal ExternalProvisioning Waiting for a volume to be created either by the external provisioner 'example.com/disk'")))
  assert.ok(lines.includes('Normal FailedBinding no persistent volumes available for this claim and no storage class is set'))
})
