import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { silentLog } from '../machinery/log.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { page, pass, put, watched } from './conformance.ts'
import { Expiry } from './expiry.ts'
import type { Change, Journal } from './journal.ts'
import { LocalStorage } from './local.ts'
import { MemoryJournal } from './memory.ts'

/** A disk whose next writes can be held back and made to fail. */
class FragileJournal extends MemoryJournal {
  fails = false
  #held: (() => void)[] | undefined

  hold(): void {
    this.#held = []
  }

  release(): void {
    for (const resume of this.#held ?? []) resume()
    this.#held = undefined
  }

  override async append(changes: readonly Change[]): Promise<void> {
    if (this.#held) await new Promise<void>(resolve => this.#held!.push(resolve))
    if (this.fails) throw new Error('the disk is on fire')
    return super.append(changes)
  }
}

function fragile(): { journal: FragileJournal; storage: LocalStorage; clock: ReturnType<typeof fakeClock> } {
  const journal = new FragileJournal()
  const clock = fakeClock()
  return { journal, clock, storage: new LocalStorage(journal satisfies Journal, { revision: 1, compactedRevision: 0, heads: [] }, { clock, log: silentLog }) }
}

void test('what was decided on a write that failed fails with it, and the state is as before', async () => {
  const { journal, storage } = fragile()
  const before = await put(storage, '/a/1', 'before')
  journal.hold()
  journal.fails = true
  const writes = [
    put(storage, '/a/1', 'first', { revision: before }),
    put(storage, '/a/1', 'on the first', { revision: before + 1 }),
    put(storage, '/a/2', 'another key', { revision: 0 }),
    // This comparison fails only because of a write that will never be.
    storage.commit({ compare: [{ key: '/a/1', revision: before }], operations: [{ type: 'delete', key: '/a/1' }] }),
  ]
  journal.release()
  for (const outcome of await Promise.allSettled(writes)) assert.equal(outcome.status === 'rejected' && (outcome.reason as Error).message, 'the disk is on fire')
  journal.fails = false
  assert.equal(await storage.currentRevision(), before)
  assert.deepEqual(page(await storage.list('/')).entries.map(({ key, revision }) => [key, revision]), [['/a/1', before]])
  assert.equal(await put(storage, '/a/2', 'works', { revision: 0 }), before + 1)
  assert.equal(await put(storage, '/a/1', 'works', { revision: before }), before + 2)
  assert.equal((await watched(storage, '/a/', 1, events => events.length >= 3)).length, 3)
})

void test('nobody hears of a write before it is durable: not reads, not watches, not losers of a comparison', async () => {
  const { journal, storage } = fragile()
  journal.hold()
  const heard: string[] = []
  const write = put(storage, '/a/1', 'x', { revision: 0 }).then(() => heard.push('writer'))
  const loser = storage.commit({ compare: [{ key: '/a/1', revision: 0 }], operations: [] }).then(({ committed }) => heard.push(`loser ${committed}`))
  const watching = watched(storage, '/a/', 1, events => events.length >= 1).then(() => heard.push('watch'))
  await new Promise(setImmediate)
  assert.equal(await storage.get('/a/1'), undefined)
  assert.equal(await storage.currentRevision(), 1)
  assert.deepEqual(heard, [])
  journal.release()
  await Promise.all([write, loser, watching])
  assert.deepEqual(heard.toSorted(), ['loser false', 'watch', 'writer'])
})

void test('keys that could not expire because of the disk expire later', async () => {
  const { journal, storage, clock } = fragile()
  await put(storage, '/events/1', 'x', { ttlMs: 1000 })
  journal.fails = true
  await pass(clock, 5000)
  assert.ok(await storage.get('/events/1'))
  journal.fails = false
  await pass(clock, 20_000)
  assert.equal(await storage.get('/events/1'), undefined)
})

void test('a transaction that names a key twice is a programmer\'s error and changes nothing', async () => {
  const { storage } = fragile()
  const value = new Uint8Array()
  assert.throws(() => void storage.commit({ operations: [{ type: 'put', key: '/a', value }, { type: 'delete', key: '/a' }] }), /names a key twice/)
  assert.equal(await put(storage, '/a', 'x'), 2)
})

void test('deadlines fire in order, each once, with one timer', () => fc.assert(fc.asyncProperty(fc.array(fc.nat({ max: 50 }), { maxLength: 60 }), async delays => {
  const clock = fakeClock(0)
  const fired: string[] = []
  const expiry = new Expiry(clock, due => fired.push(...due.map(({ key }) => key)))
  delays.forEach((deadlineMs, index) => expiry.add({ deadlineMs, key: `${deadlineMs}`, revision: index }))
  assert.ok(clock.pending().length <= 1)
  await pass(clock, 25)
  assert.deepEqual(fired, delays.filter(delay => delay <= 25).sort((a, b) => a - b).map(String))
  await pass(clock, 25)
  assert.deepEqual(fired, delays.toSorted((a, b) => a - b).map(String))
  assert.equal(clock.pending().length, 0)
}), { seed: 1, numRuns: 50 }))
