import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bindings } from './library/bindings.ts'
import { AUTHORIZER_TYPE, AuthorizerValue } from './library/authorizer.ts'
import { misnamedObjects, mutation } from './library/mutation.ts'
import { DYN, Lazy, compile, evaluate, evaluateAsync, extend, kubernetesEnvironment, mapType, objectType, STRING, INT } from './index.ts'
import { estimateCost } from './estimate.ts'

const env = extend(kubernetesEnvironment, { variables: { x: DYN, claims: mapType(STRING, DYN) } })
const messageOf = (expression: string, environment = env): string | undefined => compile(expression, environment).error?.message

test('issues come in the order of the source, with line and caret', () => {
  assert.equal(messageOf('foo +\n  bar'), [
    "ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')\n | foo +\n | ^",
    "ERROR: <input>:2:3: undeclared reference to 'bar' (in container '')\n |   bar\n | ..^",
  ].join('\n'))
  assert.equal(messageOf("'é😁' + foo"), "ERROR: <input>:1:8: undeclared reference to 'foo' (in container '')\n | 'é😁' + foo\n | .．．....^")
})

test('what is too long or too deep is refused, not tried', () => {
  assert.equal(messageOf('1'.padEnd(100_001, ' ')), 'ERROR: <input>:-1:0: expression code point size exceeds limit: size: 100001, limit 100000')
  for (const deep of ['('.repeat(300) + ')'.repeat(300), '['.repeat(300) + ']'.repeat(300), '1' + '+1'.repeat(300), 'x' + '.a'.repeat(300), 'true ? 1 : '.repeat(300) + '1']) {
    assert.equal(messageOf(deep), 'ERROR: <input>:-1:0: expression recursion limit exceeded: 250', deep.slice(0, 20))
  }
  const wide = Array.from({ length: 2000 }, (_, i) => `x == ${i}`).join(' || ')
  assert.equal(evaluate(compile(wide, env).program!, { x: 1999 }).value, true)
})

test('a literal that is evaluated beforehand and fails spoils the program', () => {
  assert.deepEqual(compile('int("x")', env).error, { stage: 'instantiation', issues: [{ message: "type conversion error from 'string' to 'int'" }], message: "type conversion error from 'string' to 'int'" })
})

test('missing variables and keys fail, and failures are absorbed', () => {
  const run = (expression: string, activation = {}) => evaluate(compile(expression, env).program!, activation)
  assert.equal(run('x').error, 'no such attribute(s): x')
  assert.equal(run('claims.sub', { claims: {} }).error, 'no such key: sub')
  assert.equal(run('claims.sub == "a" || true', { claims: {} }).value, true)
  assert.equal(run('has(claims.constructor) || "toString" in claims', { claims: {} }).value, false)
})

test('a lazy variable is made when it is read, once', () => {
  let made = 0
  const activation = { x: new Lazy(() => ++made) }
  assert.equal(evaluate(compile('false && x == 1', env).program!, activation).value, false)
  assert.equal(made, 0)
  assert.equal(evaluate(compile('x + x', env).program!, activation).value, 2)
})

test('an authorizer may take its time: asked once for each question, however often the evaluation starts over', async () => {
  const asked: string[] = []
  const authorizer = new AuthorizerValue(async ({ verb, resource, serviceAccount }) => {
    asked.push(`${serviceAccount?.name ?? 'user'} ${verb} ${resource?.resource}`)
    return { allowed: verb === 'get', reason: 'because' }
  })
  const { program } = compile(
    'authorizer.group("").resource("pods").check("get").allowed() && !authorizer.serviceAccount("ns", "sa").group("").resource("pods").check("list").allowed()',
    extend(env, { variables: { authorizer: AUTHORIZER_TYPE } }),
  )
  assert.deepEqual(await evaluateAsync(program!, { authorizer }), { value: true, cost: 700_010 })
  assert.deepEqual(asked, ['user get pods', 'sa list pods'])
  assert.equal(evaluate(program!, { authorizer: new AuthorizerValue(async () => ({ allowed: true })) }).error, 'an answer is needed that is not there yet')
})

test('environments add up: bindings, JSON patches, objects that can be constructed', () => {
  const object = objectType('Thing', { n: INT })
  const more = extend(env, { libraries: [bindings, mutation], types: [object] })
  const value = (expression: string): unknown => evaluate(compile(expression, more).program!, { x: 20 }).value
  assert.equal(value('cel.bind(y, x + 1, y * 2)'), 42)
  assert.equal(value('JSONPatch{op: "add", path: "/a/" + jsonpatch.escapeKey("b/c~")}.path'), '/a/b~1c~0')
  assert.equal(value('Thing{n: x}.n'), 20)
  assert.match(messageOf('Thing{n: "a"}', more)!, /expected type of field 'n' is 'int' but provided type is 'string'/)
  assert.match(messageOf('Thing{m: 1}', more)!, /undefined field 'm'/)
  assert.match(messageOf('Objects{}', more)!, /undeclared reference to 'Objects'/)
  assert.match(messageOf('JSONPatch{op: 1}', more)!, /expected type of field 'op' is 'string' but provided type is 'int'/)
  const made = evaluate(compile('Object{spec: Object.spec{replicas: 1, list: [Object.spec.list{a: Object.a{}}]}}', more).program!, {}).value!
  assert.deepEqual(misnamedObjects(made), ['unexpected type name "Object.a", expected "Object.spec.list.a", which matches field name path from root Object type'])
})

