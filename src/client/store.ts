import type { KubeObject } from '../api/resource.ts'
import { assert } from '../machinery/assert.ts'
import type { LabelSelector } from '../machinery/selector.ts'
import type { ObjectRef } from './client.ts'

/** Which objects of a kind; what is stated must all hold. */
export interface CacheQuery {
  readonly namespace?: string | undefined
  /** Objects whose controller this is. */
  readonly owner?: { readonly metadata: { readonly uid: string } } | undefined
  /** Objects of this namespace without a controller. */
  readonly orphansIn?: string | undefined
  readonly selector?: LabelSelector | undefined
  /** A custom index and the key in it. */
  readonly index?: readonly [name: string, key: string] | undefined
}

/** What reads of one kind look like. */
export interface Lister<T extends KubeObject> {
  get(ref: ObjectRef): T | undefined
  list(query?: CacheQuery): readonly T[]
}

/** The keys under which an object stands in an index. */
export type IndexKeys<T> = (object: T) => readonly string[]

/** `namespace/name`, or the name alone. */
export const keyOf = ({ name, namespace }: ObjectRef): string => (namespace ? `${namespace}/${name}` : name)

/** The inverse of `keyOf`. */
export function refOf(key: string): ObjectRef {
  const slash = key.indexOf('/')
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}

const orphansOf = (namespace: string): string => `orphans of ${namespace}`

/** The uid of an object's controller. */
export const controllerUidOf = (object: KubeObject): string | undefined => object.metadata.ownerReferences?.find(owner => owner.controller)?.uid

class Index<T> {
  readonly #keysOf: IndexKeys<T>
  readonly #entries = new Map<string, Map<string, T>>()

  constructor(keysOf: IndexKeys<T>) {
    this.#keysOf = keysOf
  }

  /** Keeps the place of an object that changes without moving. */
  replace(key: string, old: T | undefined, next: T | undefined): void {
    const wanted = new Set(next === undefined ? [] : this.#keysOf(next))
    for (const value of old === undefined ? [] : this.#keysOf(old)) {
      if (wanted.has(value)) continue
      const bucket = this.#entries.get(value)
      bucket?.delete(key)
      if (bucket?.size === 0) this.#entries.delete(value)
    }
    for (const value of wanted) {
      const bucket = this.#entries.get(value)
      if (bucket) bucket.set(key, next!)
      else this.#entries.set(value, new Map([[key, next!]]))
    }
  }

  values(value: string): Iterable<T> {
    return this.#entries.get(value)?.values() ?? []
  }
}

/** The objects of one kind with their indexes. Indexes are built when they are first asked for. */
export class ObjectStore<T extends KubeObject> implements Lister<T> {
  readonly #objects = new Map<string, T>()
  readonly #indexes = new Map<string, Index<T>>()
  readonly #definitions = new Map<string, IndexKeys<T>>([
    ['namespace', object => [object.metadata.namespace]],
    ['controller', object => [controllerUidOf(object) ?? orphansOf(object.metadata.namespace)]],
  ])

  get size(): number {
    return this.#objects.size
  }

  addIndex(name: string, keysOf: IndexKeys<T>): void {
    if (!this.#definitions.has(name)) this.#definitions.set(name, keysOf)
  }

  get(ref: ObjectRef): T | undefined {
    return this.#objects.get(keyOf(ref))
  }

  list({ namespace, owner, orphansIn, selector, index }: CacheQuery = {}): readonly T[] {
    const found = index ? this.#index(index[0]).values(index[1])
      : owner ? this.#index('controller').values(owner.metadata.uid)
      : orphansIn !== undefined ? this.#index('controller').values(orphansOf(orphansIn))
      : namespace ? this.#index('namespace').values(namespace) : this.#objects.values()
    const matches = (object: T): boolean =>
      (!namespace || object.metadata.namespace === namespace) && (!owner || controllerUidOf(object) === owner.metadata.uid) &&
      (!selector || selector.matches(object.metadata.labels))
    return [...found].filter(matches)
  }

  keys(): IterableIterator<string> {
    return this.#objects.keys()
  }

  /** Puts or (with undefined) removes; answers what was there. */
  set(key: string, next: T | undefined): T | undefined {
    const old = this.#objects.get(key)
    if (next) this.#objects.set(key, next)
    else this.#objects.delete(key)
    for (const index of this.#indexes.values()) index.replace(key, old, next)
    return old
  }

  #index(name: string): Index<T> {
    const existing = this.#indexes.get(name)
    if (existing) return existing
    const keysOf = this.#definitions.get(name)
    assert(keysOf, `there is no index ${name}`)
    const index = new Index(keysOf)
    for (const [key, object] of this.#objects) index.replace(key, undefined, object)
    this.#indexes.set(name, index)
    return index
  }
}
