import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boundsOf, estimateCost } from './estimate.ts'
import { DYN, compile, evaluate, extend, kubernetesEnvironment } from './index.ts'
import { typeOfJsonSchema } from './schema-types.ts'
import { UNBOUNDED } from './sizes.ts'
import type { JsonSchema } from './schema-types.ts'

const env = extend(kubernetesEnvironment, { variables: { x: DYN } })
const names = ['a', 'b', 'c']

/** [expression, cost when run, lowest and highest cost beforehand] */
const costs: readonly (readonly [string, number, number, number])[] = [
  ['x', 1, 1, 1],
  ['x.a.b', 3, 1, 1],
  ['x.list[0]', 3, 2, 2],
  ['has(x.a.b)', 2, 1, 1],
  ['[1, 2].size() == 2', 2, 12, 12],
  ['"abc".matches("^a.c$")', 2, 2, 2],
  ['"abcdefghijklmnop".contains("xyz")', 2, 2, 2],
  ['true ? 1 : 2', 0, 0, 0],
  ['true || 1 / 0 == 1', 0, 0, 2],
  ['[1, 2, 3].all(v, v > 0)', 16, 20, 26],
  ['[1, 2, 3].map(v, v * 2)', 43, 63, 63],
  ['x.names.exists(n, n == "c")', 21, 2, UNBOUNDED],
  ['"a" in ["a", "b"]', 0, 12, 12],
  ['quantity("1Gi") == quantity("1024Mi")', 3, 3, 3],
  ['ip("1.2.3.4").family() == 4', 3, 3, 3],
  ['sets.contains([1, 2], [1])', 3, 23, 23],
]

test('evaluations cost what upstream says they do', () => {
  for (const [expression, run, min, max] of costs) {
    const { program, error } = compile(expression, env)
    assert(program, error?.message ?? 'no program')
    const outcome = evaluate(program, { x: { a: { b: 1 }, list: [1], names } })
    assert.equal(outcome.error, undefined, expression)
    assert.deepEqual([outcome.cost, estimateCost(program.checked)], [run, { min, max }], expression)
  }
})

test('an evaluation ends when it has cost too much, whatever could absorb a failure', () => {
  const { program } = compile('[1, 2, 3].all(a, [1, 2, 3].all(b, a * b < 100)) || true', env)
  const { error, value } = evaluate(program!, {}, { limit: 20 })
  assert.deepEqual([error, value], ['operation cancelled: actual cost limit exceeded', undefined])
  assert.equal(evaluate(program!, {}, { limit: 1000 }).value, true)
})

/** [schema of self, rule, highest cost] */
const rules: readonly (readonly [JsonSchema, string, number])[] = [
  [{ type: 'array', maxItems: 10, items: { type: 'string', maxLength: 5 } }, 'self.all(s, s.size() < 3)', 62],
  [{ type: 'array', maxItems: 10, items: { type: 'string', maxLength: 5 } }, 'self.all(s, self.exists(t, s == t))', 852],
  [{ type: 'string', maxLength: 10 }, 'self.startsWith("a")', 2],
  [{ type: 'string', maxLength: 10 }, 'self.contains(self)', 18],
  [{ type: 'object', additionalProperties: { type: 'string', maxLength: 3 }, maxProperties: 4 }, 'self.all(k, self[k] != "")', 26],
  [{ type: 'object', properties: { 'a-b': { type: 'string', enum: ['x', 'yy'] } } }, 'self.a__dash__b == self.a__dash__b', 5],
]

test('bounds in schemas bound the cost of rules', () => {
  for (const [schema, rule, max] of rules) {
    const { type } = typeOfJsonSchema(schema)!
    const { program, error } = compile(rule, extend(kubernetesEnvironment, { variables: { self: type } }))
    assert(program, error?.message ?? 'no program')
    assert.equal(estimateCost(program.checked, boundsOf(type)).max, max, rule)
  }
})

test('a rule on what has no bound is as dear as the largest request', () => {
  const { type } = typeOfJsonSchema({ type: 'array', items: { type: 'string' } })!
  const { program } = compile('self.all(s, self.exists(t, s == t))', extend(kubernetesEnvironment, { variables: { self: type } }))
  assert(estimateCost(program!.checked, boundsOf(type)).max > 1e17)
})
