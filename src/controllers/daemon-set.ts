import { ControllerRevisions } from '../api/apps/controller-revision.ts'
import { DaemonSets, type DaemonSet } from '../api/apps/daemon-set.ts'
import { Nodes, type Node } from '../api/core/node.ts'
import { matchesNodeAffinity } from '../api/core/pod/node-affinity.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { isPodReady, tolerates, untilAvailable } from '../api/core/pod/predicates.ts'
import type { Toleration } from '../api/core/pod/scheduling.ts'
import type { Draft } from '../machinery/schema/schema.ts'
import { selectorFrom } from '../machinery/selector.ts'
import { sameJson } from './conditions.ts'
import { defineController, slowStart, watched, type Context } from './framework.ts'
import { createPod, deletePod, podFromTemplate } from './pod-control.ts'
import { hashOf, REVISION_HASH, syncRevisions, trimRevisions } from './revisions.ts'

const GENERATION = 'pod-template-generation'
const NODE_FIELD = 'metadata.name'

/** What the pods of every DaemonSet tolerate: they are part of the node. */
const tolerationsOf = (hostNetwork: boolean): Toleration[] => [
  ...(['not-ready', 'unreachable'] as const).map(name => ({ key: `node.kubernetes.io/${name}`, operator: 'Exists', effect: 'NoExecute' }) as Toleration),
  ...['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable', ...(hostNetwork ? ['network-unavailable'] : [])]
    .map(name => ({ key: `node.kubernetes.io/${name}`, operator: 'Exists', effect: 'NoSchedule' }) as Toleration),
]

/** Keeps one pod on every node that a DaemonSet is meant for. */
export const daemonSetController = defineController<DaemonSet>({
  name: 'daemon-set',
  identity: 'daemon-set-controller',
  for: DaemonSets,
  owns: [Pods, ControllerRevisions],
  watches: [watched(Nodes, (_node, cache) => cache.list(DaemonSets).map(({ metadata }) => metadata))],
  selects: ds => selectorFrom(ds.spec.selector),
  async reconcile(ds, context) {
    if (ds.metadata.deletionTimestamp) return
    if (selectorFrom(ds.spec.selector).everything) {
      context.events.event(ds, 'Warning', 'SelectingAll', 'This daemon set is selecting all pods. A non-empty selector is required.')
      return
    }
    const { current, earlier } = await syncRevisions(context, DaemonSets, ds)
    const hash = hashOf(current)
    const pods = await context.owned(Pods)
    const now = context.clock.now()
    const plan = planDaemons(ds, context.cache.list(Nodes), pods, hash, now)
    const failure = await act(ds, plan, hash, context).then(() => undefined, (error: Error) => error)
    await trimRevisions(context, earlier, ds.spec.revisionHistoryLimit ?? 10, new Set(pods.map(pod => pod.metadata.labels?.[REVISION_HASH] ?? '')))
    if (!sameJson(plan.status, ds.status)) await context.client.updateStatus(DaemonSets, { ...ds, status: plan.status })
    if (failure) throw failure
    return { afterMs: plan.nextMs }
  },
})

async function act(ds: DaemonSet, plan: DaemonPlan, hash: string, context: Context): Promise<void> {
  for (const pod of plan.failed) {
    const { namespace, name } = pod.metadata
    context.events.event(ds, 'Warning', 'FailedDaemonPod', `Found failed daemon pod ${namespace}/${name} on node ${pod.spec.nodeName}, will try to kill it`)
  }
  await Promise.all(plan.remove.map(pod => deletePod(context, ds, pod)))
  await slowStart(plan.create, node => createPod(context, ds, daemonPod(ds, node, hash)))
}

/** The pod of one node: the scheduler places it, and only there. */
export function daemonPod(ds: DaemonSet, node: string, hash: string): Draft<Pod> {
  const { template } = ds.spec
  const { spec } = template
  const labels = { ...template.metadata?.labels, [REVISION_HASH]: hash, [GENERATION]: String(generationOf(ds)) }
  const here = { key: NODE_FIELD, operator: 'In' as const, values: [node] }
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  const nodeSelectorTerms = (required?.nodeSelectorTerms ?? [{}]).map(term => ({ ...term, matchFields: [here] }))
  const affinity = { ...spec?.affinity, nodeAffinity: { ...spec?.affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } }
  const pod = podFromTemplate({ ...template, metadata: { ...template.metadata, labels } as typeof template.metadata }, DaemonSets, ds)
  const own = spec?.tolerations ?? []
  const more = tolerationsOf(spec?.hostNetwork ?? false).filter(toleration => !own.some(other => sameJson(other, toleration)))
  return { ...pod, spec: { ...pod.spec, affinity, tolerations: [...own, ...more] } } as Draft<Pod>
}

const generationOf = (ds: DaemonSet): string => ds.metadata.annotations?.['deprecated.daemonset.template.generation'] ?? String(ds.metadata.generation ?? 1)

export interface DaemonPlan {
  /** Nodes that need a pod. */
  readonly create: readonly string[]
  readonly remove: readonly Pod[]
  /** Those of `remove` that have failed. */
  readonly failed: readonly Pod[]
  readonly status: DaemonSet['status']
  readonly nextMs: number | undefined
}

