import { apiVersionOf, type AnyResource, type KubeObject } from '../../api/resource.ts'
import { encodeItem, messageOf } from '../../machinery/schema/protobuf.ts'
import { jsonOfKept, type Entry } from '../stores.ts'
import { toServedVersion } from '../versions.ts'

const encoder = new TextEncoder()
export const utf8 = (text: string): Uint8Array => encoder.encode(text)

/** The JSON of an object without its kind and apiVersion, as lists hold it. `{"metadata":…`. */
export function jsonBody(object: KubeObject): string {
  const { kind: _kind, apiVersion: _version, ...rest } = object
  return JSON.stringify(rest)
}

/** How objects of a kind begin, and under which name their bytes are kept. */
interface Form {
  readonly name: string
  readonly protobuf: string
  readonly head: string
}

const forms = new WeakMap<AnyResource, Form>()
function formOf(resource: AnyResource): Form {
  let form = forms.get(resource)
  if (!form) {
    const apiVersion = apiVersionOf(resource)
    forms.set(resource, form = { name: `json/${apiVersion}`, protobuf: `protobuf/${apiVersion}`, head: `{"kind":${JSON.stringify(resource.kind)},"apiVersion":${JSON.stringify(apiVersion)},` })
  }
  return form
}

/** An object as JSON, with a newline at the end. Its metadata's JSON is a part of it. */
interface JsonBytes {
  readonly bytes: Uint8Array
  readonly metadataEnd: number
}

function jsonBytes(resource: AnyResource, entry: Entry): JsonBytes {
  const { name, head } = formOf(resource)
  return entry.encoded(name, object => {
    const { kind: _kind, apiVersion: _version, metadata, ...others } = toServedVersion(resource, object)
    const start = `${head}${METADATA}${JSON.stringify(metadata)}`
    const rest = JSON.stringify(others)
    const text = rest === '{}' ? `${start}}\n` : `${start},${rest.slice(1)}\n`
    const bytes = utf8(text)
    return { bytes, metadataEnd: bytes.length === text.length ? start.length : utf8(start).length }
  })
}
const METADATA = '"metadata":'

/** An object of the cache as JSON, with a newline: made at most once per version of the object. */
export const jsonObject = (resource: AnyResource, entry: Entry): Uint8Array => jsonBytes(resource, entry).bytes

/** Takes the bytes of an object that was just kept for its JSON, where they begin as the kind's objects do. */
export function primeJson(resource: AnyResource, entry: Entry, kept: Uint8Array | undefined): void {
  const { name, head } = formOf(resource)
  if (!kept || resource.storedAs || entry.object.kind !== resource.kind || entry.object.apiVersion !== apiVersionOf(resource)) return
  const made = jsonOfKept(kept, entry.revision)
  if (made && made.bytes[head.length] === QUOTE) entry.encoded(name, () => made)
}
const QUOTE = 34

/** The same as lists and frames hold it, behind an opening brace: without kind, apiVersion and newline. `"metadata":…}`. */
export const jsonItem = (resource: AnyResource, entry: Entry): Uint8Array => {
  const bytes = jsonObject(resource, entry)
  return bytes.subarray(formOf(resource).head.length, bytes.length - 1)
}

/** What stands before an item's bytes to make them an object on their own. */
export const jsonHead = (resource: AnyResource): string => formOf(resource).head

/** The protobuf message of an object as an item of a list; made at most once per version of the object. */
export const protobufItem = (resource: AnyResource, entry: Entry): Uint8Array =>
  entry.encoded(formOf(resource).protobuf, object => encodeItem(resource.schema, toServedVersion(resource, object)))

/** The protobuf message of an object, without envelope. */
export const protobufMessage = (resource: AnyResource, entry: Entry): Uint8Array => messageOf(protobufItem(resource, entry))

/** The metadata of an object as PartialObjectMetadata has it: a part of the object's JSON. */
export function metadataItem(resource: AnyResource, entry: Entry): Uint8Array {
  const { bytes, metadataEnd } = jsonBytes(resource, entry)
  return bytes.subarray(formOf(resource).head.length + METADATA.length, metadataEnd)
}

/**
 * Puts pieces together into parts of a good size for sockets, which may differ from part to part: neither a system call for each object nor one for a hundred megabytes. There are two buffers in turn,
 * so a part must be used up before the next but one is asked for.
 */
export function* packed(pieces: Iterable<Uint8Array>, sizeOf: () => number): Generator<Uint8Array> {
  let size = sizeOf()
  let buffer: Uint8Array = Buffer.allocUnsafeSlow(Math.min(FIRST, size))
  let other: Uint8Array | undefined
  let length = 0
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      if (length === buffer.length && length < size) buffer = grown(buffer, size)
      const taken = Math.min(buffer.length, size, length + piece.length - at) - length
      buffer.set(taken === piece.length ? piece : piece.subarray(at, at + taken), length)
      length += taken
      at += taken
      if (length < size) continue
      yield length === buffer.length ? buffer : buffer.subarray(0, length)
      size = sizeOf()
      ;[buffer, other] = [other && other.length >= size ? other : Buffer.allocUnsafeSlow(size), buffer]
      length = 0
    }
  }
  if (length > 0) yield buffer.subarray(0, length)
}
/** Most answers are small. */
const FIRST = 8 * 1024

function grown(buffer: Uint8Array, size: number): Uint8Array {
  const larger = Buffer.allocUnsafeSlow(Math.min(buffer.length * 4, size))
  larger.set(buffer)
  return larger
}

export function concat(parts: readonly Uint8Array[], length = parts.reduce((sum, part) => sum + part.length, 0)): Uint8Array {
  if (parts.length === 1) return parts[0]!
  const whole = Buffer.allocUnsafeSlow(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
