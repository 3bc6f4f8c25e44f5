import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { silentLog } from '../machinery/log.ts'
import { fakeClock, type FakeClock } from '../testing/fake-clock.ts'
import type { CacheEvent } from './cache-entry.ts'
import type { CacheWatch, CacheWatchOptions } from './cache-watch.ts'
import { pass, put } from './conformance.ts'
import { memoryStorage } from './memory.ts'
import type { Storage } from './storage.ts'
import { WatchCache, type WatchCacheOptions } from './watch-cache.ts'

interface Pod {
  name: string
  node?: string
  version?: number
  resourceVersion?: number
}

const PODS = '/registry/pods/'

interface Bed {
  storage: Storage
  clock: FakeClock
  cache: WatchCache<Pod>
  decoded: () => number
}

async function bed(t: TestContext, options: Partial<WatchCacheOptions<Pod>> = {}): Promise<Bed> {
  const clock = fakeClock()
  const storage = options.storage ?? memoryStorage({ clock, log: silentLog })
  let decoded = 0
  const cache = await WatchCache.start<Pod>({
    storage, prefix: PODS, clock, log: silentLog,
    encode: ({ resourceVersion: _, ...pod }) => new TextEncoder().encode(JSON.stringify(pod)),
    decode: (value, resourceVersion) => (decoded++, { ...(JSON.parse(new TextDecoder().decode(value)) as Pod), resourceVersion }),
    stamp: (pod, resourceVersion) => ({ ...pod, resourceVersion }),
    indexes: { node: pod => pod.node },
    ...options,
  })
  t.after(async () => {
    await cache.close()
    await storage.close()
  })
  return { storage, clock, cache, decoded: () => decoded }
}

async function create(cache: WatchCache<Pod>, key: string, pod: Partial<Pod> = {}): Promise<number> {
  const result = await cache.create(PODS + key, { name: key, ...pod })
  assert.ok(result.written)
  return result.entry.revision
}

async function update(cache: WatchCache<Pod>, key: string, change: Partial<Pod>): Promise<number> {
  const entry = cache.get(PODS + key)!
  const result = await cache.update(PODS + key, entry.revision, { ...entry.object, ...change })
  assert.ok(result.written)
  return result.entry.revision
}

/** A watch whose items are collected; `settle` lets everything under way arrive. */
function collect(cache: WatchCache<Pod>, options: Partial<CacheWatchOptions> = {}): { seen: string[]; watch: CacheWatch<Pod>; events: CacheEvent<Pod>[]; end: () => void; done: Promise<void> } {
  const ending = new AbortController()
  const watch = cache.watch({ prefix: PODS, afterRevision: cache.revision(), signal: ending.signal, ...options })
  const seen: string[] = []
  const events: CacheEvent<Pod>[] = []
  const done = (async () => {
    for await (const item of watch) {
      if (item === 'gone') seen.push('gone')
      else for (const event of item) {
        events.push(event)
        seen.push(`${event.type} ${event.entry.object.name}`)
      }
    }
  })()
  return { seen, watch, events, end: () => ending.abort(), done }
}

const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
const names = (cache: WatchCache<Pod>, prefix = PODS): string[] => cache.snapshot().range(prefix).entries.map(({ object }) => object.name)

