import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FakeClock } from '../testing/fake-clock.ts'
import { isCompacted, type CommitResult, type Compacted, type Page, type Storage, type StorageEvent, type WatchBatch } from './storage.ts'

/** A fresh, empty store for one test. */
export interface Harness {
  storage: Storage
  /** Lets time pass for the store's leases; a driver on real time really waits. */
  advance(milliseconds: number): Promise<void>
  close(): Promise<void>
}

/** Moves a fake clock on and lets what that set off come to its end, as far as it needs no disk. */
export async function pass(clock: FakeClock, milliseconds: number): Promise<void> {
  await new Promise(setImmediate)
  clock.advance(milliseconds)
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
}

const encoder = new TextEncoder()
const bytes = (text: string): Uint8Array => encoder.encode(text)
const text = (value: Uint8Array | undefined): string | undefined => value && new TextDecoder().decode(value)

/** Writes one key, and fails the test when the store refuses. */
export async function put(storage: Storage, key: string, value: string, options: { revision?: number; ttlMs?: number } = {}): Promise<number> {
  const { revision, ttlMs } = options
  const result = await storage.commit({
    ...(revision !== undefined && { compare: [{ key, revision }] }),
    operations: [{ type: 'put', key, value: bytes(value), ...(ttlMs !== undefined && { ttlMs }) }],
  })
  assert.ok(result.committed, `put ${key} was refused`)
  return result.revision
}

async function remove(storage: Storage, key: string): Promise<number> {
  const result = await storage.commit({ operations: [{ type: 'delete', key }] })
  assert.ok(result.committed)
  return result.revision
}

/** The page of a list that must not be compacted. */
export function page(answer: Page | Compacted): Page {
  assert.ok(!isCompacted(answer), 'the list is compacted')
  return answer
}

const keysOf = (answer: Page | Compacted): string[] => page(answer).entries.map(({ key }) => key)
const show = (event: StorageEvent): string => `${event.type} ${event.key}${event.type === 'put' ? `=${text(event.value)}` : ''}`

/** Collects a watch's events until `done` says so. */
export async function watched(storage: Storage, prefix: string, afterRevision: number, done: (events: readonly StorageEvent[], batch: WatchBatch) => boolean,
  options: { previous?: boolean } = {}): Promise<StorageEvent[]> {
  const events: StorageEvent[] = []
  const end = new AbortController()
  for await (const batch of storage.watch(prefix, { afterRevision, signal: end.signal, ...options })) {
    assert.ok(!isCompacted(batch), 'the watch is compacted')
    events.push(...batch.events)
    if (done(events, batch)) end.abort()
  }
  return events
}

const count = (wanted: number) => (events: readonly StorageEvent[]): boolean => events.length >= wanted

/** What every storage driver must do; each test has a store of its own. */
export function storageConformance(driver: string, open: () => Promise<Harness>): void {
  const check = (title: string, body: (storage: Storage, harness: Harness) => Promise<void>): void => {
    void test(title, { timeout: 30_000 }, async () => {
      const harness = await open()
      try {
        await body(harness.storage, harness)
      } finally {
        await harness.close()
      }
    })
  }
  void describe(`${driver}: commit`, () => commitTests(check))
  void describe(`${driver}: list`, () => listTests(check))
  void describe(`${driver}: watch`, () => watchTests(check))
  void describe(`${driver}: compaction, expiry, closing`, () => lifetimeTests(check))
}

type Check = (title: string, body: (storage: Storage, harness: Harness) => Promise<void>) => void

