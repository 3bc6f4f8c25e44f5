import { apiVersionOf, type AnyResource, type KubeObject } from '../api/resource.ts'
import { Timestamps, type Clock } from '../machinery/clock.ts'
import { apply, recordUpdate, type FieldSet, type ManagedWrite } from '../machinery/managed-fields/index.ts'
import { decode } from '../machinery/schema/decode.ts'
import { hasSubresource, managerOf, servedOf, type Call } from './call.ts'
import type { Catalog } from './catalog.ts'
import { equal } from './equal.ts'
import { toServedVersion } from './versions.ts'

/** Books who owns which fields (metadata.managedFields). */
export class FieldTracker {
  readonly #times: Timestamps
  readonly #catalog: Catalog

  constructor(clock: Clock, catalog: Catalog) {
    this.#times = new Timestamps(clock)
    this.#catalog = catalog
  }

  created(call: Call, draft: KubeObject, subresource?: string): void {
    setManagers(draft, recordUpdate(this.#write(call, undefined, subresource), toServedVersion(servedOf(call), draft)))
  }

  updated(call: Call, draft: KubeObject, old: KubeObject, subresource: string | undefined): void {
    const served = servedOf(call)
    setManagers(draft, recordUpdate(this.#write(call, toServedVersion(served, old), subresource), toServedVersion(served, draft)))
  }

  /** Server-side apply: what the manager wants laid over what is there; the managers are booked already. */
  applied(call: Call, config: object, live: KubeObject | undefined, subresource: string | undefined, toldAs?: string): object {
    return apply({ ...this.#write(call, live, subresource), force: call.options.force, toldAs }, config).object
  }

  #write(call: Call, live: KubeObject | undefined, subresource: string | undefined): ManagedWrite {
    const { resource } = call
    const served = servedOf(call)
    return {
      schema: served.schema, live, manager: managerOf(call), apiVersion: apiVersionOf(served), subresource, time: this.#times.now(),
      reset: resetFields(resource, subresource), forgets: call.notes.forgetsManagers,
      isServed: apiVersion => apiVersion === apiVersionOf(served) || this.#catalog.ofKind(apiVersion, served.kind)?.group === served.group,
      inVersion: (apiVersion, object) => this.#inVersion(served, apiVersion, object as KubeObject),
    }
  }

  /** The object as another version of its kind has it. */
  #inVersion(served: AnyResource, apiVersion: string, object: KubeObject): { schema: AnyResource['schema']; object: object } | undefined {
    const other = this.#catalog.ofKind(apiVersion, served.kind)
    if (!other || !(served.storedAs || other.storedAs)) return undefined
    // What apply has merged is not decoded yet: other versions count on fields that are always there.
    const whole = decode(served.schema, object).object as KubeObject
    return { schema: other.schema, object: toServedVersion(other, served.storedAs ? served.storedAs.up(whole) : whole) }
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
