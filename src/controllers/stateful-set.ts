import { ControllerRevisions, type ControllerRevision } from '../api/apps/controller-revision.ts'
import { StatefulSets, type StatefulSet } from '../api/apps/stateful-set.ts'
import { PersistentVolumeClaims } from '../api/core/persistent-volume-claim.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import type { PodTemplateSpec } from '../api/core/pod/pod-spec.ts'
import type { Draft } from '../machinery/schema/schema.ts'
import { selectorFrom } from '../machinery/selector.ts'
import { isReason } from '../machinery/status.ts'
import { sameJson } from './conditions.ts'
import { defineController, type Context } from './framework.ts'
import { podFromTemplate } from './pod-control.ts'
import { REVISION_HASH, syncRevisions, trimRevisions } from './revisions.ts'
import { isPredecessorsClaim, settleClaimOwners } from './stateful-set-claims.ts'
import { ordinalOf, planStateful, statefulStatus, type Revisions } from './stateful-set-plan.ts'

/** Keeps pods with lasting names and volumes, in their order. */
export const statefulSetController = defineController<StatefulSet>({
  name: 'statefulset',
  for: StatefulSets,
  owns: [Pods, ControllerRevisions],
  reads: [PersistentVolumeClaims],
  selects: set => selectorFrom(set.spec.selector),
  async reconcile(set, context) {
    if (set.metadata.deletionTimestamp) return
    const { current: update, earlier } = await syncRevisions(context, StatefulSets, set)
    const known = earlier.find(({ metadata }) => metadata.name === set.status.currentRevision) ?? update
    const revisions = { current: known.metadata.name, update: update.metadata.name }
    const pods = (await context.owned(Pods)).filter(pod => ordinalOf(set, pod) !== undefined)
    const now = context.clock.now()
    const plan = planStateful(set, pods, revisions, now)
    const templates = new Map([known, update].map(revision => [revision.metadata.name, templateIn(revision)]))
    const act = async (): Promise<void> => {
      for (const pod of pods) await settleClaimOwners(set, pod, claimNames(set, ordinalOf(set, pod)!), context)
      for (const pod of plan.remove) await remove(set, pod, context)
      for (const { ordinal, revision } of plan.create) await create(set, ordinal, revision, templates.get(revision)!, context)
    }
    const failure = await act().then(() => undefined, (error: Error) => error)
    await settle(set, pods, revisions, now, context)
    await trimRevisions(context, earlier, set.spec.revisionHistoryLimit ?? 10, new Set([known, update].map(hashOf).concat(pods.map(pod => pod.metadata.labels?.[REVISION_HASH] ?? ''))))
    if (failure) throw failure
    return { afterMs: plan.nextMs }
  },
})

const hashOf = ({ metadata }: ControllerRevision): string => metadata.labels?.[REVISION_HASH] ?? ''
const templateIn = ({ data }: ControllerRevision): PodTemplateSpec => {
  const { $patch: _, ...template } = (data as unknown as { spec: { template: PodTemplateSpec & { $patch?: string } } }).spec.template
  return template
}

async function settle(set: StatefulSet, pods: readonly Pod[], revisions: Revisions, now: number, { client }: Context): Promise<void> {
  const status = statefulStatus(set, pods, revisions, now)
  if (!sameJson(status, set.status)) await client.updateStatus(StatefulSets, { ...set, status })
}

const claimName = (set: StatefulSet, template: string, ordinal: number): string => `${template}-${set.metadata.name}-${ordinal}`

const claimNames = (set: StatefulSet, ordinal: number): string[] => (set.spec.volumeClaimTemplates ?? []).map(({ metadata }) => claimName(set, metadata.name, ordinal))

