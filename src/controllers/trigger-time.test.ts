import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Endpoints } from '../api/core/endpoints.ts'
import { Pods } from '../api/core/pod/pod.ts'
import { Services } from '../api/core/service.ts'
import { EndpointSlices } from '../api/discovery/endpoint-slice.ts'
import { node, pod, service } from '../testing/builders.ts'
import { addNodes, testCluster } from '../testing/test-cluster.ts'
import { endpointSliceController } from './endpoint-slice.ts'
import { endpointsController } from './endpoints.ts'
import { TRIGGER_TIME } from './trigger-time.ts'

test('endpoints say since when their last change was due', async () => {
  await using cluster = await testCluster({ controllers: [endpointsController, endpointSliceController] })
  await addNodes(cluster, node('n1'))
  const stamps = async () => [...await cluster.list(Endpoints), ...await cluster.list(EndpointSlices)].filter(({ metadata }) => metadata.name.startsWith('web')).map(({ metadata }) => metadata.annotations?.[TRIGGER_TIME])
  await cluster.create(Services, service('web'))
  await cluster.settle()
  assert.deepEqual(await stamps(), ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'])
  const made = await cluster.create(Pods, pod('a', { labels: { app: 'web' }, spec: { nodeName: 'n1' } }))
  await cluster.pass(60_000)
  await cluster.becomesReady(made)
  await cluster.settle()
  const at = (await cluster.get(Pods, 'a')).status.conditions!.find(({ type }) => type === 'Ready')!.lastTransitionTime
  assert.deepEqual(await stamps(), [at, at])
  // A change without a time, such as a pod that went, takes the stamp away.
  await cluster.client.delete(Pods, { namespace: 'default', name: 'a' }, { gracePeriodSeconds: 0 })
  await cluster.settle()
  assert.deepEqual(await stamps(), [undefined, undefined])
})
