import type { KubeObject } from '../resource.ts'

/** A write to the status leaves the metadata alone, for kinds whose status somebody else than their author writes. */
export function keepMetadata(draft: KubeObject, old: KubeObject): void {
  const { managedFields: _managers, ...metadata } = old.metadata
  const { managedFields } = draft.metadata
  draft.metadata = { ...metadata, ...(managedFields && { managedFields }) } as KubeObject['metadata']
}

/** What such writes cannot own. */
export const STATUS_ONLY = { '': { 'f:status': {} }, status: { 'f:metadata': {}, 'f:spec': {} } } as const