void describe('watch cache: writing', () => {
  void test('an acknowledged write is seen by reads, with its revision, and was not decoded', async t => {
    const { cache, decoded } = await bed(t)
    const result = await cache.create(`${PODS}a/1`, { name: 'a/1' })
    assert.ok(result.written)
    assert.equal(cache.get(`${PODS}a/1`), result.entry)
    assert.equal(result.entry.object.resourceVersion, result.entry.revision)
    assert.equal(cache.revision(), result.entry.revision)
    assert.equal(decoded(), 0)
  })

  void test('a refused write answers with what is there', async t => {
    const { cache } = await bed(t)
    await create(cache, 'a/1')
    const again = await cache.create(`${PODS}a/1`, { name: 'other' })
    assert.deepEqual(again, { written: false, current: cache.get(`${PODS}a/1`) })
    assert.deepEqual(await cache.update(`${PODS}a/2`, 5, { name: 'none' }), { written: false, current: undefined })
    assert.deepEqual(await cache.delete(`${PODS}a/1`, 1), { written: false, current: cache.get(`${PODS}a/1`) })
  })

  void test('a deletion answers with the last state as of the deletion', async t => {
    const { cache } = await bed(t)
    const created = await create(cache, 'a/1', { node: 'n' })
    const result = await cache.delete(`${PODS}a/1`, created)
    assert.ok(result.written)
    assert.deepEqual(result.entry.object, { name: 'a/1', node: 'n', resourceVersion: created + 1 })
    assert.equal(cache.get(`${PODS}a/1`), undefined)
  })

  void test('every writer gets its own entry, also when it was overwritten at once', async t => {
    const { cache } = await bed(t)
    const created = await create(cache, 'a/1')
    const first = cache.update(`${PODS}a/1`, created, { name: 'a/1', version: 1 })
    const second = cache.update(`${PODS}a/1`, created + 1, { name: 'a/1', version: 2 })
    const results = await Promise.all([first, second])
    assert.deepEqual(results.map(result => result.written && [result.entry.object.version, result.entry.revision]), [[1, created + 1], [2, created + 2]])
  })

  void test('writes of others and expiries arrive too', async t => {
    const { cache, storage, clock, decoded } = await bed(t)
    const revision = await put(storage, `${PODS}a/1`, '{"name":"foreign"}', { ttlMs: 1000 })
    assert.ok(await cache.untilRevision(revision))
    assert.equal(cache.get(`${PODS}a/1`)!.object.name, 'foreign')
    assert.equal(decoded(), 1)
    await pass(clock, 2000)
    assert.equal(cache.get(`${PODS}a/1`), undefined)
  })

  void test('what was there before the start is loaded', async t => {
    const clock = fakeClock()
    const storage = memoryStorage({ clock, log: silentLog })
    for (let index = 0; index < 2500; index++) await put(storage, `${PODS}a/${String(index).padStart(4, '0')}`, `{"name":"${index}"}`)
    await put(storage, '/registry/podtemplates/a/1', 'another kind')
    const { cache } = await bed(t, { storage })
    assert.equal(cache.snapshot().size, 2500)
    assert.equal(cache.revision(), await storage.currentRevision())
  })
})

void describe('watch cache: reading', () => {
  void test('a snapshot does not change', async t => {
    const { cache } = await bed(t)
    for (const key of ['a/1', 'a/2', 'b/1']) await create(cache, key)
    const before = cache.snapshot()
    await update(cache, 'a/1', { version: 2 })
    await cache.delete(`${PODS}a/2`, cache.get(`${PODS}a/2`)!.revision)
    await create(cache, 'a/3')
    assert.deepEqual(before.range(PODS).entries.map(({ object }) => [object.name, object.version]), [['a/1', undefined], ['a/2', undefined], ['b/1', undefined]])
    assert.deepEqual(names(cache), ['a/1', 'a/3', 'b/1'])
    assert.deepEqual(names(cache, `${PODS}b/`), ['b/1'])
    assert.ok(before.revision < cache.revision())
  })

  void test('ranges page, count and tell whether there is more', async t => {
    const { cache } = await bed(t)
    for (let index = 0; index < 7; index++) await create(cache, `a/${index}`)
    await create(cache, 'b/0')
    const snapshot = cache.snapshot()
    const first = snapshot.range(`${PODS}a/`, { limit: 3 })
    assert.deepEqual([first.entries.length, first.more], [3, true])
    const from = `${first.entries[2]!.key}\0`
    const rest = snapshot.range(`${PODS}a/`, { from, limit: 4 })
    assert.deepEqual([rest.entries.map(({ object }) => object.name), rest.more], [['a/3', 'a/4', 'a/5', 'a/6'], false])
    assert.equal(snapshot.count(`${PODS}a/`, from), 4)
  })

  void test('what remains behind each page is known from the page before, and seen anew after a write', async t => {
    const { cache } = await bed(t)
    for (let index = 0; index < 9; index++) await create(cache, `a/${index}`)
    await create(cache, 'b/0')
    const pages = (prefix: string): number[] => {
      const remaining: number[] = []
      for (let from = prefix; ;) {
        const keys: string[] = []
        cache.snapshot().visit(prefix, from, ({ key }) => keys.push(key) > 2)
        const [first, , next] = keys
        if (next === undefined) return remaining
        remaining.push(cache.snapshot().remaining(prefix, { first: first!, taken: 2, next }))
        from = next
      }
    }
    assert.deepEqual(pages(`${PODS}a/`), [7, 5, 3, 1])
    assert.deepEqual(pages(PODS), [8, 6, 4, 2])
    await create(cache, 'a/9')
    assert.deepEqual(pages(`${PODS}a/`), [8, 6, 4, 2])
  })

  void test('the past is there exactly, from events, from kept snapshots and from the store, until it is compacted', async t => {
    const { cache, storage } = await bed(t, { historyEvents: 3, keptSnapshots: 2 })
    const states = new Map<number, string[]>()
    for (let index = 0; index < 10; index++) {
      const revision = index % 4 === 3 ? await removeFirst(cache) : await create(cache, `a/${index}`)
      states.set(revision, names(cache))
      if (index === 4) cache.snapshot({ keep: true })
    }
    for (const [revision, expected] of [...states, ...states]) {
      const past = await cache.snapshotAt(revision)
      assert.deepEqual([past!.revision, past!.range(PODS).entries.map(({ object }) => object.name)], [revision, expected])
    }
    await storage.compact([...states.keys()][6]!)
    assert.equal(await cache.snapshotAt([...states.keys()][5]!), undefined)
    assert.ok(await cache.snapshotAt([...states.keys()][6]!))
  })

  void test('a kind is current when only others were written', async t => {
    const { cache, storage } = await bed(t)
    const revision = await put(storage, '/registry/nodes/n', 'x')
    await settle()
    assert.equal(cache.revision(), revision)
    assert.equal(cache.snapshot().revision, revision)
  })

  void test('waiting for a revision ends when it comes, also through another kind, or with the timeout', async t => {
    const { cache, storage, clock } = await bed(t)
    const future = (await storage.currentRevision()) + 2
    const reached = cache.untilRevision(future, 3000)
    await put(storage, '/registry/nodes/n', 'x')
    await put(storage, '/registry/nodes/n', 'y')
    assert.equal(await reached, true)
    assert.equal(clock.pending().length > 0 && (await cache.untilRevision(future)), true)
    const never = cache.untilRevision(future + 100, 3000)
    await pass(clock, 3000)
    assert.equal(await never, false)
  })

  void test('each representation is made once for an entry and once for an event', async t => {
    const { cache } = await bed(t)
    const watchers = [collect(cache), collect(cache)]
    await create(cache, 'a/1')
    await settle()
    let made = 0
    const encode = (): string => `made ${++made}`
    for (let index = 0; index < 3; index++) assert.equal(cache.get(`${PODS}a/1`)!.encoded('json', encode), 'made 1')
    assert.equal(cache.get(`${PODS}a/1`)!.encoded('protobuf', encode), 'made 2')
    for (const { events } of watchers) assert.equal(events[0]!.encoded('json', encode), 'made 3')
  })
})

