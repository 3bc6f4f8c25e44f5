import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Nodes } from '../api/core/node.ts'
import { Pods } from '../api/core/pod/pod.ts'
import { isPodFinished, podRequests } from '../api/core/pod/predicates.ts'
import { PriorityClasses } from '../api/scheduling/priority-class.ts'
import { amount } from '../api/core/pod/predicates.ts'
import { isReason } from '../machinery/status.ts'
import { node, pod } from '../testing/builders.ts'
import { addNodes, testCluster, type TestCluster } from '../testing/test-cluster.ts'
import { startScheduler } from './index.ts'

const NODES = ['n0', 'n1', 'n2']

/** What people and nodes do to a cluster; numbers pick among what there is. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('create' as const), cpu: fc.integer({ min: 0, max: 12 }), important: fc.boolean(), apart: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), which: fc.nat(100) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cordon' as const), which: fc.nat(2), on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('finish' as const), which: fc.nat(100) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('replace' as const), which: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('settle' as const), seconds: fc.nat(20) }) },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

const smallNode = (name: string) => node(name, { allocatable: { cpu: '2', pods: '5' } })
const anti = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { apart: 'yes' } } }] } }

/** Watches every change: no node is ever over its capacity, no pod is ever moved, pods that must be apart are. */
function watchLaws(cluster: TestCluster, broken: string[]): () => void {
  return cluster.cache.informer(Pods).onChange(({ old, object }) => {
    if (old?.metadata.uid === object?.metadata.uid && old?.spec.nodeName && old.spec.nodeName !== object?.spec.nodeName) broken.push(`${old.metadata.name} moved from ${old.spec.nodeName} to ${object?.spec.nodeName}`)
    const place = object?.spec.nodeName
    if (!place || old?.spec.nodeName === place) return
    const there = cluster.cache.list(Pods).filter(each => each.spec.nodeName === place && !isPodFinished(each))
    const cpu = there.reduce((sum, each) => sum + (podRequests(each).cpu ?? 0), 0)
    if (cpu > amount('cpu', '2') || there.length > 5) broken.push(`${place} holds ${there.length} pods with ${cpu}m`)
    if (there.filter(({ metadata }) => metadata.labels?.apart).length > 1) broken.push(`${place} holds two pods that must be apart`)
  })
}

async function perform(cluster: TestCluster, action: Step, count: number): Promise<void> {
  const pods = await cluster.list(Pods)
  const chosen = 'which' in action && pods.length > 0 ? pods[action.which % pods.length]! : undefined
  switch (action.do) {
    case 'create': {
      const { cpu, important, apart } = action
      const spec = { ...(important && { priorityClassName: 'important' }), ...(apart && { affinity: anti }) }
      return void await cluster.create(Pods, pod(`p${count}`, { requests: { cpu: `${cpu * 100}m` }, labels: apart ? { apart: 'yes' } : {}, spec: spec as never }))
    }
    case 'delete': return void (chosen && await cluster.client.delete(Pods, chosen.metadata, { gracePeriodSeconds: 0 }))
    case 'finish': return void (chosen?.spec.nodeName && await cluster.client.updateStatus(Pods, { ...chosen, status: { ...chosen.status, phase: 'Succeeded' } }))
    case 'cordon': return void await cluster.edit(Nodes, NODES[action.which]!, each => ({ ...each, spec: { ...each.spec, unschedulable: action.on } }))
    case 'replace': {
      await cluster.delete(Nodes, NODES[action.which]!)
      return addNodes(cluster, smallNode(NODES[action.which]!))
    }
    case 'settle': return cluster.pass(action.seconds * 1000)
  }
}

/** Pods whose victims are told to go do go, as with a kubelet. */
async function letVictimsGo(cluster: TestCluster): Promise<void> {
  for (const { metadata } of (await cluster.list(Pods)).filter(each => each.metadata.deletionTimestamp)) await cluster.client.delete(Pods, metadata, { gracePeriodSeconds: 0 })
  await cluster.settle()
}

test('no node is ever filled over its capacity, no pod is ever moved, and who fits is placed in the end', { timeout: 120_000 }, async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), fc.integer({ min: 1, max: 1e6 }), async (steps, seed) => {
    await using cluster = await testCluster({ seed, parts: [startScheduler] })
    const broken: string[] = []
    const end = watchLaws(cluster, broken)
    await cluster.create(PriorityClasses, { metadata: { name: 'important' }, value: 100 })
    await addNodes(cluster, ...NODES.map(smallNode))
    for (const [count, action] of steps.entries()) {
      await perform(cluster, action, count).catch(error => { if (!isReason(error, 'Conflict') && !isReason(error, 'NotFound')) throw error })
    }
    await cluster.pass(60_000)
    await letVictimsGo(cluster)
    for (const name of NODES) await cluster.edit(Nodes, name, each => ({ ...each, spec: { ...each.spec, unschedulable: false } }))
    // A node that is empty takes any pod: whoever waits then was forgotten.
    await addNodes(cluster, node('spare', { allocatable: { cpu: '100', pods: '110' } }))
    await cluster.pass(60_000)
    await letVictimsGo(cluster)
    await cluster.pass(60_000)
    const waiting = (await cluster.list(Pods)).filter(each => !each.spec.nodeName && !each.spec.affinity)
    assert.deepEqual(broken, [])
    assert.deepEqual(waiting.map(({ metadata, status }) => `${metadata.name} ${status.conditions?.[0]?.message}`), [])
    end()
  }), { numRuns: 25, seed: 20260101 })
})
