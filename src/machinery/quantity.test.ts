import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addQuantities, canonicalQuantity, compareQuantities, milliValue, parseQuantity, roundToMilli, subtractQuantities, value } from './quantity.ts'

const canonical = {
  '0': '0', '0.5': '500m', '1e3': '1e3', '1E3': '1E3', '1024Mi': '1Gi', '1.5Gi': '1536Mi', '1000m': '1', '12e-1': '1200e-3', '0.1k': '100', '2000000': '2M',
  '1024': '1024', '128974848': '128974848', '0.1Gi': '107374182400m', '2048Ki': '2Mi', '1000Mi': '1000Mi', ' 1': '1', '-0.5': '-500m', m: '0', '.': '0', '+3': '3',
  '1e400': '10e399', '1e-30': '1e-9', '100u': '100u', '0.0000000001': '1n', '500Ki': '500Ki', '99999999999999999999': '9223372036854775807', '1000E': '1000E', '512Ki': '512Ki',
  '0.5Ki': '512', '1Ki': '1Ki', '1e1000000000': '9223372036854775807', '007': '7',
}
for (const [text, want] of Object.entries(canonical)) test(`canonical form of ${text}`, () => assert.equal(canonicalQuantity(text), want))

for (const text of ['abc', '1.5.2', '', '1 Gi', '1gi', '0x10', '1_000', '1Kib']) test(`refuses '${text}'`, () => assert.throws(() => parseQuantity(text), /quantities must match the regular expression/))
for (const text of ['--1', '1e', '1mm']) test(`refuses the suffix of '${text}'`, () => assert.throws(() => parseQuantity(text), /unable to parse quantity's suffix/))

test('compare, add, subtract', () => {
  assert.equal(compareQuantities('1', '1000m'), 0)
  assert.equal(compareQuantities('1Gi', '1G'), 1)
  assert.equal(compareQuantities('1m', '1'), -1)
  assert.equal(addQuantities('1Gi', '512Mi'), '1536Mi')
  assert.equal(addQuantities('0', '1Mi'), '1Mi')
  assert.equal(subtractQuantities('1', '250m'), '750m')
})
test('values round up', () => {
  assert.equal(value('1500m'), 2)
  assert.equal(value('1Mi'), 1048576)
  assert.equal(milliValue('0.0001'), 1)
  assert.equal(milliValue('2'), 2000)
  assert.equal(roundToMilli('0.0001'), '1m')
})
test('the canonical form has the same value and is stable', () => {
  const text = fc.tuple(fc.integer({ min: -99999, max: 99999 }), fc.integer({ min: 0, max: 999 }), fc.constantFrom('', 'm', 'k', 'M', 'Ki', 'Mi', 'e2', 'e-3'))
    .map(([whole, part, suffix]) => `${whole}.${part}${suffix}`)
  fc.assert(fc.property(text, written => {
    const once = canonicalQuantity(written)
    assert.equal(compareQuantities(written, once), 0)
    assert.equal(canonicalQuantity(once), once)
  }), { seed: 1 })
})
test('comparing agrees with subtracting, short cuts or not', () => {
  const quantity = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 17n }), fc.constantFrom('', 'm', 'k', 'M', 'G', 'T', 'Ki', 'Mi', 'Gi', 'Ti', 'u', 'e3', '.5')).map(([digits, unit]) => `${digits}${unit}`)
  fc.assert(fc.property(quantity, quantity, (a, b) => {
    const left = subtractQuantities(a, b)
    assert.equal(Math.sign(compareQuantities(a, b)), left === '0' ? 0 : left.startsWith('-') ? -1 : 1)
  }), { seed: 20261121, numRuns: 3000, examples: [['1Gi', '1073741824'], ['9007199254740992m', '9007199254740993m'], ['1k', '1000'], ['1', '1000m']] })
})
