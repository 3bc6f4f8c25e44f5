import assert from 'node:assert/strict'
import { test } from 'node:test'
import { validateDeviceExpression } from './device-expression.ts'

const told = (expression: string): string[] => validateDeviceExpression(expression, 'f').map(({ message }) => message)

test('expressions that choose among devices', () => {
  for (const fine of [
    'device.driver == "a"', 'device.attributes["d"].x', 'device.attributes["d"].v.isGreaterThan(semver("1.0.0"))', 'device.capacity["d"].mem.isGreaterThan(quantity("1Gi"))', 'device.allowMultipleAllocations',
    'cel.bind(d, device.attributes["d"], d.a == "x" && d.b > 5)', 'device.attributes.all(k, device.attributes[k].all(v, device.attributes[k][v] == "x"))',
  ]) assert.deepEqual(told(fine), [], fine)
})

test('those that are unsound, say neither yes nor no, or could cost too much are refused', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['device.nope', 'Invalid value: "device.nope": compilation failed: ERROR: <input>:1:7: undefined field \'nope\'\n | device.nope\n | ......^'],
    ['device.attributes["d"].x.exists(v, v)', 'Invalid value: "device.attributes[\\"d\\"].x.exists(v, v)": compilation failed: ERROR: <input>:1:23: expression of type \'any\' cannot be range of a comprehension (must be list, map, or dynamic)\n'
      + ' | device.attributes["d"].x.exists(v, v)\n | ......................^'],
    ['device.attributes', 'Invalid value: "device.attributes": must evaluate to bool or the unknown type, not map(string, map(string, google.protobuf.Any))'],
    ['int("x") == 1', "Internal error: program instantiation failed: type conversion error from 'string' to 'int'"],
    ['device.attributes.all(a, device.attributes.all(b, device.attributes.all(c, device.attributes.all(d, a == b && c == d))))', 'Forbidden: too complex, exceeds cost limit'],
  ]
  for (const [expression, message] of cases) assert.deepEqual(told(expression), [message])
})
