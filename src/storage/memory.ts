import type { Change, ChangePosition, Journal } from './journal.ts'
import { LocalStorage, type LocalOptions } from './local.ts'
import { orderedMap } from './ordered-map.ts'
import type { Entry, Storage } from './storage.ts'

/** Keeps everything in this process's memory: for tests, and for clusters that may be forgotten. */
export function memoryStorage(options: LocalOptions): Storage {
  return new LocalStorage(new MemoryJournal(), { revision: 1, compactedRevision: 0, heads: [] }, options)
}

/** A journal that ends with the process. */
export class MemoryJournal implements Journal {
  readonly broken = undefined
  /** Every change that is still kept, in order. */
  #changes: Change[] = []
  /** The same changes by key, oldest first. */
  readonly #byKey = orderedMap<Change[]>()

  /** Writers that one promise has woken share a batch. */
  gather(): Promise<void> {
    return Promise.resolve()
  }

  async append(changes: readonly Change[]): Promise<void> {
    for (const change of changes) {
      this.#changes.push(change)
      const versions = this.#byKey.get(change.key)
      if (versions) versions.push(change)
      else this.#byKey.set(change.key, [change])
    }
  }

  async read(key: string, revision: number): Promise<Entry | undefined> {
    return entryAt(this.#byKey.get(key) ?? [], revision)
  }

  async scan(from: string, end: string | undefined, revision: number, limit: number): Promise<readonly Entry[]> {
    const found: Entry[] = []
    for (const [key, versions] of this.#byKey.entries(from)) {
      if ((end !== undefined && key >= end) || found.length >= limit) break
      const entry = entryAt(versions, revision)
      if (entry) found.push(entry)
    }
    return found
  }

  async history(from: string, end: string | undefined, after: number, through: number): Promise<{ changes: readonly Change[]; through: number }> {
    const inside = ({ key, revision }: Change): boolean => revision > after && revision <= through && key >= from && (end === undefined || key < end)
    return { changes: this.#changes.filter(inside), through }
  }

  async values(positions: readonly ChangePosition[]): Promise<readonly (Uint8Array | undefined)[]> {
    const wanted = new Map(this.#changes.map(change => [`${change.revision}/${change.index}`, change.value]))
    return positions.map(({ revision, index }) => wanted.get(`${revision}/${index}`))
  }

  async compact(revision: number): Promise<void> {
    const kept = new Set<Change>()
    for (const [key, versions] of this.#byKey.toArray()) {
      const last = versions.findLastIndex(change => change.revision <= revision)
      const rest = versions.slice(last < 0 ? 0 : versions[last]!.value ? last : last + 1)
      if (rest.length > 0) this.#byKey.set(key, rest)
      else this.#byKey.delete(key)
      for (const change of rest) kept.add(change)
    }
    this.#changes = this.#changes.filter(change => kept.has(change))
  }

  idle(): void {}

  async close(): Promise<void> {}
}

function entryAt(versions: readonly Change[], atRevision: number): Entry | undefined {
  const change = versions.findLast(({ revision }) => revision <= atRevision)
  return change?.value && { key: change.key, value: change.value, revision: change.revision, createRevision: change.createRevision }
}
