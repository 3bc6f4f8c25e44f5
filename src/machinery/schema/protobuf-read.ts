import type { ProtobufReader } from '../protobuf.ts'
import { BYTES, FIXED64, ProtobufError, VARINT } from '../protobuf.ts'
import { bytesToBase64 } from '../base64.ts'
import { MAX_DEPTH, parseJson } from '../json.ts'
import { codecOf, keep, setKey, sortedKeys } from './compile.ts'
import { formatDuration } from './duration.ts'
import { layoutOf } from './protobuf-layout.ts'
import type { Entry, Layout } from './protobuf-layout.ts'
import { canonicalQuantityText, formatInstant } from './scalars.ts'
import type { Schema, TypeNode, UnionNode } from './schema.ts'
import { resolve } from './schema.ts'

type Node = Exclude<TypeNode, { type: 'lazy' }>
type Slots = unknown[]

const UNNOTED = { unknown: false }
const decoder = new TextDecoder()
const LARGEST_INT64 = 2 ** 63 - 1024

/** Reads a message up to the reader's end, into an object as decoding its JSON would give. */
export function readMessage(reader: ProtobufReader, schema: Schema): Record<string, unknown> {
  const layout = layoutOf(schema)
  const { plans } = layout
  const slots: Slots = new Array<unknown>(plans.length)
  readFields(reader, layout, slots)
  const out: Record<string, unknown> = {}
  for (let index = 0; index < plans.length; index++) {
    const plan = plans[index]!
    const value = slots[index]
    if (value !== undefined && value !== null) keep(out, plan, plan.isMap ? sortKeys(value as Record<string, unknown>) : value)
    else if (plan.absent) out[plan.name] = plan.absent(UNNOTED)
  }
  return out
}

function readFields(reader: ProtobufReader, layout: Layout, slots: Slots): void {
  while (!reader.done) {
    const tag = reader.varint()
    const wire = tag % 8
    const number = Math.floor(tag / 8)
    if (number === 0) throw new ProtobufError('proto: illegal tag 0 (wire type 0)')
    const entry = layout.byNumber.get(number)
    if (!entry) reader.skip(wire)
    else if ('inlined' in entry) {
      const outer = enter(reader, wire)
      readFields(reader, entry.inlined, slots)
      reader.end = outer
    }
    else readEntry(reader, wire, entry, slots)
  }
}

/** Draws the reader's end in to that of the length-delimited part that begins here; the caller puts the outer end, returned, back. */
function enter(reader: ProtobufReader, wire: number): number {
  if (wire !== BYTES) throw wrongWire(wire)
  const end = reader.limit()
  const outer = reader.end
  reader.end = end
  return outer
}

const wrongWire = (wire: number): ProtobufError => new ProtobufError(`proto: wrong wireType = ${wire}`)

function readEntry(reader: ProtobufReader, wire: number, entry: Extract<Entry, { name: string }>, slots: Slots): void {
  const { node, index } = entry
  if (node.type === 'list' && !node.message) readElements(reader, wire, resolve(node.element), (slots[index] ??= []) as unknown[])
  else if (node.type === 'map') readPair(reader, wire, resolve(node.value), (slots[index] ??= {}) as Record<string, unknown>)
  else slots[index] = readValue(reader, wire, node)
}

/** One element, or several numbers packed into one part (proto2 readers take both). */
function readElements(reader: ProtobufReader, wire: number, node: Node, list: unknown[]): void {
  const packed = wire === BYTES && (node.type === 'int32' || node.type === 'int64' || node.type === 'bool' || node.type === 'double')
  if (!packed) {
    list.push(readValue(reader, wire, node))
    return
  }
  const outer = enter(reader, wire)
  while (!reader.done) list.push(readValue(reader, node.type === 'double' ? FIXED64 : VARINT, node))
  reader.end = outer
}

function readPair(reader: ProtobufReader, wire: number, node: Node, map: Record<string, unknown>): void {
  const outer = enter(reader, wire)
  let key = ''
  let value: unknown
  while (!reader.done) {
    const tag = reader.varint()
    if (Math.floor(tag / 8) === 1) key = readValue(reader, tag % 8, { type: 'string' }) as string
    else if (Math.floor(tag / 8) === 2) value = readValue(reader, tag % 8, node)
    else reader.skip(tag % 8)
  }
  reader.end = outer
  setKey(map, key, value === undefined ? codecOf(node).zero(UNNOTED) : value)
}

