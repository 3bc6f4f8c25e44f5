import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ReplicaSets } from '../api/apps/replica-set.ts'
import { Events } from '../api/core/event.ts'
import { ResourceQuotas } from '../api/core/resource-quota.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { replicaSet } from '../testing/builders.ts'
import { testCluster } from '../testing/test-cluster.ts'
import { leastUsefulFirst, planReplicas, replicaSetController } from './replicaset.ts'

const start = () => testCluster({ controllers: [replicaSetController] })

test('a ReplicaSet gets its pods, and tells of them', async () => {
  await using cluster = await start()
  await cluster.create(ReplicaSets, replicaSet('web', { replicas: 3 }))
  await cluster.settle()
  const pods = await cluster.list(Pods)
  assert.equal(pods.length, 3)
  assert.deepEqual(pods[0]!.metadata.ownerReferences?.map(({ kind, name, controller }) => ({ kind, name, controller })), [{ kind: 'ReplicaSet', name: 'web', controller: true }])
  assert.match(pods[0]!.metadata.name, /^web-[a-z0-9]{5}$/)
  const { status } = await cluster.get(ReplicaSets, 'web')
  assert.deepEqual({ replicas: status.replicas, full: status.fullyLabeledReplicas, ready: status.readyReplicas }, { replicas: 3, full: 3, ready: undefined })
  const events = await cluster.list(Events)
  assert.deepEqual([...new Set(events.map(event => `${event.type} ${event.reason} ${event.message?.slice(0, 16)} ${event.source.component}`))], ['Normal SuccessfulCreate Created pod: web replicaset-controller'])
})

test('a ready pod counts as available once minReadySeconds have passed', async () => {
  await using cluster = await start()
  await cluster.create(ReplicaSets, replicaSet('web', { replicas: 1, minReadySeconds: 30 }))
  await cluster.settle()
  await cluster.becomesReady((await cluster.list(Pods))[0]!)
  await cluster.settle()
  assert.equal((await cluster.get(ReplicaSets, 'web')).status.readyReplicas, 1)
  assert.equal((await cluster.get(ReplicaSets, 'web')).status.availableReplicas, undefined)
  cluster.clock.advance(30_000)
  await cluster.settle()
  assert.equal((await cluster.get(ReplicaSets, 'web')).status.availableReplicas, 1)
})

test('a pod whose label is taken away is released and replaced; given back, one too many is removed', async () => {
  await using cluster = await start()
  await cluster.create(ReplicaSets, replicaSet('web', { replicas: 2 }))
  await cluster.settle()
  const [lost] = await cluster.list(Pods)
  await cluster.edit(Pods, lost!.metadata.name, pod => ({ ...pod, metadata: { ...pod.metadata, labels: { app: 'other' } } }))
  await cluster.settle()
  assert.equal((await cluster.list(Pods)).length, 3)
  assert.equal((await cluster.get(Pods, lost!.metadata.name)).metadata.ownerReferences, undefined)
  await cluster.edit(Pods, lost!.metadata.name, pod => ({ ...pod, metadata: { ...pod.metadata, labels: { app: 'web' } } }))
  await cluster.settle()
  assert.equal((await cluster.list(Pods)).length, 2)
})

test('pods that are refused are reported as ReplicaFailure, and tried again', async () => {
  await using cluster = await start()
  const broken = replicaSet('web', { replicas: 2 })
  await cluster.create(ReplicaSets, { ...broken, spec: { ...broken.spec, template: { ...broken.spec!.template, spec: { ...broken.spec!.template!.spec, serviceAccountName: 'nobody' } } } })
  await cluster.settle()
  const { conditions } = (await cluster.get(ReplicaSets, 'web')).status
  assert.equal(conditions?.[0]?.type, 'ReplicaFailure')
  assert.equal(conditions?.[0]?.reason, 'FailedCreate')
  assert.match(conditions?.[0]?.message ?? '', /pods (?:"web-" )?is forbidden: error looking up service account default\/nobody: serviceaccount "nobody" not found/)
})

test('refusals that name a new pod each time do not wake the controller by its own status', async () => {
  await using cluster = await start()
  const hard = { pods: '1' }
  await cluster.create(ResourceQuotas, { metadata: { name: 'one', namespace: 'default' }, spec: { hard }, status: { hard, used: { pods: '0' } } })
  await cluster.create(ReplicaSets, replicaSet('web', { replicas: 2 }))
  await cluster.settle()
  const { status, metadata } = await cluster.get(ReplicaSets, 'web')
  assert.match(status.conditions?.[0]?.message ?? '', /exceeded quota: one, requested: pods=1, used: pods=1, limited: pods=1/)
  await cluster.pass(5_000)
  assert.equal((await cluster.get(ReplicaSets, 'web')).metadata.resourceVersion, metadata.resourceVersion, 'trying again writes nothing')
})

test('the least useful pods go first', () => {
  const now = Date.UTC(2026, 0, 2)
  const pod = (name: string, parts: { node?: string; phase?: string; ready?: string; cost?: string; restarts?: number; created?: string } = {}): Pod => ({
    metadata: { name, uid: name, creationTimestamp: parts.created ?? '2026-01-01T00:00:00Z', ...(parts.cost && { annotations: { 'controller.kubernetes.io/pod-deletion-cost': parts.cost } }) },
    spec: { ...(parts.node && { nodeName: parts.node }) },
    status: {
      phase: parts.phase ?? 'Running', containerStatuses: [{ restartCount: parts.restarts ?? 0 }],
      ...(parts.ready && { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: parts.ready }] }),
    },
  }) as unknown as Pod
  const ready = '2026-01-01T12:00:00Z'
  const order = [
    pod('unassigned', { phase: 'Pending' }), pod('pending', { node: 'b', phase: 'Pending' }), pod('not-ready', { node: 'b' }),
    pod('cheap', { node: 'b', ready, cost: '-5' }), pod('crowded', { node: 'a', ready }), pod('fresh', { node: 'b', ready: '2026-01-01T23:59:00Z' }),
    pod('restarted', { node: 'b', ready, restarts: 3 }), pod('young', { node: 'b', ready, created: '2026-01-01T11:59:00Z' }), pod('old', { node: 'b', ready }),
  ]
  const onNode = ({ spec }: Pod): number => (spec.nodeName === 'a' ? 5 : 1)
  const sorted = [...order].reverse().sort(leastUsefulFirst({ onNode, now }))
  assert.deepEqual(sorted.map(({ metadata }) => metadata.name), order.map(({ metadata }) => metadata.name))
})

for (const [name, replicas, active, expected] of [['missing', 3, 1, [2, 0]], ['surplus', 1, 3, [0, 2]], ['right', 2, 2, [0, 0]]] as const) {
  test(`plan: ${name}`, () => {
    const pods = Array.from({ length: active }, (_, i) => ({ metadata: { uid: String(i) }, spec: {}, status: {} }) as unknown as Pod)
    const plan = planReplicas({ metadata: {}, spec: { replicas } } as never, pods, { onNode: () => 0, now: 0 })
    assert.deepEqual([plan.create, plan.remove.length], expected)
  })
}
