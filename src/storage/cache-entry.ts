/** One object as of one revision. Shared by everybody who reads it, so neither it nor its object ever changes. */
export class CacheEntry<T> {
  readonly key: string
  readonly revision: number
  readonly createRevision: number
  readonly object: T
  readonly #representations = new Representations()

  constructor(key: string, revision: number, createRevision: number, object: T) {
    this.key = key
    this.revision = revision
    this.createRevision = createRevision
    this.object = object
  }

  /** The object in a representation, such as `json` or `protobuf`: made when first asked for, and at most once. */
  encoded<R>(representation: string, encode: (object: T) => R): R {
    return this.#representations.once(representation, () => encode(this.object))
  }
}

/** A change of one object; the types are those of the API's watch events. */
export class CacheEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  /** The object after the change; of a deleted one the last state, as of the revision of its deletion. */
  readonly entry: CacheEntry<T>
  /** The object before the change; selectors need it to turn changes into additions and deletions. */
  readonly previous: CacheEntry<T> | undefined
  readonly #representations = new Representations()

  constructor(type: CacheEvent<T>['type'], entry: CacheEntry<T>, previous: CacheEntry<T> | undefined) {
    this.type = type
    this.entry = entry
    this.previous = previous
  }

  get revision(): number {
    return this.entry.revision
  }

  /** The event as it goes over the wire in a representation: made at most once, however many watch. */
  encoded<R>(representation: string, encode: (event: CacheEvent<T>) => R): R {
    return this.#representations.once(representation, () => encode(this))
  }
}

/** What was made of an object, by name. Most objects are never encoded, so there is nothing until then. */
class Representations {
  #made: Map<string, unknown> | undefined

  once<R>(name: string, make: () => R): R {
    const made = this.#made?.get(name)
    // Whoever names a representation always makes it of the same type.
    if (made !== undefined) return made as R
    const fresh = make()
    this.#made ??= new Map()
    this.#made.set(name, fresh)
    return fresh
  }
}
