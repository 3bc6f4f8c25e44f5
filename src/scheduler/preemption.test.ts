import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Events } from '../api/core/event.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { PodDisruptionBudgets } from '../api/policy/pod-disruption-budget.ts'
import { PriorityClasses } from '../api/scheduling/priority-class.ts'
import { node, pod } from '../testing/builders.ts'
import { addNodes, testCluster, type TestCluster } from '../testing/test-cluster.ts'
import { startScheduler } from './index.ts'
import { cheaperFirst, type Victims } from './preemption.ts'

async function start(): Promise<TestCluster> {
  const cluster = await testCluster({ parts: [startScheduler] })
  for (const [name, value, preemptionPolicy] of [['low', 1, 'PreemptLowerPriority'], ['middle', 5, 'PreemptLowerPriority'], ['high', 10, 'PreemptLowerPriority'], ['polite', 10, 'Never']] as const) {
    await cluster.create(PriorityClasses, { metadata: { name }, value, preemptionPolicy })
  }
  return cluster
}
const want = (name: string, priorityClassName: string, cpu = '1', labels = {}) => pod(name, { requests: { cpu }, labels, spec: { priorityClassName, terminationGracePeriodSeconds: 5 } })
const message = (each: Pod) => each.status.conditions?.find(({ type }) => type === 'PodScheduled')?.message
/** Plays the kubelet: pods that are to go are gone. */
async function letGo(cluster: TestCluster): Promise<string[]> {
  const leaving = (await cluster.list(Pods)).filter(({ metadata }) => metadata.deletionTimestamp)
  for (const { metadata } of leaving) await cluster.client.delete(Pods, metadata, { gracePeriodSeconds: 0 })
  await cluster.settle()
  return leaving.map(({ metadata }) => metadata.name).sort()
}

test('the least important pod leaves, is told why, and its room is kept', async () => {
  await using cluster = await start()
  await addNodes(cluster, node('one', { allocatable: { cpu: '2' } }))
  await cluster.create(Pods, want('low', 'low'))
  await cluster.create(Pods, want('middle', 'middle'))
  await cluster.settle()
  const preemptor = await cluster.create(Pods, want('high', 'high'))
  await cluster.settle()

  const waiting = await cluster.get(Pods, 'high')
  assert.equal(waiting.status.nominatedNodeName, 'one')
  assert.match(message(waiting)!, /^0\/1 nodes are available: 1 Insufficient cpu\./)
  const victim = await cluster.get(Pods, 'low')
  assert.ok(victim.metadata.deletionTimestamp)
  const { status, reason, message: why } = victim.status.conditions!.find(({ type }) => type === 'DisruptionTarget')!
  assert.deepEqual({ status, reason, why }, { status: 'True', reason: 'PreemptionByScheduler', why: 'default-scheduler: preempting to accommodate a higher priority pod' })
  assert.equal((await cluster.list(Events)).find(event => event.reason === 'Preempted')?.message, `Preempted by pod ${preemptor.metadata.uid} on node one`)

  await cluster.create(Pods, want('thief', 'low'))
  await cluster.settle()
  assert.deepEqual(await letGo(cluster), ['low'])
  assert.equal((await cluster.get(Pods, 'high')).spec.nodeName, 'one')
  assert.equal((await cluster.get(Pods, 'middle')).spec.nodeName, 'one')
  assert.equal((await cluster.get(Pods, 'thief')).spec.nodeName, undefined)
})

test('nobody else has to leave while the victims are leaving', async () => {
  await using cluster = await start()
  await addNodes(cluster, node('one', { allocatable: { cpu: '1' } }), node('two', { allocatable: { cpu: '1' } }))
  await cluster.create(Pods, want('a', 'low'))
  await cluster.create(Pods, want('b', 'low'))
  await cluster.settle()
  await cluster.create(Pods, want('high', 'high'))
  await cluster.pass(30_000)
  await cluster.edit(Pods, 'high', each => ({ ...each, metadata: { ...each.metadata, labels: { again: 'yes' } } }))
  await cluster.pass(30_000)
  assert.equal((await cluster.list(Pods)).filter(({ metadata }) => metadata.deletionTimestamp).length, 1)
  assert.match(message(await cluster.get(Pods, 'high'))!, /preemption: not eligible due to a terminating pod on the nominated node\.$/)
})