function commitTests(check: Check): void {
  check('the first write has a revision above 1, and all keys share the counter', async storage => {
    const first = await put(storage, '/a/1', 'x')
    const second = await put(storage, '/b/1', 'y')
    assert.ok(first > 1)
    assert.ok(second > first)
    assert.equal(await storage.currentRevision(), second)
  })

  check('create-if-absent succeeds once and then answers with what is there', async storage => {
    const revision = await put(storage, '/a/1', 'first', { revision: 0 })
    const again = await storage.commit({ compare: [{ key: '/a/1', revision: 0 }], operations: [{ type: 'put', key: '/a/1', value: bytes('second') }] })
    assert.ok(!again.committed)
    assert.deepEqual(again.current.map(entry => [text(entry?.value), entry?.revision]), [['first', revision]])
    assert.ok(again.revision >= revision)
  })

  check('an update needs the revision that is there, and keeps the create revision', async storage => {
    const created = await put(storage, '/a/1', 'one')
    const updated = await put(storage, '/a/1', 'two', { revision: created })
    const late = await storage.commit({ compare: [{ key: '/a/1', revision: created }], operations: [{ type: 'delete', key: '/a/1' }] })
    assert.ok(!late.committed)
    const entry = await storage.get('/a/1')
    assert.deepEqual([text(entry!.value), entry!.revision, entry!.createRevision], ['two', updated, created])
  })

  check('all operations share a revision, and none happens when one comparison fails', async storage => {
    const a = await put(storage, '/a/1', 'one')
    const both = await storage.commit({
      compare: [{ key: '/a/1', revision: a }, { key: '/a/2', revision: 0 }],
      operations: [{ type: 'delete', key: '/a/1' }, { type: 'put', key: '/a/2', value: bytes('two') }],
    })
    assert.ok(both.committed)
    assert.equal((await storage.get('/a/2'))!.revision, both.revision)
    const none = await storage.commit({
      compare: [{ key: '/a/1', revision: 0 }, { key: '/a/2', revision: 0 }],
      operations: [{ type: 'put', key: '/a/1', value: bytes('three') }],
    })
    assert.ok(!none.committed)
    assert.deepEqual(none.current.map(entry => entry?.revision), [undefined, both.revision])
    assert.equal(await storage.get('/a/1'), undefined)
  })

  check('deleting what does not exist changes nothing', async storage => {
    const before = await put(storage, '/a/1', 'one')
    assert.equal(await remove(storage, '/a/none'), before)
    assert.equal(await storage.currentRevision(), before)
  })

  check('a key created again after its deletion has a new create revision', async storage => {
    await put(storage, '/a/1', 'one')
    const deleted = await remove(storage, '/a/1')
    const again = await put(storage, '/a/1', 'two', { revision: 0 })
    assert.ok(again > deleted)
    assert.equal((await storage.get('/a/1'))!.createRevision, again)
  })

  check('of many writers that saw the same revision one wins, and the others hear who', async storage => {
    const revision = await put(storage, '/a/1', 'start')
    const race = (writer: number): Promise<CommitResult> =>
      storage.commit({ compare: [{ key: '/a/1', revision }], operations: [{ type: 'put', key: '/a/1', value: bytes(`writer ${writer}`) }] })
    const results = await Promise.all(Array.from({ length: 50 }, (_, writer) => race(writer)))
    assert.equal(results.filter(({ committed }) => committed).length, 1)
    const winner = results.find(({ committed }) => committed)!.revision
    for (const result of results) if (!result.committed) assert.equal(result.current[0]!.revision, winner)
  })

  check('values are any bytes, keys any text', async storage => {
    const value = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256)
    await storage.commit({ operations: [{ type: 'put', key: '/a/bytes', value }, { type: 'put', key: '/a/empty', value: new Uint8Array() }] })
    await put(storage, '/a/grüße:世界', 'unicode')
    assert.deepEqual(Buffer.from((await storage.get('/a/bytes'))!.value), Buffer.from(value))
    assert.equal((await storage.get('/a/empty'))!.value.length, 0)
    assert.deepEqual(keysOf(await storage.list('/a/')), ['/a/bytes', '/a/empty', '/a/grüße:世界'])
  })
}

function listTests(check: Check): void {
  check('lists hold what starts with the prefix, in key order', async storage => {
    for (const key of ['/pods/b/2', '/pods/a/1', '/podsecurity/x', '/pods/b/1', '/nodes/n']) await put(storage, key, key)
    assert.deepEqual(keysOf(await storage.list('/pods/')), ['/pods/a/1', '/pods/b/1', '/pods/b/2'])
    assert.deepEqual(keysOf(await storage.list('/pods/b/')), ['/pods/b/1', '/pods/b/2'])
    assert.deepEqual(keysOf(await storage.list('/none/')), [])
    assert.equal(page(await storage.list('/')).entries.length, 5)
  })

  check('limit and from page through a list as of its first page\'s revision', async storage => {
    for (let index = 0; index < 7; index++) await put(storage, `/a/${index}`, `v${index}`)
    const first = page(await storage.list('/a/', { limit: 3 }))
    assert.deepEqual([keysOf(first), first.more], [['/a/0', '/a/1', '/a/2'], true])
    await put(storage, '/a/4', 'changed')
    await remove(storage, '/a/5')
    await put(storage, '/a/6x', 'new')
    const rest = page(await storage.list('/a/', { limit: 4, from: '/a/2\0', revision: first.revision }))
    assert.deepEqual([keysOf(rest), rest.more, rest.revision], [['/a/3', '/a/4', '/a/5', '/a/6'], false, first.revision])
    assert.equal(text(rest.entries[1]!.value), 'v4')
  })

  check('a list of more than fits one answer is complete', async storage => {
    const value = new Uint8Array(1000)
    const keys = Array.from({ length: 6000 }, (_, index) => `/a/${String(index).padStart(5, '0')}`)
    for (let at = 0; at < keys.length; at += 100) {
      await storage.commit({ operations: keys.slice(at, at + 100).map(key => ({ type: 'put', key, value })) })
    }
    assert.deepEqual(keysOf(await storage.list('/a/')), keys)
    assert.equal(page(await storage.list('/a/', { limit: 5500 })).entries.length, 5500)
  })
}

