import assert from 'node:assert/strict'
import test from 'node:test'
import { parseIndexes } from './indexes.ts'

test('indexes are numbers and intervals in rising order, below the number of completions', () => {
  assert.deepEqual(parseIndexes('', 5), [])
  assert.deepEqual(parseIndexes('0,2-4', 5), [{ start: 0, end: 0 }, { start: 2, end: 4 }])
  const wrong: [text: string, message: string][] = [
    ['5', 'too large index: "5"'], ['1-9', 'too large index: "9"'], ['2,1', 'non-increasing order, previous: 2, current: 1'], ['2,2', 'non-increasing order, previous: 2, current: 2'],
    ['3-1', 'non-increasing order, previous: 3, current: 1'], ['a-b', 'cannot convert string to integer for index: "a"'],
    ['1-2-3', "the fragment \"1-2-3\" violates the requirement that an index interval can have at most two parts separated by '-'"],
  ]
  for (const [text, message] of wrong) assert.throws(() => parseIndexes(text, 5), { message }, text)
})