/** Whether a node should get a pod, and whether one that is there may stay. */
export function suits(ds: DaemonSet, node: Node): { readonly run: boolean; readonly stay: boolean } {
  const spec = ds.spec.template.spec!
  if ((spec.nodeName && spec.nodeName !== node.metadata.name) || !matchesNodeAffinity(spec, node)) return { run: false, stay: false }
  const tolerations = [...(spec.tolerations ?? []), ...tolerationsOf(spec.hostNetwork ?? false)]
  const repelling = (node.spec.taints ?? []).filter(taint => taint.effect !== 'PreferNoSchedule' && !tolerates(tolerations, taint))
  return { run: repelling.length === 0, stay: repelling.every(({ effect }) => effect !== 'NoExecute') }
}

/** The node that a pod is on, or is meant for while it waits to be scheduled. */
function nodeOf({ spec }: Pod): string | undefined {
  if (spec.nodeName) return spec.nodeName
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  return terms.flatMap(term => term.matchFields ?? []).find(({ key }) => key === NODE_FIELD)?.values?.[0]
}

/** Decides which nodes lack a pod, which pods go, and what the DaemonSet says of itself. */
export function planDaemons(ds: DaemonSet, nodes: readonly Node[], pods: readonly Pod[], hash: string, now: number): DaemonPlan {
  const byNode = Map.groupBy(pods, pod => nodeOf(pod) ?? '')
  const failed: Pod[] = []
  const surplus: Pod[] = []
  const create: string[] = []
  const chosen = new Map<string, Pod>()
  for (const node of nodes) {
    const { run, stay } = suits(ds, node)
    const here = byNode.get(node.metadata.name) ?? []
    const living = here.filter(pod => !pod.metadata.deletionTimestamp)
    const broken = stay ? living.filter(({ status }) => status.phase === 'Failed' || status.phase === 'Succeeded') : []
    failed.push(...broken.filter(({ status }) => status.phase === 'Failed'))
    const [keep, ...others] = living.filter(pod => !broken.includes(pod)).sort((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1))
    surplus.push(...broken, ...others, ...(keep && !stay ? [keep] : []))
    if (keep && stay) chosen.set(node.metadata.name, keep)
    // The successor waits until its predecessor is really gone: both may want the same port or folder.
    else if (run && here.length === 0) create.push(node.metadata.name)
  }
  const known = new Set(nodes.map(({ metadata }) => metadata.name))
  surplus.push(...pods.filter(pod => !pod.metadata.deletionTimestamp && !pod.spec.nodeName && !known.has(nodeOf(pod) ?? '')))
  const wanted = nodes.filter(node => suits(ds, node).run)
  const outdated = planUpdate(ds, wanted, chosen, hash, now)
  const waits = [...chosen.values()].map(pod => untilAvailable(pod, ds.spec.minReadySeconds ?? 0, now) ?? 0).filter(ms => ms > 0)
  return { create, remove: [...surplus, ...outdated], failed, status: statusOf(ds, wanted, nodes, byNode, chosen, hash, now), nextMs: waits.length > 0 ? Math.min(...waits) : undefined }
}

/** Pods of an older template that may go now, so that no more than `maxUnavailable` are missing. */
function planUpdate(ds: DaemonSet, wanted: readonly Node[], chosen: ReadonlyMap<string, Pod>, hash: string, now: number): Pod[] {
  if (ds.spec.updateStrategy.type === 'OnDelete') return []
  const stated = ds.spec.updateStrategy.rollingUpdate?.maxUnavailable ?? 1
  const limit = typeof stated === 'string' ? Math.ceil((Number.parseInt(stated, 10) * wanted.length) / 100) : stated
  const available = (pod: Pod): boolean => untilAvailable(pod, ds.spec.minReadySeconds ?? 0, now) === 0
  const old = [...chosen.values()].filter(pod => pod.metadata.labels?.[REVISION_HASH] !== hash)
  const missing = wanted.filter(node => { const pod = chosen.get(node.metadata.name); return !pod || !available(pod) }).length
  // What is not available anyway is replaced at once.
  return [...old.filter(pod => !available(pod)), ...old.filter(available).slice(0, Math.max(0, Math.max(limit, 1) - missing))]
}

function statusOf(
  ds: DaemonSet, wanted: readonly Node[], nodes: readonly Node[], byNode: ReadonlyMap<string, readonly Pod[]>, chosen: ReadonlyMap<string, Pod>, hash: string, now: number,
): DaemonSet['status'] {
  const scheduled = wanted.flatMap(node => chosen.get(node.metadata.name) ?? [])
  const misplaced = nodes.filter(node => !wanted.includes(node) && (byNode.get(node.metadata.name)?.length ?? 0) > 0).length
  const available = scheduled.filter(pod => untilAvailable(pod, ds.spec.minReadySeconds ?? 0, now) === 0).length
  const optional = {
    updatedNumberScheduled: scheduled.filter(pod => pod.metadata.labels?.[REVISION_HASH] === hash).length, numberAvailable: available, numberUnavailable: wanted.length - available,
  }
  return {
    ...(ds.status.collisionCount !== undefined && { collisionCount: ds.status.collisionCount }), ...(ds.status.conditions && { conditions: ds.status.conditions }),
    currentNumberScheduled: scheduled.length, numberMisscheduled: misplaced, desiredNumberScheduled: wanted.length, numberReady: scheduled.filter(isPodReady).length,
    ...(ds.metadata.generation !== undefined && { observedGeneration: ds.metadata.generation }), ...Object.fromEntries(Object.entries(optional).filter(([, count]) => count > 0)),
  }
}
