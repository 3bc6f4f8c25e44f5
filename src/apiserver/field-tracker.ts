import type { KubeObject } from '../api/resource.ts'
import type { Call } from './call.ts'
import { equal } from './equal.ts'

/** Books who owns which fields (metadata.managedFields). */
export interface FieldTracker {
  created(call: Call, draft: KubeObject): void
  updated(call: Call, draft: KubeObject, old: KubeObject, subresource: string | undefined): void
  /** Whether a write would change nothing but the times in managedFields. */
  unchanged(draft: KubeObject, old: KubeObject): boolean
}

const withoutTimes = (object: KubeObject): KubeObject => {
  const { managedFields, ...metadata } = object.metadata
  return { ...object, metadata: { ...metadata, ...(managedFields && { managedFields: managedFields.map(({ time: _time, ...entry }) => entry) }) } as KubeObject['metadata'] }
}

/** Keeps what is there: for servers without field management. */
export const untracked: FieldTracker = {
  created(_call, draft) {
    delete draft.metadata.managedFields
  },
  updated(_call, draft, old) {
    if (old.metadata.managedFields) draft.metadata.managedFields = old.metadata.managedFields
    else delete draft.metadata.managedFields
  },
  unchanged: (draft, old) => equal(withoutTimes(draft), withoutTimes(old)),
}
