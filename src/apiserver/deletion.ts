import type { DeleteOptions } from '../api/meta/options.ts'
import type { AnyResource, KubeObject } from '../api/resource.ts'
import { timestamp, type Clock } from '../machinery/clock.ts'
import type { ObjectMeta } from '../api/meta/object-meta.ts'
import { equal } from './equal.ts'
import { orphansByDefault } from './strategies.ts'

const ORPHAN = 'orphan'
const FOREGROUND = 'foregroundDeletion'

/** What a deletion does now: takes the object away, marks it and waits, or nothing because it waits already. */
export type DeletionStep =
  | { readonly type: 'remove' }
  | { readonly type: 'mark'; readonly object: KubeObject; /** Nothing holds it: the mark is followed by the removal. */ readonly thenRemove: boolean }
  | { readonly type: 'pending' }

/**
 * Decides about one deletion. Objects with finalizers, and pods that have time to die, are marked with a deletionTimestamp and go when the
 * last of those has let go; everything else goes at once.
 */
export function planDeletion(resource: AnyResource, object: KubeObject, options: DeleteOptions, clock: Clock): DeletionStep {
  const now = clock.now()
  const grace = gracePeriod(resource, object, options)
  const graceful = grace !== undefined ? markGraceful(object, grace, options.gracePeriodSeconds, now) : undefined
  if (graceful === 'pending') return { type: 'pending' }
  const finalizers = finalizersFor(resource, object, options)
  const marked = graceful ?? object
  const meta: ObjectMeta = { ...marked.metadata, ...(finalizers.length > 0 && { finalizers }) }
  if (finalizers.length === 0) delete meta.finalizers
  const held = finalizers.length > 0 || isHeldNamespace(object)
  if (graceful) return { type: 'mark', object: { ...marked, metadata: meta }, thenRemove: grace === 0 && !held }
  if (!held) return { type: 'remove' }
  const next = asTerminating({ ...marked, metadata: markHeld(resource, meta, now) })
  // Asked once more, nothing changes: no new version.
  return equal(next, object) ? { type: 'pending' } : { type: 'mark', object: next, thenRemove: false }
}

/** Namespaces have finalizers of their own in their spec, and are always marked before they go. */
const isHeldNamespace = (object: KubeObject): boolean =>
  object.kind === 'Namespace' && (object.metadata.deletionTimestamp === undefined || Boolean((object as unknown as { spec?: { finalizers?: string[] } }).spec?.finalizers?.length))

/** A namespace that is going says so in its status too. */
const asTerminating = (object: KubeObject): KubeObject =>
  object.kind === 'Namespace' ? { ...object, status: { ...(object as unknown as { status: object }).status, phase: 'Terminating' } } as unknown as KubeObject : object

/** Without a grace period of its own, an object that is held has none left: 0 seconds from now on. */
function markHeld(resource: AnyResource, meta: ObjectMeta, now: number): ObjectMeta {
  const bumped = meta.deletionGracePeriodSeconds === undefined && (meta.generation ?? 0) > 0 ? { generation: meta.generation! + 1 } : {}
  const at = meta.deletionTimestamp !== undefined && Date.parse(meta.deletionTimestamp) <= now ? meta.deletionTimestamp : timestamp(now)
  const ownFinalizers = resource.group === '' && resource.plural === 'namespaces'
  return { ...meta, ...bumped, deletionTimestamp: at, ...(!ownFinalizers && { deletionGracePeriodSeconds: 0 }) }
}

interface PodLike extends KubeObject {
  spec: { nodeName?: string; terminationGracePeriodSeconds?: number }
  status?: { phase?: string }
}

/** The seconds that an object has to end itself; undefined: its kind needs none. Only pods run something. */
function gracePeriod(resource: AnyResource, object: KubeObject, options: DeleteOptions): number | undefined {
  if (resource.group !== '' || resource.plural !== 'pods') return undefined
  const { spec, status } = object as PodLike
  const asked = options.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30
  if (!spec.nodeName || status?.phase === 'Failed' || status?.phase === 'Succeeded') return 0
  return asked < 0 ? 1 : asked
}

/** The object with its deletion noted; `pending` when it waits already and nobody shortens that; undefined when its time is up. */
function markGraceful(object: KubeObject, grace: number, asked: number | undefined, now: number): KubeObject | 'pending' | undefined {
  const { deletionTimestamp, deletionGracePeriodSeconds: running, generation } = object.metadata
  if (deletionTimestamp !== undefined) {
    if (running === undefined || running === 0) return undefined
    const wanted = asked !== undefined && asked < 0 ? 1 : asked
    if (wanted === undefined || wanted >= running) return 'pending'
    const started = Date.parse(deletionTimestamp) - running * 1000
    return { ...object, metadata: { ...object.metadata, deletionTimestamp: timestamp(started + wanted * 1000), deletionGracePeriodSeconds: wanted } }
  }
  return {
    ...object,
    metadata: {
      ...object.metadata, ...((generation ?? 0) > 0 && { generation: generation! + 1 }),
      deletionTimestamp: timestamp(now + grace * 1000), deletionGracePeriodSeconds: grace,
    },
  }
}

/** The finalizers with those that the garbage collector serves set as the deletion asks. */
function finalizersFor(resource: AnyResource, object: KubeObject, options: DeleteOptions): string[] {
  const present = object.metadata.finalizers ?? []
  const { orphan, foreground } = policyOf(resource, present, options)
  const kept = present.filter(name => (name !== ORPHAN || orphan) && (name !== FOREGROUND || foreground))
  if (orphan && !kept.includes(ORPHAN)) kept.push(ORPHAN)
  if (foreground && !kept.includes(FOREGROUND)) kept.push(FOREGROUND)
  return kept
}

function policyOf(resource: AnyResource, present: readonly string[], options: DeleteOptions): { orphan: boolean; foreground: boolean } {
  // Events own nothing: their deletion never waits for the collector.
  if (resource.plural === 'events') return { orphan: false, foreground: false }
  if (options.orphanDependents !== undefined) return { orphan: options.orphanDependents, foreground: false }
  if (options.propagationPolicy !== undefined) return { orphan: options.propagationPolicy === 'Orphan', foreground: options.propagationPolicy === 'Foreground' }
  if (present.includes(ORPHAN)) return { orphan: true, foreground: false }
  if (present.includes(FOREGROUND)) return { orphan: false, foreground: true }
  return { orphan: orphansByDefault(resource), foreground: false }
}
