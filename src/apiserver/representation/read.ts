import type { DecodeOptions } from '../../machinery/schema/decode.ts'
import { parseJson } from '../../machinery/json.ts'
import { parseYaml } from '../../machinery/yaml.ts'
import { decodeEnvelope, decodeProtobuf } from '../../machinery/schema/protobuf.ts'
import type { Schema } from '../../machinery/schema/schema.ts'
import { badRequest, StatusError } from '../../machinery/status.ts'
import type { EncodedBody } from '../call.ts'
import { JSON_TYPE, PROTOBUF_TYPE, YAML_TYPE } from './media-types.ts'

/** A value as its text had it, with what decoding wants to know about the text. */
export type ReadValue = DecodeOptions & { readonly value: unknown }

export interface Expected {
  readonly kind: string
  readonly schema: Schema<unknown>
  /** Options, whose errors do not speak of the object provided. */
  readonly plain?: boolean
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: false })

/** Reads a body as its media type says. */
export function readText(body: EncodedBody, expected: Expected): ReadValue {
  switch (body.mediaType) {
    case PROTOBUF_TYPE: return readEnvelope(body, expected)
    case YAML_TYPE: return read(() => parseYaml(strictUtf8.decode(body.bytes)), body, expected, "couldn't get version/kind; json parse error: ")
    case JSON_TYPE: return read(() => parseJson(strictUtf8.decode(body.bytes)), body, expected, "couldn't get version/kind; json parse error: ")
    default: throw new StatusError('UnsupportedMediaType', `the body of the request was in an unknown format - accepted media types include: ${[JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE].join(', ')}`)
  }
}

function read(parse: () => ReadValue, body: EncodedBody, expected: Expected, prefix: string): ReadValue {
  let result: ReadValue
  try {
    result = parse()
  } catch (error) {
    if (error instanceof StatusError) throw unrecognized(expected, prefix + error.message, body.bytes)
    throw error
  }
  const { value } = result
  if (value !== null && (typeof value !== 'object' || Array.isArray(value))) {
    const what = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
    throw unrecognized(expected, `${prefix}json: cannot unmarshal ${what} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`, body.bytes)
  }
  return result
}

function readEnvelope(body: EncodedBody, expected: Expected): ReadValue {
  try {
    const envelope = decodeEnvelope(body.bytes)
    return { value: decodeProtobuf(expected.schema, envelope.raw, envelope) }
  } catch (error) {
    if (error instanceof StatusError) throw unrecognized(expected, error.message, body.bytes)
    throw error
  }
}

/** The 400 for a body that is no object at all. */
export function unrecognized(expected: Pick<Expected, 'kind' | 'plain'>, why: string, bytes: Uint8Array): StatusError {
  return badRequest(expected.plain ? why : `the object provided is unrecognized (must be of type ${expected.kind}): ${why} (${shown(bytes)})`)
}

/** The start of a body: as text where it looks like JSON, in hexadecimal otherwise. */
function shown(bytes: Uint8Array): string {
  if (bytes.length === 0) return '<empty>'
  const start = bytes.subarray(0, 30)
  const text = strictUtf8.decode(start)
  const body = /^\s*\{/.test(text) ? text : Array.from(start, byte => byte.toString(16).padStart(2, '0')).join('')
  return bytes.length > start.length ? `${body} ...` : body
}
