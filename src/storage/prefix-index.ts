/** Whether a key is meant by a prefix that ends at a `/` or is empty, or by a whole key. */
export const isUnder = (key: string, prefix: string): boolean => (prefix === '' || prefix.endsWith('/') ? key.startsWith(prefix) : key === prefix)

/** Finds everything registered under a prefix of a key in time that depends on the key's depth, not on how much is registered. */
export class PrefixIndex<T> {
  /** Items by prefixes that end in `/` or are whole keys: found by looking up each cut of the key. */
  readonly #byCut = new Map<string, Set<T>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  add(prefix: string, item: T): void {
    const items = this.#byCut.get(prefix)
    if (items) items.add(item)
    else this.#byCut.set(prefix, new Set([item]))
    this.#size++
  }

  remove(prefix: string, item: T): void {
    const items = this.#byCut.get(prefix)
    if (!items?.delete(item)) return
    this.#size--
    if (items.size === 0) this.#byCut.delete(prefix)
  }

  /** Calls `visit` for every item whose prefix `key` starts with. Prefixes end at a `/`, are empty, or are the whole key. */
  visit(key: string, visit: (item: T) => void): void {
    if (this.#size === 0) return
    this.#visitCut('', visit)
    for (let slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) this.#visitCut(key.slice(0, slash + 1), visit)
    if (!key.endsWith('/')) this.#visitCut(key, visit)
  }

  *all(): Iterable<T> {
    for (const items of this.#byCut.values()) yield* items
  }

  #visitCut(cut: string, visit: (item: T) => void): void {
    const items = this.#byCut.get(cut)
    if (items) for (const item of items) visit(item)
  }
}
