import assert from 'node:assert/strict'
import { test } from 'node:test'
import { after, holding } from './awaitable.ts'

test('what is there is gone on with at once, what will be there later', async () => {
  assert.equal(after(1, value => value + 1), 2)
  const later = after(Promise.resolve(1), value => value + 1)
  assert.ok(later instanceof Promise)
  assert.equal(await later, 2)
})

test('what is held is let go of once, however the work ends', async () => {
  const fail = (): never => { throw new Error('no') }
  let released = 0
  const held = { [Symbol.dispose]: () => { released += 1 } }
  assert.equal(holding(held, () => 'now'), 'now')
  assert.equal(released, 1)
  assert.throws(() => holding(held, fail), /no/)
  assert.equal(released, 2)
  let finish = (): void => undefined
  const later = holding(held, () => new Promise<void>(resolve => { finish = resolve }))
  assert.equal(released, 2)
  finish()
  await later
  assert.equal(released, 3)
  await assert.rejects(async () => holding(held, () => Promise.reject(new Error('later'))), /later/)
  assert.equal(released, 4)
  assert.equal(holding(undefined, () => 1), 1)
})
