import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JSONSchemaProps } from './custom-resource-definition-schema.ts'
import { validateOpenAPISchema } from './schema-validation.ts'
import { validateStructural } from './structural-validation.ts'

const root = (a: object): JSONSchemaProps => ({ type: 'object', properties: { a } }) as JSONSchemaProps
const texts = (causes: { field?: string; message: string }[]): string[] => causes.map(({ field, message }) => `${field}: ${message}`)

test('a structural schema says each thing once, outside of junctors', () => {
  const fine = [
    { type: 'string', anyOf: [{ pattern: 'a' }, { minLength: 5 }], not: { pattern: 'z' } }, { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
    { 'x-kubernetes-int-or-string': true, allOf: [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, { pattern: 'a' }] }, { 'x-kubernetes-preserve-unknown-fields': true },
  ]
  for (const schema of fine) assert.deepEqual(validateStructural(root(schema), 's'), [], JSON.stringify(schema))
  const wrong: [object, string[]][] = [
    [{}, ['s.properties[a].type: Required value: must not be empty for specified object fields']],
    [{ type: 'array' }, ['s.properties[a].items: Required value: must be specified']],
    [{ type: 'string', pattern: '(' }, ["s.properties[a].pattern: Invalid value: \"(\": must be a valid regular expression, but isn't: error parsing regexp: missing closing ): `(`"]],
    [{ type: 'string', oneOf: [{ default: 1, title: 't' }] }, [
      's.properties[a].oneOf[0].default: Forbidden: must be undefined to be structural', 's.properties[a].oneOf[0].title: Forbidden: must be empty to be structural',
    ]],
  ]
  for (const [schema, expected] of wrong) assert.deepEqual(texts(validateStructural(root(schema), 's')), expected)
  const incomplete = { type: 'object', allOf: [{ properties: { b: {} } }] } as unknown as JSONSchemaProps
  assert.deepEqual(texts(validateStructural(incomplete, 's')), ['s.properties[b]: Required value: because it is defined in s.allOf[0].properties[b]'])
})

test("metadata's names may be narrowed, nothing else of it", () => {
  const at = (metadata: object): string[] => texts(validateStructural({ type: 'object', properties: { metadata } } as unknown as JSONSchemaProps, 's'))
  assert.deepEqual(at({ type: 'object' }), [])
  assert.deepEqual(at({ type: 'object', properties: { name: { type: 'string', maxLength: 5 } } }), [])
  assert.equal(at({ type: 'object', properties: { labels: { type: 'object' } } }).length, 1)
})

test("the path of a rule leads to a field", () => {
  const at = (fieldPath: string): number => validateOpenAPISchema({
    type: 'object', properties: { 'b.c': { type: 'string' }, m: { type: 'object', additionalProperties: { type: 'string' } }, l: { type: 'array', items: { type: 'string' } } },
    'x-kubernetes-validations': [{ rule: 'true', fieldPath }],
  } as unknown as JSONSchemaProps, 's').length
  for (const fine of ['.m', '.m.x', "['b.c']", '.l']) assert.equal(at(fine), 0, fine)
  for (const wrong of ['m', '.none', '.l[0]', '.m.x.y', ' ', '.m.', '.__proto__']) assert.equal(at(wrong), 1, wrong)
})