const atoms = fc.constantFrom('1', '-2', '3u', '1.5', '"a"', "b'z'", 'true', 'null', 'x', 'x.a', 'x["b"]', 'x.?c', '[]', '[1, 2]', '{"a": 1}', 'duration("1s")', 'timestamp(0)', 'v', 'quantity("1")', '"%s"')
const { expression } = fc.letrec<{ expression: string }>(tie => {
  const inner = tie('expression')
  return {
    expression: fc.oneof(
      { depthSize: 'small', withCrossShrink: true }, atoms,
      fc.tuple(inner, fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', '>=', '&&', '||', 'in', '[', '.'), inner).map(([a, operator, b]) => (operator === '[' ? `(${a})[${b}]` : `(${a}) ${operator} (${b})`)),
      fc.tuple(inner, fc.constantFrom('all', 'exists', 'exists_one', 'map', 'filter', 'sortBy'), inner).map(([a, macro, b]) => `dyn(${a}).${macro}(v, ${b})`),
      fc.tuple(inner, inner, inner).map(([a, b, c]) => `(${a}) ? (${b}) : (${c})`),
      fc.tuple(inner, fc.constantFrom('size()', 'sum()', 'min()', 'sort()', 'distinct()', 'flatten()', 'reverse()', 'orValue(1)', 'hasValue()', 'isSorted()', 'lowerAscii()', 'split("")', 'getHours()')).map(([a, call]) => `dyn(${a}).${call}`),
      fc.tuple(fc.constantFrom('int', 'string', 'double', 'type', 'bytes', 'size', 'quantity', 'ip', 'url', '!', '-', 'has', 'lists.range', 'optional.of'), inner).map(([call, a]) => `${call}(dyn(${a}))`),
    ),
  }
})

test('whatever is thrown at it: an answer, within the limit of cost, never an exception', () => {
  const limit = 20_000
  fc.assert(fc.property(expression, source => {
    const { program, error } = compile(source, extend(env, { variables: { v: DYN } }))
    if (error) return assert(error.message.length > 0)
    const estimate = estimateCost(program.checked)
    assert(estimate.max >= 0 && estimate.min <= estimate.max)
    const outcome = evaluate(program, { x: { a: [3, 1, 2], b: 'text' }, v: 1 }, { limit })
    assert(outcome.error !== undefined || outcome.cost <= limit)
  }), { seed: 20_261_121, numRuns: 1500 })
})

test('texts that are no expressions: an issue, never an exception', () => {
  const pieces = fc.array(fc.constantFrom('1', 'a', '"', "'", '(', ')', '[', ']', '{', '}', '.', ',', '?', ':', '+', '-', '!', '&&', '|', 'in', 'true', '\\', '\n', 'has(', '.all(x,', '`', '😁', '0x', '1e', 'r"', '"""', '//'), { maxLength: 25 })
  fc.assert(fc.property(pieces, parts => {
    const { program, error } = compile(parts.join(''), env)
    assert((program === undefined) !== (error === undefined))
  }), { seed: 20_261_121, numRuns: 2000 })
})

test('expressions made to burst the memory or to run for ever are cancelled at once', () => {
  const doubling = (start: string, body: string, times: number): string =>
    times === 0 ? body : `optional.of(${start}).optMap(v${times}, ${doubling(`v${times} + v${times}`, body, times - 1)}).value()`
  const cases = [
    doubling('[1, 2]', 'v1.size()', 40), doubling('"ab"', 'v1.size()', 40),
    'lists.range(1000000000)', 'lists.range(3000).distinct()', 'lists.range(900000).map(v, lists.range(900000))',
    'lists.range(1000).map(v, x.list).flatten()', '"".replace("", x.text) + x.text.replace("", x.text)', 'lists.range(1000).map(v, "").join(x.text)',
    `"${'%s'.repeat(5000)}".format(lists.range(5000).map(v, x.text))`, 'x.list.all(a, x.list.all(b, a + b >= 0))', 'x.text.matches("(a*)*b" + x.text)',
  ]
  const input = { x: { list: Array.from({ length: 20_000 }, (_, i) => i), text: 'a'.repeat(200_000) } }
  for (const source of cases) {
    const { program, error } = compile(source, env)
    assert(program, error?.message ?? 'no program')
    const outcome = evaluate(program, input, { limit: 1_000_000 })
    assert.equal(outcome.error, 'operation cancelled: actual cost limit exceeded', source.slice(0, 80))
  }
})

test('values nested deeper than the stack are told, not thrown', () => {
  let deep: unknown = 1
  for (let i = 0; i < 100_000; i++) deep = [deep]
  const { program } = compile('x == x.map(v, v)', env)
  assert.equal(evaluate(program!, { x: deep }).error, 'value nested too deep')
})