function watchTests(check: Check): void {
  check('a watch gives the past after its revision and then what happens', async storage => {
    const first = await put(storage, '/a/1', 'one')
    await put(storage, '/a/2', 'two')
    await put(storage, '/b/1', 'elsewhere')
    const seen = watched(storage, '/a/', first, count(3))
    await put(storage, '/a/1', 'three')
    await remove(storage, '/a/2')
    assert.deepEqual((await seen).map(show), ['put /a/2=two', 'put /a/1=three', 'delete /a/2'])
  })

  check('every watch gets every event once, in order, however late it starts', async storage => {
    const total = 300
    const watches: Promise<StorageEvent[]>[] = []
    const start = await storage.currentRevision()
    for (let index = 0; index < total; index++) {
      if (index % 50 === 0) watches.push(watched(storage, '/a/', start, count(total)))
      const write = put(storage, `/a/${index % 7}`, String(index))
      if (index % 3 === 0) await write
    }
    for (const events of await Promise.all(watches)) {
      assert.deepEqual(events.map(event => event.type === 'put' && text(event.value)), Array.from({ length: total }, (_, index) => String(index)))
      assert.ok(events.every((event, index) => index === 0 || event.revision > events[index - 1]!.revision))
    }
  })

  check('a watch from the future begins there', async storage => {
    const start = await storage.currentRevision()
    const seen = watched(storage, '/a/', start + 2, count(1))
    for (const key of ['/a/1', '/a/2', '/a/3']) await put(storage, key, key)
    assert.deepEqual((await seen).map(show), ['put /a/3=/a/3'])
  })

  check('a transaction comes in one batch', async storage => {
    const start = await storage.currentRevision()
    const batches: number[] = []
    const seen = watched(storage, '/a/', start, (events, batch) => (batches.push(batch.events.length), events.length >= 3))
    await storage.commit({ operations: ['/a/1', '/a/2', '/b/1', '/a/3'].map(key => ({ type: 'put', key, value: bytes(key) })) })
    await seen
    assert.deepEqual(batches.filter(size => size > 0), [3])
  })

  check('a write is visible to reads when its watch event arrives, and to a watch when it is acknowledged', async storage => {
    const start = await storage.currentRevision()
    const end = new AbortController()
    const watch = storage.watch('/a/', { afterRevision: start, signal: end.signal })
    const reading = (async () => {
      for await (const batch of watch) {
        if (isCompacted(batch) || batch.events.length === 0) continue
        assert.equal((await storage.get('/a/1'))!.revision, batch.events.at(-1)!.revision)
        end.abort()
      }
    })()
    await put(storage, '/a/1', 'one')
    await reading
  })

  check('previous values come when asked for', async storage => {
    const start = await put(storage, '/a/1', 'one')
    const seen = watched(storage, '/a/', start, count(3), { previous: true })
    await put(storage, '/a/1', 'two')
    await remove(storage, '/a/1')
    await put(storage, '/a/1', 'three')
    assert.deepEqual((await seen).map(event => text(event.previous)), ['one', 'two', undefined])
  })

  check('events tell the create revision', async storage => {
    const start = await storage.currentRevision()
    const created = await put(storage, '/a/1', 'one')
    await put(storage, '/a/1', 'two')
    await remove(storage, '/a/1')
    assert.deepEqual((await watched(storage, '/a/', start, count(3))).map(event => event.createRevision), [created, created, created])
  })

  check('progress tells how far a quiet watch is', async storage => {
    const start = await storage.currentRevision()
    const end = new AbortController()
    const watch = storage.watch('/quiet/', { afterRevision: start, signal: end.signal })
    const iterator = watch[Symbol.asyncIterator]()
    const next = iterator.next()
    const revision = await put(storage, '/a/1', 'one')
    watch.requestProgress(revision)
    const batch = (await next).value as WatchBatch
    assert.deepEqual(batch.events, [])
    assert.ok(batch.revision >= revision)
    const future = iterator.next()
    watch.requestProgress(revision + 1)
    await put(storage, '/a/1', 'two')
    assert.ok(((await future).value as WatchBatch).revision >= revision + 1)
    assert.ok(watch.revision() >= revision)
    end.abort()
    assert.equal((await iterator.next()).done, true)
  })

  check('aborting ends the iteration without an error, also before it began', async storage => {
    const end = new AbortController()
    const waiting = (async () => {
      for await (const _ of storage.watch('/a/', { afterRevision: await storage.currentRevision(), signal: end.signal }));
    })()
    setImmediate(() => end.abort())
    await waiting
    for await (const _ of storage.watch('/a/', { afterRevision: 1, signal: AbortSignal.abort() })) assert.fail('no batch after the abort')
  })

  check('a watch that falls far behind loses nothing', async storage => {
    const start = await storage.currentRevision()
    const end = new AbortController()
    const iterator = storage.watch('/a/', { afterRevision: start, signal: end.signal })[Symbol.asyncIterator]()
    const first = iterator.next()
    for (let round = 0; round < 130; round++) {
      await storage.commit({ operations: Array.from({ length: 100 }, (_, index) => ({ type: 'put', key: `/a/${index}`, value: bytes(`${round}`) })) })
    }
    let events = ((await first).value as WatchBatch).events.length
    while (events < 13_000) events += ((await iterator.next()).value as WatchBatch).events.length
    assert.equal(events, 13_000)
    end.abort()
    await iterator.next()
  })
}

