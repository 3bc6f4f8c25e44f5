import type { ManagedFieldsEntry } from '../api/meta/object-meta.ts'
import type { KubeObject } from '../api/resource.ts'

type Fields = NonNullable<ManagedFieldsEntry['fieldsV1']>

/** How many different sets are remembered for sure; as many again may be. */
const REMEMBERED = 512

/**
 * Lets objects that look alike share what their managed fields say: as trees of small objects these take most of the memory of a pod, and those of one ReplicaSet's
 * pods, or of what one client wrote, are the same.
 */
export class SharedFields {
  #recent = new Map<string, Fields>()
  #older = new Map<string, Fields>()
  readonly #shared = new WeakSet<Fields>()

  /** The same object, with fields that others have as well. */
  share<T extends KubeObject>(object: T): T {
    const { managedFields } = object.metadata
    if (!managedFields || managedFields.every(({ fieldsV1 }) => !fieldsV1 || this.#shared.has(fieldsV1))) return object
    return { ...object, metadata: { ...object.metadata, managedFields: managedFields.map(entry => this.#entry(entry)) } }
  }

  #entry(entry: ManagedFieldsEntry): ManagedFieldsEntry {
    const { fieldsV1 } = entry
    if (!fieldsV1 || this.#shared.has(fieldsV1)) return entry
    const text = JSON.stringify(fieldsV1)
    const known = this.#recent.get(text) ?? this.#older.get(text)
    this.#remember(text, known ?? fieldsV1)
    if (!known) return entry
    return { ...entry, fieldsV1: known }
  }

  #remember(text: string, fields: Fields): void {
    this.#shared.add(fields)
    this.#recent.set(text, fields)
    if (this.#recent.size < REMEMBERED) return
    this.#older = this.#recent
    this.#recent = new Map()
  }
}
