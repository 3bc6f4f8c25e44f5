import { declare, overload } from '../declarations.ts'
import { doubleToInt, doubleToUint, formatDouble } from '../numbers.ts'
import { TRAVERSAL, scale } from '../sizes.ts'
import { formatDuration, formatTimestamp, parseDuration, parseTimestamp, timestampOf } from '../time.ts'
import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, STRING, TIMESTAMP, UINT, param, typeType } from '../types.ts'
import { Double, TypeValue, Uint, fail, int64, intOf, isInt64, isUint64, sizeOf, typeOf, uint64 } from '../values.ts'
import type { CostModel, FunctionDeclaration } from '../declarations.ts'
import type { Duration, Timestamp, Value } from '../values.ts'

const A = param('A')

const impossible = (from: string, to: string): never => fail(`type conversion error from '${from}' to '${to}'`)

function parseBool(text: string): boolean {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false
  return impossible('string', 'bool')
}

function parseInteger(text: string): Value {
  if (!/^[+-]?[0-9]+$/.test(text)) return impossible('string', 'int')
  const value = BigInt(text.replace(/^\+/, ''))
  return isInt64(value) ? intOf(value) : impossible('string', 'int')
}

function parseUnsigned(text: string): Value {
  if (!/^[0-9]+$/.test(text)) return impossible('string', 'uint')
  const value = BigInt(text)
  return isUint64(value) ? new Uint(value) : impossible('string', 'uint')
}

function parseDouble(text: string): Value {
  const special = /^([+-]?)(?:(inf(?:inity)?)|(nan))$/i.exec(text)
  if (special) return new Double(special[3] ? Number.NaN : special[1] === '-' ? -Infinity : Infinity)
  if (!/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(text)) return impossible('string', 'double')
  const value = Number(text)
  return Number.isFinite(value) ? new Double(value) : impossible('string', 'double')
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return fail('invalid UTF-8 in bytes, cannot convert to string')
  }
}

const traversal: CostModel = { actual: ([value]) => Math.ceil(sizeOf(value!) * TRAVERSAL), estimate: () => undefined }
const toBytes: CostModel = {
  ...traversal, estimate: ({ args: [text] }) => ({ cost: scale(text!.size, TRAVERSAL), size: { min: text!.size.min, max: scale({ min: 0, max: text!.size.max }, 4).max } }),
}
const toText: CostModel = {
  ...traversal, estimate: ({ args: [bytes] }) => ({ cost: scale(bytes!.size, TRAVERSAL), size: { min: Math.floor(bytes!.size.min / 4), max: bytes!.size.max } }),
}

/** `int(x)`, `string(x)` and the like. */
export const conversions: readonly FunctionDeclaration[] = [
  declare('type', overload('type', [A], typeType(A), (value: Value) => new TypeValue(value instanceof TypeValue ? { kind: 'type', name: 'type', params: [] } : typeOf(value)))),
  declare('bool', overload('bool_to_bool', [BOOL], BOOL, (value: boolean) => value), overload('string_to_bool', [STRING], BOOL, parseBool)),
  declare(
    'bytes', overload('bytes_to_bytes', [BYTES], BYTES, (value: Uint8Array) => value),
    overload('string_to_bytes', [STRING], BYTES, (text: string) => new TextEncoder().encode(text), toBytes),
  ),
  declare(
    'double', overload('double_to_double', [DOUBLE], DOUBLE, (value: Double) => value), overload('int64_to_double', [INT], DOUBLE, (value: number | bigint) => new Double(Number(value))),
    overload('string_to_double', [STRING], DOUBLE, parseDouble), overload('uint64_to_double', [UINT], DOUBLE, ({ value }: Uint) => new Double(Number(value))),
  ),
  declare(
    'duration', overload('duration_to_duration', [DURATION], DURATION, (value: Duration) => value),
    overload('int64_to_duration', [INT], DURATION, () => impossible('int', DURATION.name)),
    overload('string_to_duration', [STRING], DURATION, (text: string) => parseDuration(text) ?? impossible('string', DURATION.name)),
  ),
  declare('dyn', overload('to_dyn', [A], DYN, (value: Value) => value)),
  declare(
    'int', overload('int64_to_int64', [INT], INT, (value: number) => value), overload('double_to_int64', [DOUBLE], INT, ({ value }: Double) => doubleToInt(value)),
    overload('duration_to_int64', [DURATION], INT, ({ nanos }: Duration) => intOf(nanos)), overload('string_to_int64', [STRING], INT, parseInteger),
    overload('timestamp_to_int64', [TIMESTAMP], INT, ({ seconds }: Timestamp) => seconds), overload('uint64_to_int64', [UINT], INT, ({ value }: Uint) => int64(value)),
  ),
  declare(
    'string', overload('string_to_string', [STRING], STRING, (text: string) => text), overload('bool_to_string', [BOOL], STRING, String), overload('bytes_to_string', [BYTES], STRING, decode, toText),
    overload('double_to_string', [DOUBLE], STRING, ({ value }: Double) => formatDouble(value)), overload('duration_to_string', [DURATION], STRING, formatDuration),
    overload('int64_to_string', [INT], STRING, String), overload('timestamp_to_string', [TIMESTAMP], STRING, formatTimestamp), overload('uint64_to_string', [UINT], STRING, ({ value }: Uint) => String(value)),
  ),
  declare(
    'timestamp', overload('timestamp_to_timestamp', [TIMESTAMP], TIMESTAMP, (value: Timestamp) => value),
    overload('int64_to_timestamp', [INT], TIMESTAMP, (value: number | bigint) => timestampOf(BigInt(value) * 1_000_000_000n)),
    overload('string_to_timestamp', [STRING], TIMESTAMP, (text: string) => parseTimestamp(text) ?? impossible('string', TIMESTAMP.name)),
  ),
  declare(
    'uint', overload('uint64_to_uint64', [UINT], UINT, (value: Uint) => value), overload('double_to_uint64', [DOUBLE], UINT, ({ value }: Double) => doubleToUint(value)),
    overload('int64_to_uint64', [INT], UINT, (value: number | bigint) => uint64(BigInt(value))), overload('string_to_uint64', [STRING], UINT, parseUnsigned),
  ),
]

