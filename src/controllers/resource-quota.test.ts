import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigMaps } from '../api/core/config-map.ts'
import { Pods } from '../api/core/pod/pod.ts'
import { ResourceQuotas, type ResourceQuota } from '../api/core/resource-quota.ts'
import { Deployments } from '../api/apps/deployment.ts'
import { isReason } from '../machinery/status.ts'
import type { Draft } from '../machinery/schema/schema.ts'
import { deployment, node, pod } from '../testing/builders.ts'
import { addNodes, testCluster, type TestCluster } from '../testing/test-cluster.ts'
import { resourceQuotaController } from './resource-quota.ts'

const start = () => testCluster({ controllers: [resourceQuotaController] })
const quota = (hard: Record<string, string>, spec: object = {}): Draft<ResourceQuota> => ({ metadata: { name: 'q', namespace: 'default' }, spec: { hard, ...spec } }) as Draft<ResourceQuota>
const status = async (cluster: TestCluster) => (await cluster.get(ResourceQuotas, 'q')).status

test('a quota counts what is there, books what comes and gives back what goes', async () => {
  await using cluster = await start()
  await addNodes(cluster, node('n1'))
  await cluster.create(Pods, pod('before', { requests: { cpu: '500m' }, spec: { nodeName: 'n1' } }))
  await cluster.create(ResourceQuotas, quota({ 'pods': '2', 'requests.cpu': '1', 'count/deployments.apps': '1', 'configmaps': '5', 'services.nodeports': '0' }))
  await cluster.settle()
  const used = { 'pods': '1', 'requests.cpu': '500m', 'count/deployments.apps': '0', 'configmaps': '0', 'services.nodeports': '0' }
  assert.deepEqual((await status(cluster)).used, used)
  await cluster.create(Pods, pod('second', { requests: { cpu: '250m' } }))
  await cluster.create(Deployments, deployment('web', { replicas: 0 }))
  await cluster.pass(1_000)
  assert.deepEqual((await status(cluster)).used, { ...used, 'pods': '2', 'requests.cpu': '750m', 'count/deployments.apps': '1' })
  await assert.rejects(cluster.create(Pods, pod('third', { requests: { cpu: '1m' } })), error => isReason(error, 'Forbidden') && /exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2/.test((error as Error).message))
  await cluster.delete(Pods, 'second')
  await cluster.delete(Deployments, 'web')
  await cluster.editStatus(Pods, 'before', object => ({ ...object, status: { ...object.status, phase: 'Succeeded' as const } }))
  await cluster.pass(1_000)
  assert.deepEqual((await status(cluster)).used, { ...used, 'pods': '0', 'requests.cpu': '0' })
})

test('what was just booked is not given back before its object can be seen', async () => {
  await using cluster = await start()
  await cluster.create(ResourceQuotas, quota({ configmaps: '3' }))
  await cluster.settle()
  const results = await Promise.allSettled(Array.from({ length: 12 }, (_, index) => cluster.create(ConfigMaps, { metadata: { name: `c${index}`, namespace: 'default' } })))
  assert.equal(results.filter(result => result.status === 'fulfilled').length, 3)
  // A booking without an object: whoever booked died.
  await cluster.delete(ConfigMaps, (await cluster.list(ConfigMaps))[0]!.metadata.name)
  await cluster.settle()
  assert.equal((await status(cluster)).used?.['configmaps'], '3')
  await cluster.pass(1_000)
  assert.equal((await status(cluster)).used?.['configmaps'], '2')
})

test('scopes choose the pods that count; a changed limit is taken over', async () => {
  await using cluster = await start()
  await cluster.create(ResourceQuotas, quota({ pods: '9' }, { scopes: ['NotTerminating'] }))
  await cluster.settle()
  await cluster.create(Pods, pod('stays', { requests: { cpu: '1' } }))
  await cluster.create(Pods, pod('ends', { requests: { cpu: '1' }, spec: { activeDeadlineSeconds: 60 } }))
  await cluster.edit(ResourceQuotas, 'q', object => ({ ...object, spec: { ...object.spec, hard: { pods: '4' } } }))
  await cluster.pass(1_000)
  assert.deepEqual(await status(cluster), { hard: { pods: '4' }, used: { pods: '1' } })
})