/** The pod of an ordinal: its name is its host name, its claims are its own. */
export function statefulPod(set: StatefulSet, ordinal: number, revision: string, template: PodTemplateSpec): Draft<Pod> {
  const name = `${set.metadata.name}-${ordinal}`
  const { metadata, spec } = podFromTemplate(template, StatefulSets, set)
  const { generateName: _, ...meta } = metadata!
  const labels = { ...template.metadata?.labels, 'statefulset.kubernetes.io/pod-name': name, 'apps.kubernetes.io/pod-index': String(ordinal), [REVISION_HASH]: revision }
  const claims = (set.spec.volumeClaimTemplates ?? []).map(claim => ({ name: claim.metadata.name, persistentVolumeClaim: { claimName: claimName(set, claim.metadata.name, ordinal) } }))
  const others = (template.spec?.volumes ?? []).filter(volume => !claims.some(claim => claim.name === volume.name))
  return {
    metadata: { ...meta, name, labels },
    spec: { ...spec, hostname: name, ...(set.spec.serviceName && { subdomain: set.spec.serviceName }), ...(claims.length + others.length > 0 && { volumes: [...others, ...claims] }) },
  } as Draft<Pod>
}

async function create(set: StatefulSet, ordinal: number, revision: string, template: PodTemplateSpec, context: Context): Promise<void> {
  const { client, events } = context
  const pod = statefulPod(set, ordinal, revision, template)
  const name = pod.metadata!.name!
  try {
    await createClaims(set, ordinal, name, context)
    await client.create(Pods, pod)
    events.event(set, 'Normal', 'SuccessfulCreate', `create Pod ${name} in StatefulSet ${set.metadata.name} successful`)
  } catch (error) {
    if (isReason(error, 'AlreadyExists')) throw error
    events.event(set, 'Warning', 'FailedCreate', `create Pod ${name} in StatefulSet ${set.metadata.name} failed error: ${(error as Error).message}`)
    throw error
  }
}

/** Claims outlive their pods: a pod that comes back finds its data. */
async function createClaims(set: StatefulSet, ordinal: number, pod: string, { cache, client, events }: Context): Promise<void> {
  for (const template of set.spec.volumeClaimTemplates ?? []) {
    const ref = { namespace: set.metadata.namespace, name: claimName(set, template.metadata.name, ordinal) }
    const existing = cache.get(PersistentVolumeClaims, ref)
    if (existing && isPredecessorsClaim(existing)) throw new Error(`claim ${ref.name} is going away with the pod before`)
    if (existing) continue
    const { labels, annotations } = template.metadata
    await client.create(PersistentVolumeClaims, {
      metadata: { ...ref, labels: { ...labels, ...set.spec.selector?.matchLabels }, ...(annotations && { annotations }) }, spec: template.spec,
    } as never).catch(error => { if (!isReason(error, 'AlreadyExists')) throw error })
    events.event(set, 'Normal', 'SuccessfulCreate', `create Claim ${ref.name} Pod ${pod} in StatefulSet ${set.metadata.name} success`)
  }
}

async function remove(set: StatefulSet, pod: Pod, { client, events }: Context): Promise<void> {
  const { namespace, name, uid } = pod.metadata
  if (pod.status.phase === 'Failed') events.event(set, 'Warning', 'RecreatingFailedPod', `StatefulSet ${namespace}/${set.metadata.name} is recreating failed Pod ${name}`)
  if (pod.status.phase === 'Succeeded') events.event(set, 'Normal', 'RecreatingTerminatedPod', `StatefulSet ${namespace}/${set.metadata.name} is recreating terminated Pod ${name}`)
  try {
    await client.delete(Pods, pod.metadata, { preconditions: { uid } })
    events.event(set, 'Normal', 'SuccessfulDelete', `delete Pod ${name} in StatefulSet ${set.metadata.name} successful`)
  } catch (error) {
    if (isReason(error, 'NotFound')) return
    events.event(set, 'Warning', 'FailedDelete', `delete Pod ${name} in StatefulSet ${set.metadata.name} failed error: ${(error as Error).message}`)
    throw error
  }
}