function readValue(reader: ProtobufReader, wire: number, node: Node): unknown {
  switch (node.type) {
    case 'bool':
    case 'int32':
    case 'int64': {
      if (wire !== VARINT) throw wrongWire(wire)
      return node.type === 'bool' ? reader.varint() !== 0 : node.type === 'int32' ? reader.int32() : Math.min(reader.int64(), LARGEST_INT64)
    }
    case 'double':
      if (wire !== FIXED64) throw wrongWire(wire)
      return reader.double()
    case 'string':
      if (wire !== BYTES) throw wrongWire(wire)
      return reader.string()
    case 'bytes':
      if (wire !== BYTES) throw wrongWire(wire)
      return bytesToBase64(reader.view())
    default: {
      const outer = enter(reader, wire)
      const value = readParts(reader, node)
      reader.end = outer
      return value
    }
  }
}

/** The inside of a value that is a message. */
function readParts(reader: ProtobufReader, node: Node): unknown {
  switch (node.type) {
    case 'object': return readMessage(reader, node)
    case 'map': throw new ProtobufError('proto: a map has no message of its own')
    case 'list': {
      const list: unknown[] = []
      eachPart(reader, (number, wire) => number === 1 && (readElements(reader, wire, resolve(node.element), list), true))
      return list
    }
    case 'union': return readUnion(reader, node)
    case 'quantity': return canonicalQuantityText(readTexts(reader, 1)[1] ?? '0')
    case 'time': return readTime(reader, 0)
    case 'microTime': return readTime(reader, 6)
    case 'duration': return formatDuration(BigInt(readNumbers(reader)[1] ?? 0))
    case 'intOrString': return readIntOrString(reader)
    default: return readJson(reader)
  }
}

function eachPart(reader: ProtobufReader, take: (number: number, wire: number) => boolean): void {
  while (!reader.done) {
    const tag = reader.varint()
    if (!take(Math.floor(tag / 8), tag % 8)) reader.skip(tag % 8)
  }
}

function readNumbers(reader: ProtobufReader): Record<number, number> {
  const numbers: Record<number, number> = {}
  eachPart(reader, (number, wire) => {
    if (wire !== VARINT) return false
    numbers[number] = reader.int64()
    return true
  })
  return numbers
}

function readTexts(reader: ProtobufReader, wanted: number): Record<number, string> {
  const texts: Record<number, string> = {}
  eachPart(reader, (number, wire) => {
    if (wire !== BYTES || number !== wanted) return false
    texts[number] = reader.string()
    return true
  })
  return texts
}

const FIRST_SECOND = -62135596800
const LAST_SECOND = 253402300799

function readTime(reader: ProtobufReader, digits: number): string | null {
  const empty = reader.done
  const { 1: seconds = 0, 2: nanos = 0 } = readNumbers(reader)
  if (empty || (seconds === FIRST_SECOND && nanos === 0)) return null
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND || nanos < 0 || nanos > 999999999) throw new ProtobufError('proto: time out of range')
  return formatInstant({ seconds, nanos }, digits)
}

function readIntOrString(reader: ProtobufReader): number | string {
  let isText = false
  let number = 0
  let text = ''
  eachPart(reader, (field, wire) => {
    if (field === 1 && wire === VARINT) isText = reader.varint() === 1
    else if (field === 2 && wire === VARINT) number = reader.int32()
    else if (field === 3 && wire === BYTES) text = reader.string()
    else return false
    return true
  })
  return isText ? text : number
}

function readJson(reader: ProtobufReader): unknown {
  let value: unknown = null
  eachPart(reader, (number, wire) => {
    if (number !== 1 || wire !== BYTES) return false
    value = parseRaw(reader.view())
    return true
  })
  return value
}

function parseRaw(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return null
  try {
    const text = decoder.decode(bytes)
    return text.length > MAX_DEPTH ? parseJson(text).value : JSON.parse(text)
  } catch {
    throw new ProtobufError('proto: embedded JSON cannot be read')
  }
}

function readUnion(reader: ProtobufReader, node: UnionNode): unknown {
  const found = new Map<number, unknown>()
  eachPart(reader, (number, wire) => {
    const type = resolve(node.members.find(member => member.number === number)?.node ?? { type: 'json' })
    if (!node.members.some(member => member.number === number)) return false
    if (type.type === 'list') {
      if (!found.has(number)) found.set(number, [])
      readElements(reader, wire, resolve(type.element), found.get(number) as unknown[])
    } else found.set(number, readValue(reader, wire, type))
    return true
  })
  const member = node.members.find(({ number }) => found.has(number))
  return member ? found.get(member.number) : null
}

/** Keys of a map as JSON decoding orders them. */
function sortKeys(map: Record<string, unknown>): Record<string, unknown> {
  const keys = sortedKeys(map)
  let index = 0
  let inOrder = true
  for (const key in map) inOrder &&= key === keys[index++]
  if (inOrder) return map
  const sorted: Record<string, unknown> = {}
  for (const key of keys) setKey(sorted, key, map[key])
  return sorted
}