test('a pod whose class never preempts waits, and equals are left alone', async () => {
  await using cluster = await start()
  await addNodes(cluster, node('one', { allocatable: { cpu: '1' } }))
  await cluster.create(Pods, want('there', 'high'))
  await cluster.settle()
  await cluster.create(Pods, want('polite', 'polite'))
  await cluster.create(Pods, want('equal', 'high'))
  await cluster.settle()
  assert.equal(message(await cluster.get(Pods, 'polite')), '0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.')
  assert.equal(message(await cluster.get(Pods, 'equal')), '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.')
  assert.equal((await cluster.get(Pods, 'there')).metadata.deletionTimestamp, undefined)
})

test('when even an emptied node is too small, nobody leaves', async () => {
  await using cluster = await start()
  await addNodes(cluster, node('one', { allocatable: { cpu: '3' } }))
  await cluster.create(Pods, want('keeps', 'high', '2'))
  await cluster.create(Pods, want('low', 'low', '1'))
  await cluster.settle()
  await cluster.create(Pods, want('big', 'middle', '2'))
  await cluster.settle()
  assert.equal(message(await cluster.get(Pods, 'big')), '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 Insufficient cpu.')
  assert.equal((await cluster.get(Pods, 'low')).metadata.deletionTimestamp, undefined)
})

test('pods that a disruption budget protects leave last', async () => {
  await using cluster = await start()
  await addNodes(cluster, node('one', { allocatable: { cpu: '1' } }), node('two', { allocatable: { cpu: '1' } }))
  await cluster.create(PodDisruptionBudgets, { metadata: { name: 'keep', namespace: 'default' }, spec: { selector: { matchLabels: { app: 'kept' } }, minAvailable: 1 } })
  await cluster.create(Pods, want('kept', 'low', '1', { app: 'kept' }))
  await cluster.create(Pods, want('other', 'middle'))
  await cluster.settle()
  await cluster.create(Pods, want('high', 'high'))
  await cluster.settle()
  assert.deepEqual(await letGo(cluster), ['other'])
  assert.ok((await cluster.get(Pods, 'high')).spec.nodeName)
})

test('pod anti-affinity is a reason to make others leave', async () => {
  await using cluster = await start()
  await addNodes(cluster, node('one'))
  await cluster.create(Pods, want('web', 'low', '1', { app: 'web' }))
  await cluster.create(Pods, want('db', 'low', '1', { app: 'db' }))
  await cluster.settle()
  const lonely = want('high', 'high')
  const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } }] } }
  await cluster.create(Pods, { ...lonely, spec: { ...lonely.spec!, affinity } } as typeof lonely)
  await cluster.settle()
  assert.deepEqual(await letGo(cluster), ['web'])
  assert.equal((await cluster.get(Pods, 'high')).spec.nodeName, 'one')
})

const victims = (violations: number, ...pods: readonly (readonly [priority: number, start: string])[]): Victims =>
  ({ node: 'n', violations, pods: pods.map(([priority, startTime]) => ({ spec: { priority }, status: { startTime }, metadata: {} }) as Pod) })
const [early, late] = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z']
for (const [what, better, worse] of [
  ['fewer protected pods', victims(0, [9, early], [9, early]), victims(1, [1, late])],
  ['a lower highest priority', victims(0, [1, early], [1, early]), victims(0, [2, late])],
  ['a lower sum of priorities', victims(0, [2, early], [0, early]), victims(0, [2, late], [1, late])],
  ['fewer pods', victims(0, [2, early]), victims(0, [2, late], [-3, late])],
  ['pods that started later', victims(0, [2, late]), victims(0, [2, early])],
] as const) test(`the cheaper victims: ${what}`, () => {
  assert.ok(cheaperFirst(better, worse) < 0)
  assert.ok(cheaperFirst(worse, better) > 0)
})
