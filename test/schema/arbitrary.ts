import fc from 'fast-check'
import type { Field, Schema, TypeNode } from '../../src/machinery/schema/schema.ts'
import { resolve } from '../../src/machinery/schema/schema.ts'

const text = fc.oneof(fc.string({ maxLength: 8 }), fc.string({ unit: 'grapheme', maxLength: 60 }))
const date = fc.integer({ min: -1e9, max: 4e9 })
const pad = (value: number): string => String(value).padStart(6, '0')
const opaque = fc.dictionary(fc.string({ maxLength: 5 }), fc.oneof(fc.string(), fc.integer(), fc.constant(null)), { maxKeys: 3 })

/** Values of a type, null and odd spellings included; `depth` keeps types that contain themselves small. */
function valuesOf(node: TypeNode, depth: number): fc.Arbitrary<unknown> {
  const target = resolve(node)
  switch (target.type) {
    case 'object': return depth <= 0 ? fc.constant({}) : objectsOf(target, depth)
    case 'list': return fc.array(valuesOf(target.element, depth - 1), { maxLength: 2 })
    case 'map': return fc.dictionary(fc.oneof(text, fc.constantFrom('__proto__', 'constructor', '10', '9')), valuesOf(target.value, depth - 1), { maxKeys: 3, noNullPrototype: true })
    case 'union': return fc.oneof(...target.members.map(member => valuesOf(member.node, depth - 1).filter(value => !Array.isArray(value) || value.length > 0)))
    case 'string': return text
    case 'bool': return fc.boolean()
    case 'int32': return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
    case 'int64': return fc.maxSafeInteger()
    case 'double': return fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => (value === 0 ? 0 : value))
    case 'bytes': return fc.uint8Array({ maxLength: 9 }).map(bytes => Buffer.from(bytes).toString('base64'))
    case 'quantity': return fc.oneof(fc.integer(), fc.constantFrom('100m', '1000m', '1.5Gi', '0.1', '1e3', ' 2'))
    case 'time': return date.map(seconds => new Date(seconds * 1000).toISOString())
    case 'microTime': return fc.tuple(date, fc.nat(999999)).map(([seconds, micros]) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${pad(micros)}Z`)
    case 'duration': return fc.constantFrom('1h', '90m', '1.5s', '0s', '-3ms')
    case 'intOrString': return fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), text)
    default: return opaque
  }
}

/** Objects of a type with a few fields at each level; `depth` keeps types that contain themselves small. */
export const arbitraryObject = (schema: Schema, depth = 7): fc.Arbitrary<Record<string, unknown>> => objectsOf(schema, depth)

function objectsOf(schema: Schema, depth: number): fc.Arbitrary<Record<string, unknown>> {
  const names = Object.keys(schema.fields)
  // A few fields at a time: all of them at every level would be an object of megabytes.
  return fc.subarray(names, { maxLength: Math.min(names.length, depth > 3 ? 6 : 4) }).chain(chosen =>
    fc.tuple(...chosen.map(name => fc.option(fieldOf(schema.fields[name]!, depth - 1), { freq: 9 }))).map(values => Object.fromEntries(chosen.map((name, index) => [name, values[index]]))))
}

/** Lists that are kept when empty, so that validation can refuse them, are never stored or sent on that way. */
const fieldOf = ({ node, options }: Field, depth: number): fc.Arbitrary<unknown> =>
  (options.keepEmpty ? valuesOf(node, depth).filter(value => (value as unknown[]).length > 0) : valuesOf(node, depth))
