import type { CacheEntry } from './cache-entry.ts'
import type { OrderedMap } from './ordered-map.ts'
import { endOfPrefix } from './storage.ts'

export interface RangeOptions {
  /** Start at this key (inclusive) instead of at the prefix's first. */
  from?: string
  limit?: number
}

/** All objects of a kind as of one revision. Nobody can change it, and making one costs nothing. */
export class Snapshot<T> {
  readonly revision: number
  readonly #tree: OrderedMap<CacheEntry<T>>
  /** How many entries there are from the beginnings of pages on. */
  readonly #counts: Map<string, number>

  constructor(tree: OrderedMap<CacheEntry<T>>, revision: number, counts = new Map<string, number>()) {
    this.#tree = tree
    this.revision = revision
    this.#counts = counts
  }

  /** The same objects, where it is known that nothing changed between the two revisions. */
  as(revision: number): Snapshot<T> {
    return revision === this.revision ? this : new Snapshot(this.#tree, revision, this.#counts)
  }

  /** How many objects there are. */
  get size(): number {
    return this.#tree.size
  }

  get(key: string): CacheEntry<T> | undefined {
    return this.#tree.get(key)
  }

  /** Entries under a prefix in key order, and whether the limit cut some off. */
  range(prefix: string, { from, limit = Infinity }: RangeOptions = {}): { entries: CacheEntry<T>[]; more: boolean } {
    const entries: CacheEntry<T>[] = []
    const end = endOfPrefix(prefix)
    if (limit === Infinity && end !== undefined) {
      this.#tree.forRange(from !== undefined && from > prefix ? from : prefix, end, false, (_, entry) => void entries.push(entry))
      return { entries, more: false }
    }
    for (const entry of this.walk(prefix, from)) {
      if (entries.length >= limit) return { entries, more: true }
      entries.push(entry)
    }
    return { entries, more: false }
  }

  /** Calls `visit` for each entry under a prefix, in key order, until that says that it has seen enough. */
  visit(prefix: string, from: string, visit: (entry: CacheEntry<T>) => boolean): void {
    const end = endOfPrefix(prefix)
    const first = from > prefix ? from : prefix
    if (end !== undefined) return void this.#tree.forRange(first, end, false, (_, entry) => (visit(entry) ? STOP : undefined))
    for (const entry of this.walk(prefix, from)) if (visit(entry)) return
  }

  /** The same one by one, for those who do not know how many they will take. */
  *walk(prefix: string, from = prefix): Iterable<CacheEntry<T>> {
    const end = endOfPrefix(prefix)
    // The tree reuses the pair, which saves an array for every entry.
    for (const [key, entry] of this.#tree.entries(from > prefix ? from : prefix, [])) {
      if (end !== undefined && key >= end) return
      yield entry
    }
  }

  /** How many entries there are under a prefix behind a page of `taken` entries, from its first key up to the next page's. Only a first page is counted. */
  remaining(prefix: string, page: { first: string; taken: number; next: string }): number {
    const nextPage = `${prefix} ${page.next}`
    let count = this.#counts.get(nextPage)
    if (count !== undefined) return count
    const before = this.#counts.get(`${prefix} ${page.first}`)
    count = before === undefined ? this.count(prefix, page.next) : before - page.taken
    this.#counts.set(nextPage, count)
    return count
  }

  /** How many entries there are under a prefix from a key on. */
  count(prefix: string, from = prefix): number {
    const end = endOfPrefix(prefix)
    const first = from > prefix ? from : prefix
    return end === undefined ? [...this.walk(prefix, from)].length : this.#tree.forRange(first, end, false)
  }
}

const STOP = { break: true }

interface Kept<T> {
  /** The tree was like this from one revision until, but without, another. */
  since: number
  until: number
  snapshot: Snapshot<T>
}

/** A few snapshots of the past, for the pages that follow a list's first one. */
export class KeptSnapshots<T> {
  readonly #limit: number
  #kept: Kept<T>[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  keep(snapshot: Snapshot<T>, since: number, until = Infinity): void {
    if (this.at(snapshot.revision)) return
    this.#kept.push({ since, until, snapshot })
    if (this.#kept.length > this.#limit) this.#kept.shift()
  }

  /** The tree changes at this revision: what is kept holds only before it. */
  changed(revision: number): void {
    for (let index = this.#kept.length - 1; index >= 0; index--) {
      const kept = this.#kept[index]!
      if (kept.until === Infinity) kept.until = revision
    }
  }

  at(revision: number): Snapshot<T> | undefined {
    return this.#kept.find(({ since, until }) => since <= revision && revision < until)?.snapshot
  }

  /** Forgets what holds only before a revision. */
  trim(revision: number): void {
    if (this.#kept.length > 0) this.#kept = this.#kept.filter(({ until }) => until > revision)
  }

  clear(): void {
    this.#kept = []
  }
}
