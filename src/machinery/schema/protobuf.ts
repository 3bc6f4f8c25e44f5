import { BYTES, ProtobufError, ProtobufReader, ProtobufWriter } from '../protobuf.ts'
import { badRequest } from '../status.ts'
import { assert } from '../assert.ts'
import { named } from './decode.ts'
import { readMessage } from './protobuf-read.ts'
import { writeMessage } from './protobuf-write.ts'
import type { Schema } from './schema.ts'

/** An object's bytes with the names that protobuf keeps outside of them. */
export interface Envelope {
  apiVersion: string
  kind: string
  raw: Uint8Array
}

const MAGIC = Uint8Array.of(0x6b, 0x38, 0x73, 0x00)

/** The protobuf message of an object, without its envelope. */
export function encodeProtobuf<T>(schema: Schema<T>, object: T): Uint8Array {
  assert(schema.proto, `${schema.name} has no protobuf form`)
  const writer = new ProtobufWriter()
  writeMessage(writer, schema, object as Record<string, unknown>)
  return writer.finish()
}

/**
 * Reads a message; fields nobody knows are passed over. The result equals what decoding the same object's JSON gives. `kind` and `apiVersion` come
 * from the envelope. Bytes that are no such message are a StatusError (400).
 */
export function decodeProtobuf<T>(schema: Schema<T>, raw: Uint8Array, names?: { apiVersion: string; kind: string }): T {
  const object = refusing(() => readMessage(new ProtobufReader(raw), schema))
  return named(schema, object, names) as T
}

function refusing<R>(read: () => R): R {
  try {
    return read()
  } catch (error) {
    if (error instanceof ProtobufError) throw badRequest(error.message)
    if (error instanceof RangeError) throw badRequest('proto: exceeded max depth')
    throw error
  }
}

/** Whether bytes begin as Kubernetes' protobuf does. */
export const isProtobuf = (bytes: Uint8Array): boolean => bytes.length >= 4 && MAGIC.every((byte, index) => bytes[index] === byte)

/** The same as an item of a list: with the list's tag and the length before it. */
export function encodeItem<T>(schema: Schema<T>, object: T): Uint8Array {
  assert(schema.proto, `${schema.name} has no protobuf form`)
  const writer = new ProtobufWriter(ITEM_BYTES)
  writeMessage(writer, schema, object as Record<string, unknown>)
  writer.varint(writer.length)
  writer.tag(2, BYTES)
  return writer.finish()
}
/** Most objects fit: growing costs more than clearing. */
const ITEM_BYTES = 4096

/** A list item's message alone. */
export function messageOf(item: Uint8Array): Uint8Array {
  let at = 1
  while (item[at]! >= 0x80) at++
  return item.subarray(at + 1)
}

/** Wraps a message as it goes over the wire and into etcd: four magic bytes and `runtime.Unknown`. */
export function encodeEnvelope({ apiVersion, kind, raw }: Envelope): Uint8Array {
  const writer = new ProtobufWriter(raw.length + apiVersion.length + kind.length + 32)
  writeText(writer, 4, '')
  writeText(writer, 3, '')
  writer.raw(raw)
  openEnvelope(writer, apiVersion, kind, raw.length)
  return writer.finish()
}

function openEnvelope(writer: ProtobufWriter, apiVersion: string, kind: string, length: number): void {
  writer.varint(length)
  writer.tag(2, BYTES)
  const before = writer.length
  writeText(writer, 2, kind)
  writeText(writer, 1, apiVersion)
  writer.varint(writer.length - before)
  writer.tag(1, BYTES)
  writer.raw(MAGIC)
}

/** A list's message in its envelope, in pieces: the items are as `encodeItem` makes them. */
export function* envelopedList({ apiVersion, kind }: Omit<Envelope, 'raw'>, metadata: Uint8Array, items: readonly Uint8Array[]): Generator<Uint8Array> {
  const before = new ProtobufWriter()
  before.lengthDelimited(metadata)
  before.tag(1, BYTES)
  openEnvelope(before, apiVersion, kind, items.reduce((sum, item) => sum + item.length, before.length))
  yield before.finish()
  yield* items
  const after = new ProtobufWriter(16)
  writeText(after, 4, '')
  writeText(after, 3, '')
  yield after.finish()
}

function writeText(writer: ProtobufWriter, number: number, text: string): void {
  writer.string(text)
  writer.tag(number, BYTES)
}

/** Opens an envelope; `raw` is a view of the bytes given. */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  if (!isProtobuf(bytes)) throw badRequest('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]')
  return refusing(() => {
    const envelope: Envelope = { apiVersion: '', kind: '', raw: new Uint8Array() }
    eachField(new ProtobufReader(bytes.subarray(4)), (reader, number) => {
      if (number === 1) Object.assign(envelope, readTypeMeta(new ProtobufReader(reader.view())))
      else if (number === 2) envelope.raw = reader.view()
      else return false
      return true
    })
    return envelope
  })
}

function readTypeMeta(reader: ProtobufReader): { apiVersion?: string; kind?: string } {
  const names: { apiVersion?: string; kind?: string } = {}
  eachField(reader, (part, number) => {
    if (number === 1) names.apiVersion = part.string()
    else if (number === 2) names.kind = part.string()
    else return false
    return true
  })
  return names
}

/** Calls `take` for each length-delimited field; what it does not take is passed over. */
function eachField(reader: ProtobufReader, take: (reader: ProtobufReader, number: number) => boolean): void {
  while (!reader.done) {
    const tag = reader.varint()
    const wire = tag % 8
    if (wire !== BYTES || !take(reader, Math.floor(tag / 8))) reader.skip(wire)
  }
}

/** A frame of a watch stream: its length, then a WatchEvent that holds the object's envelope. */
export function encodeWatchFrame(type: string, envelope: Uint8Array): Uint8Array {
  const writer = new ProtobufWriter(envelope.length + type.length + 32)
  const before = writer.length
  writer.lengthDelimited(envelope)
  writer.tag(1, BYTES)
  writer.varint(writer.length - before)
  writer.tag(2, BYTES)
  writeText(writer, 1, type)
  const size = writer.length
  writer.raw(Uint8Array.of(size >>> 24, size >>> 16, size >>> 8, size))
  return writer.finish()
}
