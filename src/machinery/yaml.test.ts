import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseYaml, parseYamlStream, stringifyYaml } from './yaml.ts'

const scalars: Record<string, unknown> = {
  yes: true, Off: false, n: false, '0644': 420, '0o17': 15, '0x1F': 31, '1_000': 1000, '1.0': 1, '1e3': 1000, '2001-01-01': '2001-01-01', '80:8080': '80:8080', '~': null, 'null': null, '"yes"': 'yes', "'1'": '1', '!!binary aGk=': 'hi',
  '1Gi': '1Gi', v1: 'v1', '!!str 12': '12',
}
for (const [text, want] of Object.entries(scalars)) test(`reads ${text} as Go does`, () => assert.deepEqual(parseYaml(`a: ${text}`).value, { a: want }))

test('keys become strings, anchors are followed, maps are merged', () => {
  assert.deepEqual(parseYaml('true: a\n1: b\n').value, { true: 'a', 1: 'b' })
  assert.deepEqual(parseYaml('a: &x {p: 1}\nb:\n  <<: *x\n  q: 2\n').value, { a: { p: 1 }, b: { p: 1, q: 2 } })
})
test('repeated keys are told by line, the last one wins', () => {
  const { value, problems } = parseYaml('data:\n  a: "1"\n  a: "2"\n')
  assert.deepEqual(value, { data: { a: '2' } })
  assert.deepEqual(problems, ['yaml: unmarshal errors:\n  line 3: key "a" already set in map'])
})
test('a stream has several documents, empty ones are passed over', () => {
  assert.deepEqual(parseYamlStream('a: 1\n---\n---\nb: 2\n---\n').map(({ value }) => value), [{ a: 1 }, { b: 2 }])
})
test('JSON is read as JSON', () => assert.deepEqual(parseYaml('{"a": "yes", "b": 1.0}').literals, new Map([['b', '1.0']])))

const hostile = {
  'deep lists': '['.repeat(20000), 'deep maps': '- '.repeat(20000), 'an unknown alias': 'a: *b', tabs: '\t- a', 'an open map': '{a: 1',
  'a bomb': `a: &a [${'x,'.repeat(9)}]\n${[...'bcdefghi'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(', ')}]`).join('\n')}`,
}
const many = Array.from({ length: 10_000 }, (_, index) => `a${index}: &a${index} x`).join('\n')
test('refuses aliases that would take forever', { timeout: 20_000 }, () => {
  const text = `${many}\nz: [${Array.from({ length: 10_000 }, (_, index) => `*a${index}`).join(', ')}]`
  assert.throws(() => parseYaml(text), { message: 'error converting YAML to JSON: yaml: document contains excessive aliasing' })
})
for (const [name, text] of Object.entries(hostile)) {
  test(`refuses ${name}`, () => assert.throws(() => parseYaml(text), { name: 'StatusError', reason: 'BadRequest', message: /^error converting YAML to JSON: yaml: / }))
}
test('refuses a text that is too long', () => assert.throws(() => parseYaml('a'.repeat(9_000_000)), { name: 'StatusError' }))

test('writes what kubectl writes', () => {
  const object = { kind: 'Pod', metadata: { labels: {}, t: '2020-01-01T00:00:00Z', a: 'a: b', n: '1', y: 'y', e: '', m: 'x\ny\n', s: '*', q: "it's" }, items: [{ b: [1], a: null }], f10: 1, f2: true }
  assert.equal(stringifyYaml(object), [
    'f2: true', 'f10: 1', 'items:', '- a: null', '  b:', '  - 1', 'kind: Pod', 'metadata:', "  a: 'a: b'", '  e: ""', '  labels: {}', '  m: |', '    x', '    "y"'.replace('"y"', 'y'), '  "n": "1"',
    "  q: it's", "  s: '*'", '  t: "2020-01-01T00:00:00Z"', '  "y": "y"', '',
  ].join('\n'))
})
test('what is written is read back', () => {
  const json = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.integer(), fc.boolean(), fc.constantFrom('yes', '0x1', '1e3', 'null', '1:2', ' a', 'a\n', '\n', '- a', '#', 'a #b'), fc.array(fc.string())))
  fc.assert(fc.property(json, value => assert.deepEqual(parseYaml(stringifyYaml(value)).value, JSON.parse(JSON.stringify(value)))), { seed: 2, numRuns: 500 })
})
