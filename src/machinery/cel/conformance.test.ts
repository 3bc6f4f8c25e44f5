/**
 * The CEL specification's own cases. What needs protobuf messages is left out: Kubernetes' expressions look at JSON objects, and the one thing of
 * protobuf they know (wrappers as nullable scalars) is tested through types.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tests as conformance } from '@bufbuild/cel-spec/testdata/conformance.js'
import { environment, extend } from './environment.ts'
import { equal } from './equality.ts'
import { bindings } from './library/bindings.ts'
import { kubernetesLibraries } from './library/index.ts'
import { compile, compileUnchecked, evaluate } from './program.ts'
import { ANY, BOOL, BYTES, DOUBLE, DURATION, DYN, INT, NULL, STRING, TIMESTAMP, TYPE, UINT, formatType, listType, mapType, opaque, param, wrapper } from './types.ts'
import { ArrayList, Double, Optional, TypeValue, Uint, entryMap, intOf } from './values.ts'
import { parseDuration, parseTimestamp } from './time.ts'
import { declare, method, overload } from './declarations.ts'
import type { Environment } from './environment.ts'
import type { Type } from './types.ts'
import type { Value } from './values.ts'

interface Case {
  readonly original: {
    readonly name: string; readonly expr: string; readonly value?: Json; readonly typeEnv?: readonly Json[]; readonly bindings?: Json
    readonly disableCheck?: boolean; readonly evalError?: Json; readonly container?: string; readonly typedResult?: Json; readonly checkOnly?: boolean
  }
  readonly type?: string
  readonly error?: string
}
interface Suite {
  readonly name: string
  readonly suites?: readonly Suite[]
  readonly tests?: readonly Case[]
}
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any

/** Sections that are not run, and why. */
const SKIPPED: Readonly<Record<string, string>> = {
  block_ext: 'cel.block is an output of optimizers; Kubernetes does not enable it',
  encoders_ext: 'base64 is not enabled in Kubernetes',
  math_ext: 'math is not enabled in Kubernetes',
  proto2: 'protobuf messages', proto2_ext: 'protobuf messages', proto3: 'protobuf messages', enums: 'protobuf enums', dynamic: 'protobuf messages', wrappers: 'protobuf messages',
  unknowns: 'partial evaluation is not used by Kubernetes',
}
/** Cases that are not run, and why. */
const skipped = (path: string, { original: { expr, typeEnv, value, bindings: bound, container }, error }: Case): string | undefined => {
  const text = JSON.stringify([expr, typeEnv, value, bound])
  if (/TestAllTypes|NestedTestAllTypes|GlobalEnum|messageType|google\.protobuf\.(?!Timestamp|Duration)|"@type"(?!":"type\.googleapis\.com\/google\.protobuf\.(Timestamp|Duration)")/.test(text)) return 'protobuf messages'
  if (/TestAllTypes|^(Value|Struct|ListValue|Int32Value|FloatValue|BoolValue|Int64Value|UInt32Value|UInt64Value|DoubleValue|StringValue|BytesValue|Any)\{/.test(expr) || /google\.protobuf/.test(container ?? '')) return 'protobuf messages'
  if (path.startsWith('string_ext/format') || path.startsWith('string_ext/value_errors') || path.startsWith('string_ext/type_errors')) return 'the cases are those of version 4 of format(); Kubernetes has version 2 (see libraries.test.ts)'
  if (/\breverse\(\)/.test(expr) && path.startsWith('string_ext')) return 'strings of version 3'
  if (path.endsWith('map_null_entry_no_such_key') || path.endsWith('map_present_key_invalid_field')) return 'an option of upstream that Kubernetes leaves off: there it is an empty optional'
  if (path.endsWith('duration_converters/get_milliseconds')) return 'cel-go answers all milliseconds, not those of the last second'
  if (/repeat_key|map_key_float|map_key_null/.test(path)) return 'cel-go takes keys of any type, and lets the last of equal ones win'
  if (path.startsWith('type_deductions/legacy_nullable_types')) return 'protobuf messages'
  return error?.includes('block') ? 'cel.block' : undefined
}

const PRIMITIVES: Readonly<Record<string, Type>> = { BOOL, INT64: INT, UINT64: UINT, DOUBLE, STRING, BYTES }
const WELL_KNOWN: Readonly<Record<string, Type>> = { ANY, TIMESTAMP, DURATION }

function typeOfProto(type: Json): Type {
  if (type.primitive) return PRIMITIVES[type.primitive]!
  if (type.wellKnown) return WELL_KNOWN[type.wellKnown]!
  if (type.wrapper) return wrapper(PRIMITIVES[type.wrapper]!)
  if (type.listType) return listType(type.listType.elemType ? typeOfProto(type.listType.elemType) : DYN)
  if (type.mapType) return mapType(typeOfProto(type.mapType.keyType), typeOfProto(type.mapType.valueType))
  if (type.abstractType) return opaque(type.abstractType.name, ...(type.abstractType.parameterTypes ?? []).map(typeOfProto))
  if (type.typeParam) return param(type.typeParam)
  if ('type' in type) return TYPE
  return 'null' in type ? NULL : DYN
}

const TYPES: Readonly<Record<string, Type>> = {
  bool: BOOL, int: INT, uint: UINT, double: DOUBLE, string: STRING, bytes: BYTES, null_type: NULL, type: TYPE, list: listType(DYN), map: mapType(DYN, DYN),
  'google.protobuf.Timestamp': TIMESTAMP, 'google.protobuf.Duration': DURATION, optional_type: opaque('optional_type', DYN),
}

function valueOfProto(value: Json): Value {
  const [[kind, raw]] = Object.entries(value) as [[string, Json]]
  switch (kind) {
    case 'int64Value': return intOf(BigInt(raw))
    case 'uint64Value': return new Uint(BigInt(raw))
    case 'doubleValue': return new Double(Number(raw))
    case 'bytesValue': return Uint8Array.from(Buffer.from(raw, 'base64'))
    case 'listValue': return new ArrayList((raw.values ?? []).map(valueOfProto))
    case 'mapValue': return entryMap((raw.entries ?? []).map((entry: Json) => [valueOfProto(entry.key), valueOfProto(entry.value)]))
    case 'typeValue': return new TypeValue(TYPES[raw] ?? opaque(raw))
    case 'objectValue': return raw['@type'].endsWith('Timestamp') ? parseTimestamp(raw.value)! : parseDuration(raw.value)!
    case 'nullValue': return null
    default: return raw
  }
}

const base: Environment = environment({ libraries: [...kubernetesLibraries, bindings], options: { optionals: true, quotedFields: true } })

function environmentOf({ typeEnv = [], container = '' }: Case['original']): Environment {
  const variables = Object.fromEntries(typeEnv.filter(({ ident }) => ident).map(({ name, ident }) => [name, typeOfProto(ident.type)]))
  const functions = typeEnv.filter(entry => entry.function).map(({ name, function: { overloads } }) => declare(name, ...overloads.map((each: Json) =>
    (each.isInstanceFunction ? method : overload)(each.overloadId, (each.params ?? []).map(typeOfProto), typeOfProto(each.resultType)))))
  return extend(base, { variables, libraries: [{ name: 'case', functions }], container })
}

function run(one: Case): void {
  const { original } = one
  const env = environmentOf(original)
  const compiled = (original.disableCheck ? compileUnchecked : compile)(original.expr, env)
  if (compiled.error) {
    assert(original.evalError, `does not compile: ${compiled.error.message}`)
    return
  }
  const deduced = original.typedResult?.deducedType
  if (deduced) assert.equal(formatType(compiled.program.resultType), formatType(typeOfProto(deduced)))
  if (original.checkOnly) return
  const activation = Object.fromEntries(Object.entries(original.bindings ?? {}).map(([name, { value }]: [string, Json]) => [name, valueOfProto(value)]))
  const outcome = evaluate(compiled.program, activation)
  if (original.evalError) {
    assert(outcome.error !== undefined, `should fail, and is ${String(outcome.value)}`)
    return
  }
  const expected = original.value ?? original.typedResult?.result ?? { boolValue: true }
  assert.equal(outcome.error, undefined)
  const wanted = valueOfProto(expected)
  const actual = outcome.value instanceof Optional ? outcome.value.value! : outcome.value!
  const isNaN = wanted instanceof Double && Number.isNaN(wanted.value)
  assert(isNaN ? actual instanceof Double && Number.isNaN(actual.value) : equal(actual, wanted), `is ${JSON.stringify(actual, bigints)}, should be ${JSON.stringify(expected)}`)
}

const bigints = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)

function* casesOf(suite: Suite, path: string): Generator<readonly [string, Case]> {
  for (const one of suite.tests ?? []) yield [`${path}/${one.original.name}`, one]
  for (const inner of suite.suites ?? []) yield* casesOf(inner, path === '' ? inner.name : `${path}/${inner.name}`)
}

for (const suite of (conformance as Suite).suites ?? []) {
  test(`specification: ${suite.name}`, { skip: SKIPPED[suite.name] ?? false }, t => {
    const failures: string[] = []
    const counts = { passed: 0, skipped: 0 }
    for (const [path, one] of casesOf(suite, suite.name)) {
      if (skipped(path, one) !== undefined) {
        counts.skipped++
        continue
      }
      try {
        run(one)
        counts.passed++
      } catch (error) {
        failures.push(`${path}: ${one.original.expr}: ${(error as Error).message}`)
      }
    }
    t.diagnostic(`${counts.passed} passed, ${counts.skipped} left out`)
    assert.deepEqual(failures, [])
  })
}
