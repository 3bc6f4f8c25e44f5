import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StatefulSets, type StatefulSet } from '../api/apps/stateful-set.ts'
import { PersistentVolumeClaims } from '../api/core/persistent-volume-claim.ts'
import { Pods } from '../api/core/pod/pod.ts'
import type { Draft } from '../machinery/schema/schema.ts'
import { node, template } from '../testing/builders.ts'
import { addNodes, testCluster } from '../testing/test-cluster.ts'
import { testKubelet } from '../testing/test-kubelet.ts'
import { garbageCollector } from './garbage-collector.ts'
import { pvcProtectionController } from './pvc-protection.ts'
import { statefulSetController } from './stateful-set.ts'

const claim = { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }
const set = (retention: object): Draft<StatefulSet> => ({
  metadata: { name: 'db', namespace: 'default' },
  spec: {
    replicas: 2, serviceName: 'db', selector: { matchLabels: { app: 'db' } }, template: template({ app: 'db' }, 'web:1', 'n1'), podManagementPolicy: 'Parallel',
    volumeClaimTemplates: [claim], persistentVolumeClaimRetentionPolicy: retention,
  },
} as unknown as Draft<StatefulSet>)

for (const [retention, afterScaling, afterDeletion] of [
  [{ whenScaled: 'Retain', whenDeleted: 'Retain' }, ['data-db-0', 'data-db-1'], ['data-db-0', 'data-db-1']],
  [{ whenScaled: 'Delete', whenDeleted: 'Retain' }, ['data-db-0'], ['data-db-0']],
  [{ whenScaled: 'Retain', whenDeleted: 'Delete' }, ['data-db-0', 'data-db-1'], []],
  [{ whenScaled: 'Delete', whenDeleted: 'Delete' }, ['data-db-0'], []],
] as const) {
  test(`KEP-1847: claims when scaled ${retention.whenScaled}, when deleted ${retention.whenDeleted}`, async () => {
    await using cluster = await testCluster({ controllers: [statefulSetController, garbageCollector, pvcProtectionController, testKubelet] })
    await addNodes(cluster, node('n1'))
    const claims = async (): Promise<string[]> => (await cluster.list(PersistentVolumeClaims)).map(({ metadata }) => metadata.name).sort()
    await cluster.create(StatefulSets, set(retention))
    await cluster.pass(1_000)
    assert.deepEqual(await claims(), ['data-db-0', 'data-db-1'])
    await cluster.edit(StatefulSets, 'db', object => ({ ...object, spec: { ...object.spec, replicas: 1 } }))
    await cluster.pass(2_000)
    assert.deepEqual([await claims(), (await cluster.list(Pods)).length], [afterScaling, 1])
    // Back again: the claim that was kept is the same, the one that went is new.
    await cluster.edit(StatefulSets, 'db', object => ({ ...object, spec: { ...object.spec, replicas: 2 } }))
    await cluster.pass(2_000)
    assert.equal((await claims()).length, 2)
    await cluster.edit(StatefulSets, 'db', object => ({ ...object, spec: { ...object.spec, replicas: 1 } }))
    await cluster.pass(2_000)
    await cluster.delete(StatefulSets, 'db')
    await cluster.pass(5_000)
    assert.deepEqual(await claims(), afterDeletion)
  })
}
