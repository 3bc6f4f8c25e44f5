import { apiVersionOf, type AnyResource, type KubeObject } from '../../api/resource.ts'
import { encodeProtobuf } from '../../machinery/schema/protobuf.ts'
import type { Entry } from '../stores.ts'
import { toServedVersion } from '../versions.ts'

const encoder = new TextEncoder()
export const utf8 = (text: string): Uint8Array => encoder.encode(text)

/** The JSON of an object without its kind and apiVersion, as lists hold it. `{"metadata":…`. */
export function jsonBody(object: KubeObject): string {
  const { kind: _kind, apiVersion: _version, ...rest } = object
  return JSON.stringify(rest)
}

/** The same from the cache, made at most once per version of the object. */
export const jsonItem = (resource: AnyResource, entry: Entry): Uint8Array =>
  (resource.storedAs ? entry.encoded(`json/${apiVersionOf(resource)}`, object => utf8(jsonBody(toServedVersion(resource, object)))) : entry.encoded('json', object => utf8(jsonBody(object))))

/** What stands before an item's bytes to make them an object on their own. */
export const jsonHead = (resource: AnyResource): string => `{"kind":${JSON.stringify(resource.kind)},"apiVersion":${JSON.stringify(apiVersionOf(resource))},`

/** The protobuf message of an object, without envelope; made at most once per version of the object. */
export const protobufItem = (resource: AnyResource, entry: Entry): Uint8Array =>
  entry.encoded(`protobuf/${apiVersionOf(resource)}`, object => encodeProtobuf(resource.schema, toServedVersion(resource, object)))

/** The metadata of an object as PartialObjectMetadata has it, from the cache. */
export const metadataItem = (entry: Entry): Uint8Array => entry.encoded('metadata', object => utf8(JSON.stringify(object.metadata)))

/** Puts pieces together into chunks of a good size for sockets: neither a system call for each object nor one for a hundred megabytes. */
export function* chunked(pieces: Iterable<Uint8Array>, size = 256 * 1024): Generator<Uint8Array> {
  let waiting: Uint8Array[] = []
  let length = 0
  for (const piece of pieces) {
    waiting.push(piece)
    length += piece.length
    if (length < size) continue
    yield concat(waiting, length)
    waiting = []
    length = 0
  }
  if (length > 0) yield concat(waiting, length)
}

export function concat(parts: readonly Uint8Array[], length = parts.reduce((sum, part) => sum + part.length, 0)): Uint8Array {
  if (parts.length === 1) return parts[0]!
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
