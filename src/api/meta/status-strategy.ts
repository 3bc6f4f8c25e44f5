import type { KubeObject } from '../resource.ts'

/** A write to the status leaves all metadata alone, for kinds whose status somebody else than their author writes. */
export function keepMetadata(draft: KubeObject, old: KubeObject): void {
  const { managedFields: _managers, ...metadata } = old.metadata
  const { managedFields } = draft.metadata
  draft.metadata = { ...metadata, ...(managedFields && { managedFields }) } as KubeObject['metadata']
}

const KEPT = ['deletionTimestamp', 'generation', 'labels', 'annotations', 'finalizers', 'ownerReferences'] as const

/** The same for what users say of an object; the rest is checked as in any update. */
export function keepUsersMetadata(draft: KubeObject, old: KubeObject): void {
  const metadata: Record<string, unknown> = { ...draft.metadata }
  for (const part of KEPT) {
    if (old.metadata[part] === undefined) delete metadata[part]
    else metadata[part] = old.metadata[part]
  }
  draft.metadata = metadata as unknown as KubeObject['metadata']
}

/** What such writes cannot own. */
export const STATUS_ONLY = { '': { 'f:status': {} }, status: { 'f:metadata': {}, 'f:spec': {} } } as const
