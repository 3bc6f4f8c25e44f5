import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FAKE_START, fakeClock } from './fake-clock.ts'

test('timers fire in order of time, then of setting, and see their own time', () => {
  const clock = fakeClock()
  const seen: string[] = []
  const note = (name: string) => () => seen.push(`${name}@${clock.now() - FAKE_START}`)
  clock.after(20, note('late'))
  clock.after(10, note('a'))
  clock.after(10, note('b'))
  clock.after(5, () => clock.after(1, note('nested')))
  const cancelled = clock.after(7, note('cancelled'))
  cancelled.cancel()
  clock.advance(15)
  assert.deepEqual(seen, ['nested@6', 'a@10', 'b@10'])
  assert.equal(clock.now(), FAKE_START + 15)
  assert.equal(clock.next(), FAKE_START + 20)
  assert.equal(clock.pending().length, 1)
})

test('a timer that sets itself again fires as often as time allows', () => {
  const clock = fakeClock()
  let count = 0
  const tick = (): void => { count++; clock.after(10, tick) }
  clock.after(10, tick)
  clock.advance(100)
  assert.equal(count, 10)
})
