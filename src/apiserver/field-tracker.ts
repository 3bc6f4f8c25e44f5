import { apiVersionOf, type AnyResource, type KubeObject } from '../api/resource.ts'
import { timestamp, type Clock } from '../machinery/clock.ts'
import { apply, recordUpdate, type FieldSet, type ManagedWrite } from '../machinery/managed-fields/index.ts'
import { hasSubresource, managerOf, servedOf, type Call } from './call.ts'
import type { Catalog } from './catalog.ts'
import { equal } from './equal.ts'

/** Books who owns which fields (metadata.managedFields). */
export class FieldTracker {
  readonly #clock: Clock
  readonly #catalog: Catalog

  constructor(clock: Clock, catalog: Catalog) {
    this.#clock = clock
    this.#catalog = catalog
  }

  created(call: Call, draft: KubeObject): void {
    setManagers(draft, recordUpdate(this.#write(call, undefined, undefined), draft))
  }

  updated(call: Call, draft: KubeObject, old: KubeObject, subresource: string | undefined): void {
    setManagers(draft, recordUpdate(this.#write(call, old, subresource), draft))
  }

  /** Server-side apply: what the manager wants laid over what is there; the managers are booked already. */
  applied(call: Call, config: object, live: KubeObject | undefined, subresource: string | undefined): object {
    return apply({ ...this.#write(call, live, subresource), force: call.options.force }, config).object
  }

  #write(call: Call, live: KubeObject | undefined, subresource: string | undefined): ManagedWrite {
    const { resource } = call
    return {
      schema: resource.schema, live, manager: managerOf(call), apiVersion: apiVersionOf(servedOf(call)), subresource, time: timestamp(this.#clock.now()),
      reset: resetFields(resource, subresource), forgets: call.notes.forgetsManagers,
      isServed: apiVersion => this.#catalog.groupVersions.some(gv => apiVersionOf(gv) === apiVersion),
    }
  }

  /** Whether a write would change nothing but the times in managedFields. */
  unchanged(draft: KubeObject, old: KubeObject): boolean {
    return equal(withoutTimes(draft), withoutTimes(old))
  }
}

function setManagers(draft: KubeObject, entries: KubeObject['metadata']['managedFields'] | ReturnType<typeof recordUpdate>): void {
  if (entries) draft.metadata.managedFields = entries as NonNullable<KubeObject['metadata']['managedFields']>
  else delete draft.metadata.managedFields
}

/** What a write to the object, or to one of its subresources, cannot change. */
function resetFields(resource: AnyResource, subresource: string | undefined): FieldSet | undefined {
  const stated = resource.resetFields?.[subresource ?? '']
  if (stated) return stated
  if (subresource === 'status') return Object.fromEntries(Object.keys(resource.schema.fields).filter(name => name !== 'status' && name !== 'metadata').map(name => [`f:${name}`, {}]))
  return hasSubresource(resource, 'status') && subresource === undefined ? { 'f:status': {} } : undefined
}

const withoutTimes = (object: KubeObject): KubeObject => {
  const { managedFields, ...metadata } = object.metadata
  return { ...object, metadata: { ...metadata, ...(managedFields && { managedFields: managedFields.map(({ time: _time, ...entry }) => entry) }) } as KubeObject['metadata'] }
}
