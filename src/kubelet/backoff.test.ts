import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoffEnd, CRASH_LOOP, goDuration, nextBackoff, type BackoffEntry } from './backoff.ts'

test('delays double up to five minutes', () => {
  let entry: BackoffEntry | undefined
  const delays: number[] = []
  for (let round = 0, nowMs = 0; round < 7; round++, nowMs += 1000) delays.push((entry = nextBackoff(CRASH_LOOP, entry, nowMs)).delayMs / 1000)
  assert.deepEqual(delays, [10, 20, 40, 80, 160, 300, 300])
})

test('ten quiet minutes forget the delay', () => {
  const entry = { delayMs: 160_000, atMs: 0 }
  assert.equal(nextBackoff(CRASH_LOOP, entry, 600_001).delayMs, 10_000)
  assert.equal(backoffEnd(CRASH_LOOP, entry, 600_001, 600_002), undefined)
  assert.equal(backoffEnd(CRASH_LOOP, entry, 1000, 2000), 161_000)
  assert.equal(backoffEnd(CRASH_LOOP, entry, 1000, 161_000), undefined)
})

for (const [milliseconds, text] of [[0, '0s'], [250, '250ms'], [10_000, '10s'], [160_000, '2m40s'], [300_000, '5m0s'], [1500, '1.5s'], [3_600_000, '1h0m0s']] as const) {
  test(`${milliseconds} ms is ${text}`, () => assert.equal(goDuration(milliseconds), text))
}
