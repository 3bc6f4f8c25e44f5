import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Events } from '../api/core/event.ts'
import { Nodes } from '../api/core/node.ts'
import { Pods } from '../api/core/pod/pod.ts'
import { node, pod } from '../testing/builders.ts'
import { addNodes, testCluster } from '../testing/test-cluster.ts'
import { startScheduler } from './index.ts'

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
