import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { realFiles } from '../host/files.ts'
import { silentLog } from '../machinery/log.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { memoryStorage } from './memory.ts'
import { sqliteStorage } from './sqlite.ts'
import { isCompacted, type Operation, type Storage, type StorageEvent, type Transaction } from './storage.ts'
import { WatchCache } from './watch-cache.ts'

const SEED = 20_260_101
const KEYS = ['/r/a/1', '/r/a/2', '/r/b/1', '/r/b/10', '/s/1']
const PREFIXES = ['/r/', '/r/a/', '/s/', '']

/** A step of a run; numbers choose among what exists at that moment, so that every run is valid. */
type Step =
  | { step: 'commit'; puts: { key: number; value: number }[]; deletes: number[]; guard: { key: number; right: boolean } | undefined; wait: boolean }
  | { step: 'list'; prefix: number; back: number; limit: number }
  | { step: 'compact'; back: number }
  | { step: 'watch'; prefix: number; back: number }
  | { step: 'reopen' }

const index = fc.nat({ max: 4 })
const steps: fc.Arbitrary<Step[]> = fc.array(fc.oneof(
  { weight: 12, arbitrary: fc.record({
    step: fc.constant('commit' as const), puts: fc.uniqueArray(fc.record({ key: index, value: fc.nat({ max: 255 }) }), { maxLength: 3, selector: ({ key }) => key }),
    deletes: fc.uniqueArray(index, { maxLength: 2 }), guard: fc.option(fc.record({ key: index, right: fc.boolean() }), { nil: undefined }), wait: fc.boolean(),
  }) },
  { weight: 4, arbitrary: fc.record({ step: fc.constant('list' as const), prefix: fc.nat({ max: 3 }), back: fc.nat({ max: 12 }), limit: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ step: fc.constant('watch' as const), prefix: fc.nat({ max: 3 }), back: fc.nat({ max: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('compact' as const), back: fc.nat({ max: 12 }) }) },
  { weight: 1, arbitrary: fc.constant({ step: 'reopen' as const }) },
), { minLength: 1, maxLength: 60 })

interface ModelEntry {
  value: number
  revision: number
  createRevision: number
}

/** What a store is, said in the plainest way: all states and all events, for ever. */
class Model {
  revision = 1
  compacted = 0
  readonly states: Map<string, ModelEntry>[] = [new Map(), new Map()]
  readonly events: { revision: number; line: string; key: string }[] = []

  get now(): Map<string, ModelEntry> {
    return this.states.at(-1)!
  }

  commit(puts: ReadonlyMap<string, number>, deletes: readonly string[]): void {
    const next = new Map(this.now)
    const revision = this.revision + 1
    const happened: Model['events'] = []
    for (const [key, value] of puts) {
      const createRevision = this.now.get(key)?.createRevision ?? revision
      next.set(key, { value, revision, createRevision })
      happened.push({ revision, key, line: `${revision} put ${key}=${value} ${createRevision}` })
    }
    for (const key of deletes) if (next.has(key)) {
      happened.push({ revision, key, line: `${revision} delete ${key} ${next.get(key)!.createRevision}` })
      next.delete(key)
    }
    if (happened.length === 0) return
    this.revision = revision
    this.states.push(next)
    this.events.push(...happened)
  }

  list(prefix: string, revision: number): string[] {
    return [...this.states[revision]!].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, { value, revision: at, createRevision }]) => `${key}=${value} ${at} ${createRevision}`)
  }

  after(prefix: string, revision: number): string[] {
    return this.events.filter(event => event.revision > revision && event.key.startsWith(prefix)).map(({ line }) => line)
  }
}

const line = (event: StorageEvent): string =>
  event.type === 'put' ? `${event.revision} put ${event.key}=${event.value[0]} ${event.createRevision}` : `${event.revision} delete ${event.key} ${event.createRevision}`

/** A watch that is followed while the run goes on. */
interface Following {
  expected: () => string[]
  got: string[]
  compacted: boolean
  end: () => void
  done: Promise<void>
}

/** Does the steps to a store and to the model, and compares whatever can be seen. */
class Run {
  readonly model = new Model()
  readonly #following: Following[] = []
  readonly #pending: Promise<void>[] = []
  #storage: Storage
  readonly #reopen: ((storage: Storage) => Promise<Storage>) | undefined
  /** Called between steps. */
  between: () => void = () => {}

  constructor(storage: Storage, reopen?: (storage: Storage) => Promise<Storage>) {
    this.#storage = storage
    this.#reopen = reopen
  }

  get storage(): Storage {
    return this.#storage
  }

  async all(list: readonly Step[]): Promise<void> {
    for (const step of list) {
      await this.#do(step)
      this.between()
    }
    await this.#finish()
  }

