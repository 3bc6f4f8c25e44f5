import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { resources } from '../../src/api/index.ts'
import { parseJson } from '../../src/machinery/json.ts'
import { decode } from '../../src/machinery/schema/decode.ts'
import type { Schema } from '../../src/machinery/schema/schema.ts'
import { parseYaml } from '../../src/machinery/yaml.ts'
import { sharedFolder } from './facts.ts'

const folder = `${sharedFolder}golden/`
const missing = existsSync(folder) ? false : 'the golden transcripts (../shared/golden) are not on this machine'

interface Step {
  name: string
  request: { method?: string; path: string; body?: unknown; headers?: Record<string, string> }
  response: { status: number; body?: { message?: string }; headers?: Record<string, string> }
}
interface Refused {
  where: string
  schema: Schema
  text: string
  isYaml: boolean
  message: string
}

const byPath = new Map<string, Schema>(resources.flatMap(({ group, version, plural, schema }) => [[`${group ? `/apis/${group}` : '/api'}/${version}/${plural}`, schema]]))
const schemaFor = (path: string): Schema | undefined => byPath.get(path.replace(/\?.*/, '').replace(/\/namespaces\/[^/]+\/(?=[^/]+(\/|$))/, '/').replace(/^((?:\/apis\/[^/]+|\/api)\/[^/]+\/[^/]+).*/, '$1'))

/** Requests that the real server could not decode, with what it said. */
function* refused(): Generator<Refused> {
  for (const area of readdirSync(folder)) {
    if (area.includes('.')) continue
    for (const file of readdirSync(folder + area)) {
      for (const { name, request, response } of (JSON.parse(readFileSync(`${folder}${area}/${file}`, 'utf8')) as { steps: Step[] }).steps) {
        if (!request) continue
        const message = response.body?.message ?? ''
        const match = /^\w+ in version "\w+" cannot be handled as a \w+: (.*)$/s.exec(message)
        const schema = schemaFor(request.path)
        const method = request.method ?? 'GET'
        if (!match || !schema || response.status !== 400 || (method !== 'POST' && method !== 'PUT') || /conversion|no kind/.test(message) || /\/(scale|binding|eviction|token|status)(\?|$)/.test(request.path)) continue
        const text = typeof request.body === 'string' ? request.body : JSON.stringify(request.body)
        yield { where: `${area}/${file}: ${name}`, schema, text, isYaml: /yaml/.test(request.headers?.['content-type'] ?? ''), message: match[1]! }
      }
    }
  }
}

function answer({ schema, text, isYaml }: Refused): string {
  try {
    const parsed = isYaml ? parseYaml(text) : parseJson(text)
    const { problems } = decode(schema, parsed.value, parsed)
    return problems.length > 0 ? `strict decoding error: ${problems.join(', ')}` : ''
  } catch (error) {
    return (error as Error).message
  }
}

test('what cannot be decoded is refused in the words of the real server', { skip: missing }, () => {
  const all = [...refused()]
  const wrong = all.map(step => ({ where: step.where, want: step.message, have: answer(step).replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, '<time>') }))
    .filter(({ want, have }) => have !== want)
  assert.deepEqual(wrong, [], `${wrong.length} of ${all.length}`)
  assert.ok(all.length > 100, `only ${all.length}`)
})
