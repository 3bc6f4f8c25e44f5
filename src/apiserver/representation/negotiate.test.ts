import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prettyWanted } from './negotiate.ts'

test('JSON is for people when they say so, and for programs that show it as it is', () => {
  for (const [query, userAgent, expected] of [
    ['', 'curl/8.5.0', true], ['', 'Wget/1.21', true], ['', 'Mozilla/5.0 (X11)', true], ['', 'kubectl/v1.36.0', false], ['', undefined, false],
    ['pretty=false', 'curl/8.5.0', false], ['pretty=0', 'curl/8.5.0', false], ['pretty=', 'curl/8.5.0', true], ['pretty=what', 'curl/8.5.0', false],
    ['pretty=true', 'kubectl/v1.36.0', true], ['pretty=1', undefined, true],
  ] as const) assert.equal(prettyWanted(new URLSearchParams(query), userAgent), expected, `${query} ${userAgent}`)
})
