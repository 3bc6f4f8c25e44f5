import { assert } from '../machinery/assert.ts'
import type { CacheEvent } from './cache-entry.ts'
import type { CacheWatch } from './cache-watch.ts'
import { isUnder, PrefixIndex } from './prefix-index.ts'

/** What an object is found by besides its key, such as a pod's node; undefined when it has no such value. */
export type Indexes<T> = Readonly<Record<string, (object: T) => string | undefined>>

/** Everybody who watches a kind, found by what they asked for, so that an event costs only those it concerns. */
export class CacheWatches<T> {
  readonly #indexes: Indexes<T>
  readonly #byPrefix = new PrefixIndex<CacheWatch<T>>()
  readonly #byValue = new Map<string, Map<string, Set<CacheWatch<T>>>>()

  constructor(indexes: Indexes<T>) {
    this.#indexes = indexes
  }

  add(watch: CacheWatch<T>): void {
    const { select, prefix } = watch.options
    if (!select) return this.#byPrefix.add(prefix, watch)
    const values = this.#byValue.get(select.index) ?? new Map<string, Set<CacheWatch<T>>>()
    this.#byValue.set(select.index, values)
    values.set(select.value, (values.get(select.value) ?? new Set()).add(watch))
  }

  remove(watch: CacheWatch<T>): void {
    const { select, prefix } = watch.options
    if (!select) return this.#byPrefix.remove(prefix, watch)
    const values = this.#byValue.get(select.index)
    const watches = values?.get(select.value)
    watches?.delete(watch)
    if (watches?.size === 0) values!.delete(select.value)
    if (values?.size === 0) this.#byValue.delete(select.index)
  }

  dispatch(event: CacheEvent<T>): void {
    this.#byPrefix.visit(event.entry.key, watch => watch.push(event))
    for (const [index, values] of this.#byValue) {
      const now = this.valueOf(index, event.entry.object)
      const before = event.previous && this.valueOf(index, event.previous.object)
      push(event, now === undefined ? undefined : values.get(now))
      if (before !== undefined && before !== now) push(event, values.get(before))
    }
  }

  /** Whether a watch is concerned by an event that happened before it began. */
  concerns(watch: Pick<CacheWatch<T>, 'options'>, { entry, previous }: CacheEvent<T>): boolean {
    const { prefix, select } = watch.options
    if (!isUnder(entry.key, prefix)) return false
    return !select || this.valueOf(select.index, entry.object) === select.value || (previous !== undefined && this.valueOf(select.index, previous.object) === select.value)
  }

  valueOf(index: string, object: T): string | undefined {
    const valueIn = this.#indexes[index]
    assert(valueIn, `the cache has no index ${index}`)
    return valueIn(object)
  }

  /** Sends everybody away. */
  endAll(state: 'gone' | 'ended'): void {
    const all: CacheWatch<T>[] = [...this.#byPrefix.all()]
    for (const values of this.#byValue.values()) for (const watches of values.values()) all.push(...watches)
    for (const watch of all) watch.end(state)
  }
}

function push<T>(event: CacheEvent<T>, watches: ReadonlySet<CacheWatch<T>> | undefined): void {
  if (watches) for (const watch of watches) if (isUnder(event.entry.key, watch.options.prefix)) watch.push(event)
}
