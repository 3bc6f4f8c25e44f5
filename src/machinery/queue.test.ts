import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from './clock.ts'
import { workQueue } from './queue.ts'
import { stream } from './stream.ts'

function testClock(): Clock & { advance(ms: number): void } {
  let now = 0
  const timers = new Set<{ at: number; action: () => void }>()
  return {
    now: () => now,
    monotonic: () => now,
    after(delayMs, action) {
      const timer = { at: now + delayMs, action }
      timers.add(timer)
      return { cancel: () => timers.delete(timer) }
    },
    advance(ms) {
      now += ms
      for (const timer of [...timers].sort((a, b) => a.at - b.at)) if (timer.at <= now && timers.delete(timer)) timer.action()
    },
  }
}

test('a key stands once and is worked on once at a time', () => {
  const queue = workQueue(testClock())
  queue.add('a')
  queue.add('a')
  queue.add('b')
  assert.equal(queue.tryTake(), 'a')
  queue.add('a')
  assert.equal(queue.tryTake(), 'b')
  assert.equal(queue.tryTake(), undefined)
  queue.done('a')
  assert.equal(queue.tryTake(), 'a')
  queue.done('a')
  queue.done('b')
  assert.equal(queue.pending, 0)
})
test('back-off doubles from 5 ms to 1,000 s and is forgotten', () => {
  const clock = testClock()
  const queue = workQueue(clock)
  for (let delayMs = 5; delayMs < 1_000_000; delayMs *= 2) {
    queue.addRateLimited('a')
    clock.advance(delayMs - 1)
    assert.equal(queue.length, 0)
    clock.advance(1)
    assert.equal(queue.tryTake(), 'a')
    queue.done('a')
  }
  queue.addRateLimited('a')
  clock.advance(1_000_000)
  assert.equal(queue.tryTake(), 'a')
  queue.done('a')
  queue.forget('a')
  queue.addRateLimited('a')
  clock.advance(5)
  assert.equal(queue.length, 1)
})
test('the earliest of several delays holds', () => {
  const clock = testClock()
  const queue = workQueue(clock)
  queue.addAfter('a', 100)
  queue.addAfter('a', 10)
  queue.addAfter('a', 50)
  clock.advance(10)
  assert.equal(queue.tryTake(), 'a')
  queue.done('a')
  clock.advance(1000)
  assert.equal(queue.pending, 0)
})
test('takers wait, and closing lets them go', async () => {
  const queue = workQueue(testClock())
  const first = queue.take()
  queue.add('a')
  assert.equal(await first, 'a')
  const second = queue.take()
  queue.close()
  assert.equal(await second, undefined)
})

test('a stream hands on items in order and then its end', async () => {
  const channel = stream<number>()
  const sent = Array.from({ length: 300 }, (_, i) => i)
  sent.forEach(item => channel.push(item))
  channel.close()
  const got: number[] = []
  for await (const item of channel) got.push(item)
  assert.deepEqual(got, sent)
  assert.equal(channel.push(1), false)
})
test('a slow consumer loses the stream', async () => {
  const channel = stream<number>({ limit: 1, overflow: () => new Error('too slow') })
  assert.equal(channel.push(1), true)
  assert.equal(channel.push(2), false)
  await assert.rejects(async () => { for await (const _ of channel); }, /too slow/)
})
test('abort and an early exit close a stream', async () => {
  const abort = new AbortController()
  let closes = 0
  const aborted = stream<number>({ signal: abort.signal, onClose: () => closes++ })
  setImmediate(() => abort.abort())
  for await (const _ of aborted) assert.fail()
  const left = stream<number>({ onClose: () => closes++ })
  left.push(1)
  for await (const _ of left) break
  assert.equal(left.closed, true)
  assert.equal(closes, 2)
})