  async #do(step: Step): Promise<void> {
    if (step.step === 'commit') return this.#commit(step)
    await this.#settle()
    const past = 'back' in step ? Math.max(1, this.model.revision - step.back) : 0
    if (step.step === 'list') await this.#list(PREFIXES[step.prefix]!, past, step.limit)
    else if (step.step === 'watch') this.#watch(PREFIXES[step.prefix]!, past)
    else if (step.step === 'compact') {
      await this.#storage.compact(past)
      this.model.compacted = Math.max(this.model.compacted, past)
      assert.equal(this.#storage.compactedRevision(), this.model.compacted)
    } else if (this.#reopen) {
      await this.#finish()
      this.#storage = await this.#reopen(this.#storage)
      assert.equal(await this.#storage.currentRevision(), this.model.revision)
    }
  }

  /** Often does not wait, so that several transactions are under way; the model decides them in the order of the calls. */
  async #commit({ puts, deletes, guard, wait }: Step & { step: 'commit' }): Promise<void> {
    const putKeys = new Map(puts.map(({ key, value }) => [KEYS[key]!, value]))
    const deleteKeys = deletes.map(key => KEYS[key]!).filter(key => !putKeys.has(key))
    const operations: Operation[] = [
      ...[...putKeys].map(([key, value]): Operation => ({ type: 'put', key, value: Uint8Array.of(value, ...Array<number>(value % 5).fill(7)) })),
      ...deleteKeys.map((key): Operation => ({ type: 'delete', key })),
    ]
    const guarded = guard && { key: KEYS[guard.key]!, revision: this.model.now.get(KEYS[guard.key]!)?.revision ?? 0 }
    const transaction: Transaction = guarded ? { compare: [{ ...guarded, revision: guarded.revision + (guard.right ? 0 : 1) }], operations } : { operations }
    const holds = !guard || guard.right
    const before = this.model.revision
    if (holds) this.model.commit(putKeys, deleteKeys)
    const expected = this.model.revision
    const check = this.#storage.commit(transaction).then(result => {
      assert.equal(result.committed, holds)
      if (expected > before) assert.equal(result.revision, expected)
    })
    this.#pending.push(check)
    if (wait) await check
  }

  async #list(prefix: string, revision: number, limit: number): Promise<void> {
    const found: string[] = []
    let from: string | undefined
    for (;;) {
      const page = await this.#storage.list(prefix, { revision, limit, ...(from !== undefined && { from }) })
      if (revision < this.model.compacted) return assert.deepEqual(page, { compactedRevision: this.model.compacted })
      assert.ok(!isCompacted(page))
      for (const { key, value, revision: at, createRevision } of page.entries) found.push(`${key}=${value[0]} ${at} ${createRevision}`)
      if (!page.more) break
      assert.equal(page.entries.length, limit)
      from = `${page.entries.at(-1)!.key}\0`
    }
    assert.deepEqual(found, this.model.list(prefix, revision))
  }

  #watch(prefix: string, after: number): void {
    const ending = new AbortController()
    const compacted = after < this.model.compacted
    const following: Following = { expected: () => (compacted ? [] : this.model.after(prefix, after)), got: [], compacted, end: () => ending.abort(), done: Promise.resolve() }
    const watch = this.#storage.watch(prefix, { afterRevision: after, signal: ending.signal })
    following.done = (async () => {
      let ended = false
      for await (const batch of watch) {
        if (isCompacted(batch)) ended = true
        else following.got.push(...batch.events.map(line))
      }
      assert.equal(ended, compacted)
    })()
    this.#following.push(following)
  }

  async #settle(): Promise<void> {
    await Promise.all(this.#pending.splice(0))
  }

  async #finish(): Promise<void> {
    await this.#settle()
    for (const following of this.#following.splice(0)) {
      while (following.got.length < following.expected().length) await new Promise(setImmediate)
      following.end()
      await following.done
      assert.deepEqual(following.got, following.expected())
    }
    for (const prefix of PREFIXES) await this.#list(prefix, this.model.revision, 1000)
  }
}

void test('memory is what the model says', { timeout: 60_000 }, () => fc.assert(fc.asyncProperty(steps, async list => {
  const run = new Run(memoryStorage({ clock: fakeClock(), log: silentLog }))
  await run.all(list)
  await run.storage.close()
}), { seed: SEED, numRuns: 300 }))

void test('sqlite is what the model says, across restarts', { timeout: 120_000 }, () => fc.assert(fc.asyncProperty(steps, async list => {
  const folder = await mkdtemp(join(tmpdir(), 'k8ts-storage-'))
  const open = (): Promise<Storage> => sqliteStorage({ path: join(folder, 'state.db'), clock: fakeClock(), log: silentLog, files: realFiles })
  const run = new Run(await open(), storage => storage.close().then(open))
  try {
    await run.all(list)
  } finally {
    await run.storage.close()
    await rm(folder, { recursive: true })
  }
}), { seed: SEED, numRuns: 40 }))

void test('a watch cache is always a state of the model, and its past too', { timeout: 60_000 }, () => fc.assert(fc.asyncProperty(steps, fc.integer({ min: 1, max: 8 }), async (list, historyEvents) => {
  const clock = fakeClock()
  const run = new Run(memoryStorage({ clock, log: silentLog }))
  const cache = await WatchCache.start<{ value: number; revision: number }>({
    storage: run.storage, prefix: '/r/', clock, log: silentLog, historyEvents, keptSnapshots: 2,
    encode: ({ value }) => Uint8Array.of(value), decode: (bytes, revision) => ({ value: bytes[0]!, revision }), stamp: (object, revision) => ({ ...object, revision }),
  })
  let step = 0
  run.between = () => void (++step % 3 === 0 && cache.snapshot({ keep: true }))
  await run.all(list)
  const { model } = run
  await cache.untilRevision(model.revision)
  for (let revision = Math.max(1, model.compacted); revision <= model.revision; revision++) {
    const snapshot = await cache.snapshotAt(revision)
    assert.ok(snapshot)
    const entries = snapshot.range('/r/').entries.map(({ key, object, revision: at, createRevision }) => `${key}=${object.value} ${at} ${createRevision}`)
    assert.deepEqual(entries, model.list('/r/', revision))
    if (revision % 3 === 0) cache.snapshot({ keep: true })
  }
  await cache.close()
  await run.storage.close()
}), { seed: SEED, numRuns: 300 }))
