import assert from 'node:assert/strict'
import { test } from 'node:test'
import { specDiff } from './spec-diff.ts'

test('a diff shows the lines that changed and three around them', () => {
  const before = { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8, i: 9 }
  assert.equal(specDiff(before, { ...before, e: 50 }), '@@ -3,7 +3,7 @@\n   "b": 2,\n   "c": 3,\n   "d": 4,\n-  "e": 5,\n+  "e": 50,\n   "f": 6,\n   "g": 7,\n   "h": 8,\n')
  assert.equal(specDiff({ a: 1 }, { a: 1, b: 2 }), '@@ -1,3 +1,4 @@\n {\n-  "a": 1\n+  "a": 1,\n+  "b": 2\n }\n')
})
