import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StatusError } from '../machinery/status.ts'
import { checkLogOptions } from './log-options.ts'

const refusal = (query: string): string => {
  try {
    checkLogOptions('p', new URLSearchParams(query))
    return ''
  } catch (error) {
    assert.ok(error instanceof StatusError)
    return `${error.code} ${error.message}`
  }
}

test('what cannot be asked of a log is refused', () => {
  const cases: readonly [string, string][] = [
    ['', ''], ['tailLines=0&limitBytes=1&sinceSeconds=1&follow=true', ''], ['sinceTime=2024-01-01T00:00:00Z', ''], ['stream=Stdout', ''],
    ['tailLines=x', '400 strconv.ParseInt: parsing "x": invalid syntax'],
    ['tailLines=-1', '422 PodLogOptions "p" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0'],
    ['limitBytes=0', '422 PodLogOptions "p" is invalid: limitBytes: Invalid value: 0: must be greater than 0'],
    ['sinceSeconds=1&sinceTime=2024-01-01T00:00:00Z', '422 PodLogOptions "p" is invalid: []: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified'],
    ['stream=x', '422 PodLogOptions "p" is invalid: stream: Unsupported value: "x": supported values: "All", "Stderr", "Stdout"'],
  ]
  for (const [query, wanted] of cases) assert.equal(refusal(query), wanted, query)
})
