import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ControllerRevisions } from '../api/apps/controller-revision.ts'
import { DaemonSets, type DaemonSet } from '../api/apps/daemon-set.ts'
import { Deployments } from '../api/apps/deployment.ts'
import { StatefulSets, type StatefulSet } from '../api/apps/stateful-set.ts'
import { Nodes } from '../api/core/node.ts'
import { PersistentVolumeClaims } from '../api/core/persistent-volume-claim.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
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

const stateful = (parts: object = {}): Draft<StatefulSet> => ({
  metadata: { name: 'db', namespace: 'default' },
  spec: { replicas: 3, serviceName: 'db', selector: { matchLabels: { app: 'db' } }, template: template({ app: 'db' }), ...parts },
} as Draft<StatefulSet>)
const withImage = (image: string) => (set: StatefulSet): StatefulSet =>
  ({ ...set, spec: { ...set.spec, template: { ...set.spec.template, spec: { ...set.spec.template.spec!, containers: [{ ...set.spec.template.spec!.containers[0]!, image }] } } } })

test('a stateful set starts its pods in order, each when the one before is ready, and keeps their claims', async () => {
  await using cluster = await testCluster({ controllers })
  const claim = { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }
  await cluster.create(StatefulSets, stateful({ volumeClaimTemplates: [claim] }))
  const names = async () => (await cluster.list(Pods)).map(({ metadata }) => metadata.name)
  for (const expected of [['db-0'], ['db-0', 'db-1'], ['db-0', 'db-1', 'db-2']]) {
    await cluster.settle()
    assert.deepEqual(await names(), expected)
    await cluster.becomesReady(await cluster.get(Pods, expected.at(-1)!))
  }
  await cluster.settle()
  const pod = await cluster.get(Pods, 'db-1')
  assert.deepEqual([pod.spec.hostname, pod.spec.subdomain, pod.metadata.labels!['apps.kubernetes.io/pod-index']], ['db-1', 'db', '1'])
  assert.equal(pod.spec.volumes!.find(({ name }) => name === 'data')!.persistentVolumeClaim!.claimName, 'data-db-1')
  await cluster.edit(StatefulSets, 'db', set => ({ ...set, spec: { ...set.spec, replicas: 1 } }))
  await cluster.settle()
  assert.deepEqual(await names(), ['db-0'])
  assert.equal((await cluster.list(PersistentVolumeClaims)).length, 3)
  const { status } = await cluster.get(StatefulSets, 'db')
  assert.deepEqual([status.replicas, status.readyReplicas, status.availableReplicas, status.currentRevision === status.updateRevision], [1, 1, 1, true])
})

test('scaling a stateful set down halts while a pod before the last one is unhealthy too', async () => {
  await using cluster = await start()
  await addNodes(cluster, node('a'))
  await cluster.create(StatefulSets, stateful())
  await cluster.settle()
  const ready = (status: 'True' | 'False') => (pod: Pod): Pod =>
    ({ ...pod, status: { ...pod.status, conditions: pod.status.conditions!.map(condition => (condition.type === 'Ready' ? { ...condition, status } : condition)) } })
  for (const name of ['db-0', 'db-2']) await cluster.editStatus(Pods, name, ready('False'))
  await cluster.edit(StatefulSets, 'db', set => ({ ...set, spec: { ...set.spec, replicas: 0 } }))
  await cluster.settle()
  assert.equal((await cluster.list(Pods)).length, 3)
  await cluster.editStatus(Pods, 'db-0', ready('True'))
  await cluster.settle()
  assert.equal((await cluster.list(Pods)).length, 0, 'one unhealthy pod alone holds nothing back')
})

test('a stateful set updates from the last pod to the partition, then to the first', async () => {
  await using cluster = await start()
  await addNodes(cluster, node('a'))
  await cluster.create(StatefulSets, stateful({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } }))
  await cluster.settle()
  await cluster.edit(StatefulSets, 'db', withImage('web:2'))
  await cluster.settle()
  const images = async () => (await cluster.list(Pods)).map(pod => pod.spec.containers[0]!.image)
  assert.deepEqual(await images(), ['web:1', 'web:1', 'web:2'])
  // A pod below the partition comes back as it was.
  await cluster.delete(Pods, 'db-0')
  await cluster.settle()
  assert.deepEqual(await images(), ['web:1', 'web:1', 'web:2'])
  const { status } = await cluster.get(StatefulSets, 'db')
  assert.deepEqual([status.currentReplicas, status.updatedReplicas, status.currentRevision === status.updateRevision], [2, 1, false])
  await cluster.edit(StatefulSets, 'db', set => ({ ...set, spec: { ...set.spec, updateStrategy: { type: 'RollingUpdate' as const, rollingUpdate: { partition: 0 } } } }))
  await cluster.settle()
  assert.deepEqual(await images(), ['web:2', 'web:2', 'web:2'])
  const after = (await cluster.get(StatefulSets, 'db')).status
  assert.equal(after.currentRevision, after.updateRevision)
})

test('a parallel stateful set waits for nobody; a failed pod is made again', async () => {
  await using cluster = await testCluster({ controllers })
  await cluster.create(StatefulSets, stateful({ podManagementPolicy: 'Parallel' }))
  await cluster.settle()
  const before = await cluster.list(Pods)
  assert.equal(before.length, 3)
  await cluster.editStatus(Pods, 'db-1', pod => ({ ...pod, status: { ...pod.status, phase: 'Failed' as const } }))
  await cluster.settle()
  assert.notEqual((await cluster.get(Pods, 'db-1')).metadata.uid, before[1]!.metadata.uid)
})
