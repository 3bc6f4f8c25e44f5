import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ControllerRevisions } from '../api/apps/controller-revision.ts'
import { DaemonSets, type DaemonSet } from '../api/apps/daemon-set.ts'
import { Deployments } from '../api/apps/deployment.ts'
import { Nodes } from '../api/core/node.ts'
import { Pods } from '../api/core/pod/pod.ts'
import { ReplicationControllers } from '../api/core/replication-controller.ts'
import { PodDisruptionBudgets } from '../api/policy/pod-disruption-budget.ts'
import { ClusterRoles } from '../api/rbac/cluster-role.ts'
import type { Draft } from '../machinery/schema/schema.ts'
import { container, deployment, node, template } from '../testing/builders.ts'
import { testBinder } from '../testing/test-binder.ts'
import { addNodes, testCluster } from '../testing/test-cluster.ts'
import { testKubelet } from '../testing/test-kubelet.ts'
import { controllers } from './index.ts'

const start = () => testCluster({ controllers: [...controllers, testKubelet, testBinder], settings: { nodeMonitorGraceMs: 1e9 } })
const daemons = (image = 'web:1'): Draft<DaemonSet> => ({
  metadata: { name: 'agent', namespace: 'default' },
  spec: { selector: { matchLabels: { app: 'agent' } }, template: { metadata: { labels: { app: 'agent' } }, spec: { nodeSelector: { kind: 'worker' }, containers: [container(undefined, image)] } } },
} as Draft<DaemonSet>)

test('a daemon set has one pod on each node that it is meant for, also cordoned ones, and follows nodes and labels', async () => {
  await using cluster = await start()
  await addNodes(cluster, node('a', { labels: { kind: 'worker' } }), node('b', { labels: { kind: 'worker' }, spec: { unschedulable: true } }), node('c'))
  await cluster.create(DaemonSets, daemons())
  await cluster.settle()
  const placed = async () => (await cluster.list(Pods)).map(pod => pod.spec.nodeName).sort()
  assert.deepEqual(await placed(), ['a', 'b'])
  const { status } = await cluster.get(DaemonSets, 'agent')
  assert.deepEqual([status.desiredNumberScheduled, status.currentNumberScheduled, status.numberReady, status.numberAvailable, status.updatedNumberScheduled, status.numberMisscheduled], [2, 2, 2, 2, 2, 0])
  await cluster.edit(Nodes, 'c', object => ({ ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, kind: 'worker' } } }))
  await cluster.edit(Nodes, 'a', object => ({ ...object, metadata: { ...object.metadata, labels: {} } }))
  await cluster.settle()
  assert.deepEqual(await placed(), ['b', 'c'])
})

test('a daemon set rolls to a new template one node at a time and keeps its revisions', async () => {
  await using cluster = await start()
  await addNodes(cluster, ...['a', 'b', 'c'].map(name => node(name, { labels: { kind: 'worker' } })))
  await cluster.create(DaemonSets, daemons())
  await cluster.settle()
  await cluster.edit(DaemonSets, 'agent', ds => ({ ...ds, spec: { ...ds.spec, template: { ...ds.spec.template, spec: { ...ds.spec.template.spec!, containers: [{ ...ds.spec.template.spec!.containers[0]!, image: 'web:2' }] } } } }))
  await cluster.settle()
  assert.deepEqual((await cluster.list(Pods)).map(pod => pod.spec.containers[0]!.image), ['web:2', 'web:2', 'web:2'])
  assert.deepEqual((await cluster.list(ControllerRevisions)).map(({ revision }) => revision).sort(), [1, 2])
  assert.equal((await cluster.get(DaemonSets, 'agent')).status.updatedNumberScheduled, 3)
})

test('a failed daemon is replaced', async () => {
  await using cluster = await start()
  await addNodes(cluster, node('a', { labels: { kind: 'worker' } }))
  await cluster.create(DaemonSets, daemons())
  await cluster.settle()
  const [before] = await cluster.list(Pods)
  await cluster.editStatus(Pods, before!.metadata.name, pod => ({ ...pod, status: { ...pod.status, phase: 'Failed' as const } }))
  await cluster.settle()
  const [after] = await cluster.list(Pods)
  assert.notEqual(after!.metadata.uid, before!.metadata.uid)
})

test('a replication controller keeps its pods', async () => {
  await using cluster = await start()
  await addNodes(cluster, node('a'))
  await cluster.create(ReplicationControllers, { metadata: { name: 'old', namespace: 'default' }, spec: { replicas: 2, selector: { app: 'old' }, template: template({ app: 'old' }) } } as never)
  await cluster.settle()
  assert.equal((await cluster.list(Pods)).length, 2)
  const { status } = await cluster.get(ReplicationControllers, 'old')
  assert.deepEqual([status.replicas, status.readyReplicas, status.availableReplicas], [2, 2, 2])
})

for (const [budget, allowed, desired] of [[{ minAvailable: 2 }, 2, 2], [{ minAvailable: '50%' }, 2, 2], [{ maxUnavailable: 1 }, 1, 3], [{ maxUnavailable: '100%' }, 4, 0]] as const) {
  test(`a budget of ${JSON.stringify(budget)} over four pods allows ${allowed} evictions`, async () => {
    await using cluster = await start()
    await addNodes(cluster, node('a'))
    await cluster.create(Deployments, deployment('web', { replicas: 4 }))
    await cluster.create(PodDisruptionBudgets, { metadata: { name: 'pdb', namespace: 'default' }, spec: { selector: { matchLabels: { app: 'web' } }, ...budget } })
    await cluster.settle()
    const { status } = await cluster.get(PodDisruptionBudgets, 'pdb')
    assert.deepEqual([status.disruptionsAllowed, status.currentHealthy, status.desiredHealthy, status.expectedPods], [allowed, 4, desired, 4])
    assert.equal(status.conditions?.[0]?.reason, 'SufficientPods')
  })
}

test('aggregated roles have the rules of the roles that carry their label', async () => {
  await using cluster = await start()
  const rule = { apiGroups: ['example.com'], resources: ['things'], verbs: ['get'] }
  await cluster.create(ClusterRoles, { metadata: { name: 'all' }, aggregationRule: { clusterRoleSelectors: [{ matchLabels: { join: 'all' } }] }, rules: [] })
  await cluster.create(ClusterRoles, { metadata: { name: 'part', labels: { join: 'all' } }, rules: [rule] })
  await cluster.settle()
  assert.deepEqual((await cluster.get(ClusterRoles, 'all')).rules, [rule])
  await cluster.delete(ClusterRoles, 'part')
  await cluster.settle()
  assert.deepEqual((await cluster.get(ClusterRoles, 'all')).rules ?? [], [])
})
