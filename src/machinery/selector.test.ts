import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatLabelSelector, matchesLabels, nothing, parseFieldSelector, parseLabelSelector, selectorFrom } from './selector.ts'

const labels = { app: 'web', tier: 'front', size: '5', constructor: 'x' }
const matches: Record<string, boolean> = {
  '': true, app: true, '!app': false, 'app=web': true, 'app==web': true, 'app!=web': false, 'old!=x': true, 'app in (web,db)': true, 'app notin (web)': false, 'old notin (a)': true,
  'size>4': true, 'size<4': false, 'app>1': false, 'app=web,tier=back': false, 'app = web , tier in ( front )': true, '!toString': true, 'app in (,a)': false, 'app=': false, 'in=x': false,
}
for (const [text, want] of Object.entries(matches)) test(`${text || 'the empty selector'} matches: ${want}`, () => assert.equal(parseLabelSelector(text).matches(labels), want))

const refused: Record<string, string> = {
  '==': "found '==', expected: !, identifier, or 'end of string'", 'color in red': "unable to parse requirement: found 'red' expected: '('", 'a=b=c': "found '=', expected: ',' or 'end of string'",
  'app===': "unable to parse requirement: found '=', expected: identifier", 'app = = x': "unable to parse requirement: found '=', expected: identifier", 'app=x,': "found '', expected: identifier after ','",
  '=': "found '=', expected: !, identifier, or 'end of string'",
}
for (const [text, message] of Object.entries(refused)) test(`refuses ${text}`, () => assert.throws(() => parseLabelSelector(text), { message, reason: 'BadRequest' }))

test('selectors in objects', () => {
  assert.equal(selectorFrom(undefined), nothing)
  assert.equal(selectorFrom({}).matches({}), true)
  const selector = selectorFrom({ matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['db'] }] })
  assert.equal(selector.matches(labels), true)
  assert.equal(selector.toString(), 'app=web,tier notin (db)')
  assert.throws(() => selectorFrom({ matchExpressions: [{ key: 'a', operator: 'Like' }] }), /"Like" is not a valid label selector operator/)
  assert.equal(formatLabelSelector({}), '<none>')
  assert.equal(matchesLabels({ app: 'web' }, labels), true)
  assert.equal(matchesLabels({ app: 'x' }, undefined), false)
})
test('field selectors', () => {
  const selector = parseFieldSelector(String.raw`a=b\,c,d!=e`)
  assert.deepEqual(selector.requirements, [{ field: 'a', operator: '=', value: 'b,c' }, { field: 'd', operator: '!=', value: 'e' }])
  assert.equal(selector.matches(field => ({ a: 'b,c' })[field]), true)
  assert.equal(parseFieldSelector(selector.toString()).toString(), selector.toString())
  assert.throws(() => parseFieldSelector('metadata.name'), { message: "invalid selector: 'metadata.name'; can't understand 'metadata.name'" })
  assert.throws(() => parseFieldSelector('a=b=c'), { message: 'invalid field selector: unescaped character in value: 61' })
  assert.throws(() => parseFieldSelector(String.raw`a=\x`), { message: String.raw`invalid field selector: invalid escape sequence: \x` })
})