async function removeFirst(cache: WatchCache<Pod>): Promise<number> {
  const first = cache.snapshot().range(PODS, { limit: 1 }).entries[0]!
  const result = await cache.delete(first.key, first.revision)
  assert.ok(result.written)
  return result.entry.revision
}

void describe('watch cache: watching', () => {
  void test('events come in order with what was before', async t => {
    const { cache } = await bed(t)
    const { seen, events } = collect(cache)
    await create(cache, 'a/1')
    await update(cache, 'a/1', { version: 2 })
    await removeFirst(cache)
    await settle()
    assert.deepEqual(seen, ['ADDED a/1', 'MODIFIED a/1', 'DELETED a/1'])
    assert.deepEqual(events.map(({ previous, revision }) => [previous?.object.version, revision]), [[undefined, 2], [undefined, 3], [2, 4]])
    assert.equal(events[2]!.entry.object.resourceVersion, 4)
  })

  void test('a watch from the past gets what it missed; one from too long ago is told', async t => {
    const { cache } = await bed(t, { historyEvents: 3 })
    const revisions: number[] = []
    for (let index = 0; index < 5; index++) revisions.push(await create(cache, `a/${index}`))
    const late = collect(cache, { afterRevision: revisions[2]! })
    const tooLate = collect(cache, { afterRevision: revisions[0]! })
    await create(cache, 'a/5')
    await settle()
    assert.deepEqual(late.seen, ['ADDED a/3', 'ADDED a/4', 'ADDED a/5'])
    assert.deepEqual(tooLate.seen, ['gone'])
    await tooLate.done
  })

  void test('a watch from the future begins there', async t => {
    const { cache } = await bed(t)
    const { seen } = collect(cache, { afterRevision: cache.revision() + 1 })
    await create(cache, 'a/1')
    await create(cache, 'a/2')
    await settle()
    assert.deepEqual(seen, ['ADDED a/2'])
  })

  void test('namespaces, single objects and index values get only what concerns them', async t => {
    const { cache } = await bed(t)
    const start = cache.revision()
    const watches = (): ReturnType<typeof collect>[] => [
      collect(cache, { afterRevision: start, prefix: `${PODS}a/` }),
      collect(cache, { afterRevision: start, prefix: `${PODS}a/1` }),
      collect(cache, { afterRevision: start, select: { index: 'node', value: 'n1' } }),
      collect(cache, { afterRevision: start, prefix: `${PODS}b/`, select: { index: 'node', value: 'n1' } }),
    ]
    const live = watches()
    await create(cache, 'a/1')
    await create(cache, 'a/10', { node: 'n2' })
    await create(cache, 'b/1', { node: 'n1' })
    await update(cache, 'a/1', { node: 'n1' })
    await update(cache, 'a/1', { node: 'n2' })
    await settle()
    const expected = [
      ['ADDED a/1', 'ADDED a/10', 'MODIFIED a/1', 'MODIFIED a/1'],
      ['ADDED a/1', 'MODIFIED a/1', 'MODIFIED a/1'],
      ['ADDED b/1', 'MODIFIED a/1', 'MODIFIED a/1'],
      ['ADDED b/1'],
    ]
    assert.deepEqual(live.map(({ seen }) => seen), expected)
    const replayed = watches()
    await settle()
    // A watch of a key's name as a prefix is a watch of that key alone, in the past as in the present.
    assert.deepEqual(replayed.map(({ seen }) => seen), expected)
  })

  void test('a watcher that does not keep up is sent away, the others go on', async t => {
    const { cache } = await bed(t, { watchBuffer: 3 })
    const ending = new AbortController()
    const slow = cache.watch({ prefix: PODS, afterRevision: cache.revision(), signal: ending.signal })[Symbol.asyncIterator]()
    const quick = collect(cache)
    const first = slow.next()
    for (let index = 0; index < 6; index++) await create(cache, `a/${index}`)
    assert.equal(((await first).value as CacheEvent<Pod>[])[0]!.entry.object.name, 'a/0')
    assert.equal((await slow.next()).value, 'gone')
    assert.equal((await slow.next()).done, true)
    assert.equal(quick.seen.length, 6)
  })

  void test('a bookmark may name the current revision once everything was taken', async t => {
    const { cache, storage } = await bed(t)
    const { watch } = collect(cache)
    await create(cache, 'a/1')
    const revision = await put(storage, '/registry/nodes/n', 'x')
    await settle()
    assert.equal(watch.revision(), revision)
    const untaken = cache.watch({ prefix: PODS, afterRevision: revision, signal: new AbortController().signal })
    await create(cache, 'a/2')
    assert.equal(untaken.revision(), revision)
  })

  void test('aborting ends the iteration; closing the cache or the store ends all', async t => {
    const { cache, storage } = await bed(t)
    const aborted = collect(cache)
    aborted.end()
    await aborted.done
    const open = collect(cache)
    await storage.close()
    await open.done
    assert.deepEqual(open.seen, [])
    assert.equal(await cache.untilRevision(1000), false)
  })

  void test('when the store has compacted what the cache did not see, it loads again and sends watchers away', async t => {
    const clock = fakeClock()
    const storage = memoryStorage({ clock, log: silentLog })
    const forgetful = lagging(storage)
    const { cache } = await bed(t, { storage: forgetful.storage })
    const watching = collect(cache)
    await create(cache, 'a/1')
    await put(storage, `${PODS}a/2`, '{"name":"a/2"}')
    forgetful.lose()
    await settle()
    assert.deepEqual(names(cache), ['a/1', 'a/2'])
    assert.deepEqual(watching.seen.at(-1), 'gone')
    await create(cache, 'a/3')
    assert.deepEqual(names(cache), ['a/1', 'a/2', 'a/3'])
  })
})

/** A store whose watches answer once, when told, that they are compacted: what an etcd does that was compacted during a disconnection. */
function lagging(storage: Storage): { storage: Storage; lose: () => void } {
  let lose = (): void => {}
  let lost = false
  const watch: Storage['watch'] = (prefix, options) => {
    if (lost) return storage.watch(prefix, options)
    const ending = new AbortController()
    lose = () => {
      lost = true
      ending.abort()
    }
    const inner = storage.watch(prefix, { ...options, signal: AbortSignal.any([options.signal, ending.signal]) })
    return {
      revision: () => inner.revision(),
      requestProgress: revision => inner.requestProgress(revision),
      async *[Symbol.asyncIterator]() {
        yield* inner
        if (lost) yield { compactedRevision: storage.compactedRevision() }
      },
    }
  }
  const lagging: Storage = {
    commit: transaction => storage.commit(transaction), get: key => storage.get(key), list: (prefix, options) => storage.list(prefix, options), watch,
    currentRevision: () => storage.currentRevision(), compact: revision => storage.compact(revision), compactedRevision: () => storage.compactedRevision(),
    close: () => storage.close(),
  }
  return { storage: lagging, lose: () => lose() }
}
