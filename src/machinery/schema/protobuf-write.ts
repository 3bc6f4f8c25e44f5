import type { ProtobufWriter } from '../protobuf.ts'
import { BYTES, FIXED64, VARINT } from '../protobuf.ts'
import { bytesFromBase64 } from '../base64.ts'
import { memberFor, sortedKeys } from './compile.ts'
import { parseDuration } from './duration.ts'
import { layoutOf } from './protobuf-layout.ts'
import type { Entry, Layout } from './protobuf-layout.ts'
import { parseInstant } from './scalars.ts'
import type { Field, ListNode, MapNode, ScalarNode, Schema, TypeNode, UnionNode } from './schema.ts'
import { resolve } from './schema.ts'

type Values = Readonly<Record<string, unknown>>
const encoder = new TextEncoder()

/** Writes the fields of a message, last number first. */
export function writeMessage(writer: ProtobufWriter, schema: Schema, object: Values): void {
  writeLayout(writer, layoutOf(schema), object)
}

function writeLayout(writer: ProtobufWriter, layout: Layout, object: Values): void {
  for (const entry of layout.descending) writeEntry(writer, entry, object)
}

function writeEntry(writer: ProtobufWriter, entry: Entry, object: Values): void {
  if ('inlined' in entry) {
    const before = writer.length
    writeLayout(writer, entry.inlined, object)
    writer.varint(writer.length - before)
    writer.tag(entry.number, BYTES)
    return
  }
  const { node, number, field } = entry
  const value = object[entry.name]
  if (node.type === 'list' && !node.message) writeList(writer, number, node, value as unknown[] | undefined)
  else if (node.type === 'map') writeMap(writer, number, node, value as Values | undefined)
  else if (value !== undefined && value !== null) writeValue(writer, number, node, value)
  else writeUnset(writer, number, node, field)
}

/** proto2 without presence: what is no pointer is always written, also when it is zero. */
function writeUnset(writer: ProtobufWriter, number: number, node: Exclude<TypeNode, { type: 'lazy' }>, field: Field): void {
  if (field.options.pointer || node.type === 'bytes' || node.type === 'list' || node.type === 'union') return
  if (node.type === 'object') {
    if (field.value) writeValue(writer, number, node, {})
  } else writeValue(writer, number, node, UNSET[node.type as ScalarNode['type']])
}
const UNSET: Readonly<Record<ScalarNode['type'], unknown>> = {
  string: '', bool: false, int32: 0, int64: 0, double: 0, bytes: '', quantity: '0', time: null, microTime: null, duration: '0s', intOrString: 0, json: undefined, rawExtension: undefined, fieldsV1: undefined,
}

function writeList(writer: ProtobufWriter, number: number, node: ListNode, list: readonly unknown[] | null | undefined): void {
  if (!list) return
  const element = resolve(node.element)
  for (let index = list.length - 1; index >= 0; index--) writeValue(writer, number, element, list[index])
}

function writeMap(writer: ProtobufWriter, number: number, node: MapNode, map: Values | null | undefined): void {
  if (!map) return
  const element = resolve(node.value)
  for (const key of sortedKeys(map).reverse()) {
    const before = writer.length
    writeValue(writer, 2, element, map[key])
    writer.string(key)
    writer.tag(1, BYTES)
    writer.varint(writer.length - before)
    writer.tag(number, BYTES)
  }
}

/** One value with its tag. */
function writeValue(writer: ProtobufWriter, number: number, node: Exclude<TypeNode, { type: 'lazy' }>, value: unknown): void {
  switch (node.type) {
    case 'string':
      writer.string((value ?? '') as string)
      return writer.tag(number, BYTES)
    case 'bool':
      writer.varint(value ? 1 : 0)
      return writer.tag(number, VARINT)
    case 'int32':
    case 'int64':
      writer.varint((value ?? 0) as number)
      return writer.tag(number, VARINT)
    case 'double':
      writer.double((value ?? 0) as number)
      return writer.tag(number, FIXED64)
    case 'bytes':
      writer.lengthDelimited(bytesFromBase64((value ?? '') as string))
      return writer.tag(number, BYTES)
    default: {
      const before = writer.length
      writeParts(writer, node, value)
      writer.varint(writer.length - before)
      writer.tag(number, BYTES)
    }
  }
}

/** The inside of a value that is a message. */
function writeParts(writer: ProtobufWriter, node: Exclude<TypeNode, { type: 'lazy' }>, value: unknown): void {
  switch (node.type) {
    case 'object': return writeMessage(writer, node, (value ?? {}) as Values)
    case 'list': return writeList(writer, 1, node, value as unknown[])
    case 'union': return writeUnion(writer, node, value)
    case 'quantity': return writeValue(writer, 1, { type: 'string' }, value ?? '0')
    case 'time': return writeTime(writer, value as string | null, true)
    case 'microTime': return writeTime(writer, value as string | null, false)
    case 'duration': return writeDuration(writer, value as string)
    case 'intOrString': return writeIntOrString(writer, value as number | string)
    default:
      if (value === undefined || value === null) return
      writer.lengthDelimited(encoder.encode(JSON.stringify(value)))
      writer.tag(1, BYTES)
  }
}

function writeUnion(writer: ProtobufWriter, node: UnionNode, value: unknown): void {
  const member = memberFor(node, value)
  if (!member) return
  const type = resolve(member.node)
  if (type.type === 'list') writeList(writer, member.number, type, value as unknown[])
  else writeValue(writer, member.number, type, value)
  // Go keeps the boolean beside the schema; a schema alone means true.
  const flag = node.members.find(other => other !== member && other.node.type === 'bool')
  if (flag) writeValue(writer, flag.number, { type: 'bool' }, true)
}

/** The zero time is an empty message. */
function writeTime(writer: ProtobufWriter, text: string | null, wholeSeconds: boolean): void {
  if (text === null || text === undefined) return
  const { seconds, nanos } = parseInstant(text, '2006-01-02T15:04:05Z07:00')
  writer.varint(wholeSeconds ? 0 : nanos)
  writer.tag(2, VARINT)
  writer.varint(seconds)
  writer.tag(1, VARINT)
}

function writeDuration(writer: ProtobufWriter, text: string): void {
  writer.varint(Number(parseDuration(text) ?? 0n))
  writer.tag(1, VARINT)
}

function writeIntOrString(writer: ProtobufWriter, value: number | string): void {
  const isText = typeof value === 'string'
  writer.string(isText ? value : '')
  writer.tag(3, BYTES)
  writer.varint(isText ? 0 : value)
  writer.tag(2, VARINT)
  writer.varint(isText ? 1 : 0)
  writer.tag(1, VARINT)
}