function lifetimeTests(check: Check): void {
  check('below the compacted revision reads and watches say so; at it they work', async storage => {
    const first = await put(storage, '/a/1', 'one')
    const second = await put(storage, '/a/1', 'two')
    await put(storage, '/a/2', 'two')
    const gone = await remove(storage, '/a/2')
    await storage.compact(second)
    assert.equal(storage.compactedRevision(), second)
    assert.deepEqual(await storage.list('/a/', { revision: first }), { compactedRevision: second })
    assert.equal(text(page(await storage.list('/a/', { revision: second })).entries[0]!.value), 'two')
    const answers: (WatchBatch | Compacted)[] = []
    for await (const answer of storage.watch('/a/', { afterRevision: first, signal: new AbortController().signal })) answers.push(answer)
    assert.deepEqual(answers, [{ compactedRevision: second }])
    assert.deepEqual((await watched(storage, '/a/', second, count(2))).map(show), ['put /a/2=two', 'delete /a/2'])
    await storage.compact(gone)
    assert.deepEqual(keysOf(await storage.list('/a/')), ['/a/1'])
    assert.equal(text((await storage.get('/a/1'))!.value), 'two')
    await put(storage, '/a/2', 'again', { revision: 0 })
    assert.deepEqual((await watched(storage, '/a/', gone, count(1))).map(show), ['put /a/2=again'])
  })

  check('a key with a time to live goes by itself, as a deletion that watches see', async (storage, { advance }) => {
    const start = await storage.currentRevision()
    await put(storage, '/events/short', 'x', { ttlMs: 2000 })
    await put(storage, '/events/long', 'y', { ttlMs: 60_000 })
    const seen = watched(storage, '/events/', start, count(3))
    await advance(3000)
    assert.deepEqual((await seen).map(show), ['put /events/short=x', 'put /events/long=y', 'delete /events/short'])
    assert.deepEqual(keysOf(await storage.list('/events/')), ['/events/long'])
  })

  check('writing a key again replaces its time to live', async (storage, { advance }) => {
    await put(storage, '/events/kept', 'x', { ttlMs: 2000 })
    await put(storage, '/events/longer', 'x', { ttlMs: 2000 })
    await put(storage, '/events/kept', 'y')
    await put(storage, '/events/longer', 'y', { ttlMs: 60_000 })
    await advance(5000)
    assert.deepEqual(keysOf(await storage.list('/events/')), ['/events/kept', '/events/longer'])
  })

  check('closing ends watches and refuses writes', async storage => {
    const watching = (async () => {
      for await (const _ of storage.watch('/a/', { afterRevision: await storage.currentRevision(), signal: new AbortController().signal }));
    })()
    const begun = put(storage, '/a/1', 'one')
    await new Promise(setImmediate)
    await storage.close()
    await begun
    await watching
    await assert.rejects(storage.commit({ operations: [{ type: 'put', key: '/a/2', value: bytes('two') }] }), { reason: 'ServiceUnavailable' })
    await storage.close()
  })
}
