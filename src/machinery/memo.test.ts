import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memo } from './memo.ts'

test('the same question is answered once, and not everything is remembered for ever', () => {
  let asked = 0
  const length = memo(text => { asked += 1; return { length: text.length } })
  assert.equal(length('abc'), length('abc'))
  assert.equal(asked, 1)
  for (let index = 0; index < 1000; index++) length(String(index))
  assert.deepEqual(length('abc'), { length: 3 })
  assert.equal(asked, 1002)
})
