import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PersistentVolumeClaims } from '../api/core/persistent-volume-claim.ts'
import { Pods } from '../api/core/pod/pod.ts'
import { pod } from '../testing/builders.ts'
import { testCluster } from '../testing/test-cluster.ts'
import { ephemeralVolumeController } from './ephemeral-volume.ts'
import { garbageCollector } from './garbage-collector.ts'
import { pvcProtectionController } from './pvc-protection.ts'

test('KEP-1698: an ephemeral volume has a claim of its own, which goes with the pod', async () => {
  await using cluster = await testCluster({ controllers: [ephemeralVolumeController, garbageCollector, pvcProtectionController] })
  const volumeClaimTemplate = { metadata: { labels: { scratch: 'yes' } }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }
  const made = await cluster.create(Pods, pod('web', { spec: { volumes: [{ name: 'scratch', ephemeral: { volumeClaimTemplate } }] } as never }))
  await cluster.settle()
  const claim = await cluster.get(PersistentVolumeClaims, 'web-scratch')
  assert.deepEqual([claim.metadata.labels, claim.metadata.ownerReferences?.map(({ uid, controller }) => [uid, controller])], [{ scratch: 'yes' }, [[made.metadata.uid, true]]])
  await cluster.client.delete(Pods, { namespace: 'default', name: 'web' }, { gracePeriodSeconds: 0 })
  await cluster.pass(2_000)
  assert.deepEqual(await cluster.list(PersistentVolumeClaims), [])
})
