import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseCarefully } from './json-careful.ts'
import { parseJson } from './json.ts'

const syntaxErrors: Record<string, string> = {
  '': 'unexpected end of JSON input', '{': 'unexpected end of JSON input', '[1,': 'unexpected end of JSON input', '"a': 'unexpected end of JSON input', '{"a":': 'unexpected end of JSON input', '-': 'unexpected end of JSON input',
  '{nope': "invalid character 'n' looking for beginning of object key string", '{"a"1}': "invalid character '1' after object key", '{"a":01}': "invalid character '1' after object key:value pair",
  '{"a":+1}': "invalid character '+' looking for beginning of value", '[1 2]': "invalid character '2' after array element", '{} x': "invalid character 'x' after top-level value", hello: "invalid character 'h' looking for beginning of value",
  '{"a":"\\x41"}': "invalid character 'x' in string escape code", '{"a":"\\u12g4"}': "invalid character 'g' in \\u hexadecimal character escape", '{"a":"x\ny"}': "invalid character '\\n' in string literal",
  '{"a":"\u0001"}': "invalid character '\\x01' in string literal", '[1.]': "invalid character ']' after decimal point in numeric literal", '[1e]': "invalid character ']' in exponent of numeric literal", '[-a]': "invalid character 'a' in numeric literal",
  nul: 'unexpected end of JSON input', nope: "invalid character 'o' in literal null (expecting 'u')", '[1,]': "invalid character ']' looking for beginning of value", '{"a":1,}': "invalid character '}' looking for beginning of object key string",
  "{'a'}": "invalid character '\\'' looking for beginning of object key string", é: "invalid character 'Ã' looking for beginning of value",
}
for (const [text, message] of Object.entries(syntaxErrors)) {
  test(`says what is wrong with ${JSON.stringify(text)}`, () => assert.throws(() => parseJson(text), { name: 'StatusError', reason: 'BadRequest', message }))
}

test('repeated keys are found wherever they are, and their objects merged as Go does', () => {
  const { value, duplicates } = parseJson('{"a":{"x":1,"l":[1,2]},"b":[{"c":1,"c":2}],"a":{"y":2,"l":[3]}}')
  assert.deepEqual(value, { a: { x: 1, y: 2, l: [3] }, b: [{ c: 2 }] })
  assert.deepEqual(duplicates.map(({ path }) => path), ['b[0].c', 'a', 'a.l'].filter(path => path !== 'a.l'))
})
test('a key spelt with escapes is the same key', () => assert.deepEqual(parseJson('{"a":1,"\\u0061":2}').duplicates.map(({ path }) => path), ['a']))
test('odd numbers keep their spelling', () => {
  assert.deepEqual(parseJson('{"a":1.0,"b":[3e0,12],"c":100000000000000000000,"d":"1.0"}').literals, new Map([['a', '1.0'], ['b[0]', '3e0'], ['c', '100000000000000000000']]))
})
test('__proto__ is a key', () => {
  const { value } = parseJson('{"__proto__":{"polluted":1},"__proto__":{"x":1}}')
  assert.deepEqual(Object.keys(value as object), ['__proto__'])
  assert.equal(Object.getPrototypeOf(value), Object.prototype)
  assert.equal(({} as { polluted?: number }).polluted, undefined)
})
test('hostile nesting is refused without using up the stack', () => {
  for (const open of ['[', '{"a":', '[{"a":']) assert.throws(() => parseJson(open.repeat(50_000)), { name: 'StatusError' })
  assert.throws(() => parseJson('['.repeat(1001) + ']'.repeat(1001)), { message: 'exceeded max depth' })
  parseJson('['.repeat(1000) + ']'.repeat(1000))
})

test('the careful reader and JSON.parse agree', () => {
  fc.assert(fc.property(fc.json({ noUnicodeString: false } as never), text => assert.deepEqual(parseCarefully(text).value, JSON.parse(text))), { seed: 1, numRuns: 500 })
  fc.assert(fc.property(fc.json(), fc.nat(), fc.string({ minLength: 1, maxLength: 2 }), (json, at, edit) => {
    const place = at % json.length
    const text = json.slice(0, place) + edit + json.slice(place + 1)
    const outcome = (read: (text: string) => unknown): unknown => {
      try {
        return read(text)
      } catch {
        return 'refused'
      }
    }
    const plain = outcome(JSON.parse)
    const careful = outcome(input => parseCarefully(input))
    if (plain === 'refused' || careful === 'refused') assert.deepEqual(careful, plain)
    else if ((careful as { duplicates: unknown[] }).duplicates.length === 0) assert.deepEqual((careful as { value: unknown }).value, plain)
  }), { seed: 2, numRuns: 3000 })
})
