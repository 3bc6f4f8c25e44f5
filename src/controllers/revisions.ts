import { ControllerRevisions, type ControllerRevision } from '../api/apps/controller-revision.ts'
import type { PodTemplateSpec } from '../api/core/pod/pod-spec.ts'
import type { AnyResource, KubeObject } from '../api/resource.ts'
import { isReason } from '../machinery/status.ts'
import { controllerReference } from './claim.ts'
import { sameJson } from './conditions.ts'
import type { Context } from './framework.ts'
import { canonicalJson, stableHash } from './hash.ts'

/** The label that ties pods and revisions to the template they were made of. */
export const REVISION_HASH = 'controller-revision-hash'

/** What `kubectl rollout undo` puts back: the whole template. Clients compare it byte by byte with what a set would have now, keys in order. */
const dataOf = (template: PodTemplateSpec): Record<string, unknown> => JSON.parse(canonicalJson({ spec: { template: { ...template, $patch: 'replace' } } })) as Record<string, unknown>

const newestFirst = (a: ControllerRevision, b: ControllerRevision): number => b.revision - a.revision

export const hashOf = (revision: ControllerRevision): string => revision.metadata.labels?.[REVISION_HASH] ?? ''

/** Keeps one revision for each template that an owner has had; answers the present one and the earlier ones, newest first. */
export async function syncRevisions<T extends KubeObject & { spec: { template: PodTemplateSpec } }>(
  context: Context, resource: AnyResource, owner: T,
): Promise<{ current: ControllerRevision; earlier: readonly ControllerRevision[] }> {
  const { client } = context
  const owned = [...await context.owned(ControllerRevisions)].sort(newestFirst)
  const data = dataOf(owner.spec.template)
  const existing = owned.find(revision => sameJson(revision.data, data))
  const next = (owned[0]?.revision ?? 0) + 1
  if (existing) {
    const current = existing === owned[0] ? existing : await client.update(ControllerRevisions, { ...existing, revision: next })
    return { current, earlier: owned.filter(revision => revision !== existing) }
  }
  const current = await create(context, resource, owner, data, next)
  return { current, earlier: owned }
}

async function create<T extends KubeObject & { spec: { template: PodTemplateSpec } }>(
  { client }: Context, resource: AnyResource, owner: T, data: Record<string, unknown>, revision: number,
): Promise<ControllerRevision> {
  const { name, namespace, annotations } = owner.metadata
  for (let collisions = 0; ; collisions++) {
    const hash = stableHash(data, collisions)
    const labels = { ...owner.spec.template.metadata?.labels, [REVISION_HASH]: hash }
    try {
      return await client.create(ControllerRevisions, {
        metadata: { name: `${name}-${hash}`, namespace, labels, ...(annotations && { annotations }), ownerReferences: [controllerReference(resource, owner)] }, data, revision,
      })
    } catch (error) {
      if (!isReason(error, 'AlreadyExists')) throw error
      const existing = await client.get(ControllerRevisions, { name: `${name}-${hash}`, namespace })
      if (sameJson(existing.data, data)) return existing
    }
  }
}

/** Deletes the oldest revisions beyond the limit that no pod was made of. */
export async function trimRevisions({ client }: Context, earlier: readonly ControllerRevision[], limit: number, inUse: ReadonlySet<string>): Promise<void> {
  const unused = earlier.filter(revision => !inUse.has(hashOf(revision)))
  for (const revision of unused.slice(limit)) {
    await client.delete(ControllerRevisions, revision.metadata).catch(error => { if (!isReason(error, 'NotFound')) throw error })
  }
}
