import { Leases } from '../api/coordination/lease.ts'
import { Nodes, type Node } from '../api/core/node.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { isPodReady } from '../api/core/pod/predicates.ts'
import { timestamp } from '../machinery/clock.ts'
import { isReason } from '../machinery/status.ts'
import { conditionOf, sameJson } from './conditions.ts'
import { defineController, watched, type Context, type ControllerModule } from './framework.ts'
import { planTaints, silentConditions, type Heartbeat } from './node-health.ts'
import { patchPodStatus } from './pod-control.ts'

const LEASE_NAMESPACE = 'kube-node-lease'
/** Labels that older clients look for, and the ones they repeat. */
const LEGACY_LABELS = [['kubernetes.io/os', 'beta.kubernetes.io/os'], ['kubernetes.io/arch', 'beta.kubernetes.io/arch']] as const

/** Notices nodes that fall silent, taints nodes by their conditions, and marks the pods of lost nodes as not ready. */
export const nodeLifecycleController: ControllerModule = {
  name: 'node-lifecycle',
  // Silence is measured by when a heartbeat was heard here: the memory belongs to one run.
  start: options => nodeLifecycle(new Map()).start(options),
}

const nodeLifecycle = (heard: Map<string, Heartbeat>) => defineController<Node>({
  name: 'node-lifecycle',
  identity: 'node-controller',
  for: Nodes,
  watches: [watched(Leases, ({ metadata }) => (metadata.namespace === LEASE_NAMESPACE ? [{ name: metadata.name }] : []))],
  reads: [Pods],
  prepare: cache => cache.informer(Pods).addIndex('node', pod => (pod.spec.nodeName ? [pod.spec.nodeName] : [])),

  async reconcile(node, context) {
    const leftMs = listen(heard, node, context)
    const silent = leftMs <= 0
    const current = silent ? await markSilent(node, context) : node
    const tainted = await applyTaints(current, context)
    if (conditionOf(tainted.status.conditions, 'Ready')?.status !== 'True') await markPodsNotReady(node, context)
    return silent ? undefined : { afterMs: leftMs }
  },
  async gone({ name }) {
    heard.delete(name)
  },
})

/** Notes the node's last heartbeat; answers how long it may stay silent. */
function listen(heard: Map<string, Heartbeat>, node: Node, { cache, clock, settings }: Context): number {
  const ready = conditionOf(node.status.conditions, 'Ready')
  const lease = cache.get(Leases, { namespace: LEASE_NAMESPACE, name: node.metadata.name })
  const renewed = `${lease?.spec.renewTime ?? ''} ${ready?.lastHeartbeatTime ?? ''} ${ready?.status === 'Unknown' ? '' : ready?.status ?? ''}`
  const before = heard.get(node.metadata.name)
  if (before?.renewed !== renewed) heard.set(node.metadata.name, { renewed, heardAt: clock.now() })
  const { heardAt } = heard.get(node.metadata.name)!
  return heardAt + (ready ? settings.nodeMonitorGraceMs : settings.nodeStartupGraceMs) - clock.now()
}

async function markSilent(node: Node, { client, clock, events }: Context): Promise<Node> {
  const conditions = silentConditions(node, clock.now())
  if (sameJson(conditions, node.status.conditions)) return node
  if (conditionOf(node.status.conditions, 'Ready')?.status === 'True') {
    const { name } = node.metadata
    events.event({ kind: 'Node', name, uid: node.metadata.uid }, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`)
  }
  return client.updateStatus(Nodes, { ...node, status: { ...node.status, conditions } })
}

async function applyTaints(node: Node, { client, clock }: Context): Promise<Node> {
  const taints = planTaints(node, clock.now())
  const labels = { ...node.metadata.labels }
  for (const [from, to] of LEGACY_LABELS) if (labels[from] !== undefined) labels[to] = labels[from]
  if (taints === node.spec.taints || (taints.length === 0 && !node.spec.taints)) {
    if (sameJson(labels, node.metadata.labels ?? {})) return node
  }
  const patch = { metadata: { resourceVersion: node.metadata.resourceVersion, labels }, spec: { taints: taints.length > 0 ? taints : null } }
  return client.patch(Nodes, node.metadata, patch, { type: 'application/merge-patch+json' })
}

async function markPodsNotReady(node: Node, { cache, client, clock, events }: Context): Promise<void> {
  const change = async (pod: Pod): Promise<void> => {
    const conditions = pod.status.conditions!.map(condition => (condition.type === 'Ready' ? { ...condition, status: 'False', lastTransitionTime: timestamp(clock.now()) } : condition))
    events.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready')
    await patchPodStatus(client, pod, { conditions }).catch(error => { if (!isReason(error, 'NotFound')) throw error })
  }
  await Promise.all(cache.list(Pods, { index: ['node', node.metadata.name] }).filter(isPodReady).map(change))
}
