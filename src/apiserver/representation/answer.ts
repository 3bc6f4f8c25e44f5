import type { AnyResource, KubeObject } from '../../api/resource.ts'
import { listMeta } from '../../api/meta/object-meta.ts'
import { partialObjectMetadata } from '../../api/meta/table.ts'
import { partialObjectMetadataList } from '../../api/meta/discovery.ts'
import { encodeEnvelope, encodeItem, encodeProtobuf, envelopedList } from '../../machinery/schema/protobuf.ts'
import type { Schema } from '../../machinery/schema/schema.ts'
import type { Outcome } from '../call.ts'
import type { Entry } from '../stores.ts'
import { toServedVersion } from '../versions.ts'
import { concat, jsonItem, jsonObject, metadataItem, protobufItem, protobufMessage, utf8 } from './bytes.ts'
import { JSON_TYPE, PROTOBUF_TYPE, YAML_TYPE } from './media-types.ts'
import { notAcceptable, type Format } from './negotiate.ts'
import { prettyJson } from './pretty.ts'
import { noRows, rowHead, rowOf, shownMetadata, tableHead, type IncludeObject, type TableParts } from './table.ts'
import { goPackage } from '../../api/go-form.ts'
import { StatusError } from '../../machinery/status.ts'
import { stringifyYaml } from '../../machinery/yaml.ts'

/** Where an answer comes from and what it should be. */
export interface AnswerParts {
  readonly resource: AnyResource
  readonly format: Format
  readonly include: IncludeObject
  readonly now: number
  /** The schema of an object that is not the resource's own: Scale, Status. */
  readonly schema?: Schema<unknown>
}

/** The pieces of an answer's body, in order. Objects that the cache holds are not encoded again. */
export function bodyOf(outcome: Outcome, parts: AnswerParts): Iterable<Uint8Array> {
  const { format } = parts
  if (format.mediaType === YAML_TYPE) return [utf8(stringifyYaml(JSON.parse(text(bodyOf(outcome, { ...parts, format: { ...format, mediaType: JSON_TYPE, pretty: false } })))))]
  if (format.pretty && format.mediaType === JSON_TYPE) return prettyJson(bodyOf(outcome, { ...parts, format: { ...format, pretty: false } }))
  if (isStatus(outcome.object)) return statusBody(outcome.object, parts)
  if (format.as?.kind === 'Table') return tableBody(outcome, parts)
  if (format.as) return metadataBody(outcome, parts)
  return format.mediaType === PROTOBUF_TYPE ? protobufBody(outcome, parts) : jsonBodyOf(outcome, parts)
}

const decoder = new TextDecoder()
const text = (pieces: Iterable<Uint8Array>): string => decoder.decode(concat([...pieces]))
const isStatus = (object: unknown): object is KubeObject => (object as KubeObject | undefined)?.kind === 'Status'

function jsonBodyOf({ object, entry, page }: Outcome, { resource }: AnswerParts): Iterable<Uint8Array> {
  if (page) return jsonList(object as KubeObject, page, resource)
  return [entry ? jsonObject(resource, entry) : utf8(`${JSON.stringify(object)}\n`)]
}

function* jsonList({ apiVersion }: KubeObject, { metadata, entries }: NonNullable<Outcome['page']>, resource: AnyResource): Generator<Uint8Array> {
  yield utf8(`{"kind":${JSON.stringify(resource.listKind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":${JSON.stringify(metadata)},"items":[`)
  let between = BRACE
  for (const entry of entries) {
    yield between
    yield jsonItem(resource, entry)
    between = COMMA_BRACE
  }
  yield utf8(']}\n')
}

const COMMA = utf8(',')
const BRACE = utf8('{')
const COMMA_BRACE = utf8(',{')

function protobufBody({ object, entry, page }: Outcome, { resource, schema = resource.schema }: AnswerParts): Iterable<Uint8Array> {
  const { kind, apiVersion } = object as KubeObject
  if (!page) return [encodeEnvelope({ kind, apiVersion, raw: entry ? protobufMessage(resource, entry) : encodeProtobuf(schema, object) })]
  return envelopedList({ kind, apiVersion }, encodeProtobuf(listMeta, page.metadata), page.entries.map(each => protobufItem(resource, each)))
}

function metadataBody({ object, entry, page }: Outcome, { format, resource }: AnswerParts): Iterable<Uint8Array> {
  const apiVersion = `meta.k8s.io/${format.as!.version}`
  const isList = format.as!.kind === 'PartialObjectMetadataList'
  if (isList !== (page !== undefined)) throw otherThanAsked(format.as!.kind, resource, object as KubeObject, page !== undefined)
  if (format.mediaType === PROTOBUF_TYPE) {
    if (!page) return [encodeEnvelope({ kind: 'PartialObjectMetadata', apiVersion, raw: encodeProtobuf(partialObjectMetadata, { metadata: shownMetadata(resource, object as KubeObject) } as never) })]
    const items = page.entries.map(each => each.encoded('metadata/protobuf', stored => encodeItem(partialObjectMetadata, { metadata: shownMetadata(resource, stored) } as never)))
    return envelopedList({ kind: partialObjectMetadataList.name.split('.').at(-1)!, apiVersion }, encodeProtobuf(listMeta, page.metadata), items)
  }
  if (!page) return [utf8(`{"kind":"PartialObjectMetadata","apiVersion":"${apiVersion}","metadata":`), entry ? metadataOf(resource, entry) : utf8(JSON.stringify(shownMetadata(resource, object as KubeObject))), utf8('}\n')]
  return metadataList(page, resource, apiVersion)
}

const metadataOf = (resource: AnyResource, entry: Entry): Uint8Array =>
  (resource.shownMetadata ? utf8(JSON.stringify(shownMetadata(resource, entry.object))) : metadataItem(resource, entry))

/** The 406 for those who want a list's form for an object, or the other way round: it names upstream's type. */
function otherThanAsked(asked: string, resource: AnyResource, { kind }: KubeObject, isList: boolean): StatusError {
  return new StatusError('NotAcceptable', `you requested ${asked}, but the requested object is ${isList ? 'a list' : 'not a list'} (*${goPackage({ group: resource.group, kind: resource.kind })}.${kind})`)
}

function* metadataList({ entries, metadata }: NonNullable<Outcome['page']>, resource: AnyResource, apiVersion: string): Generator<Uint8Array> {
  const head = `{"kind":"PartialObjectMetadataList","apiVersion":"${apiVersion}","metadata":${JSON.stringify(metadata)},"items":`
  if (entries.length === 0) return yield utf8(`${head}null}\n`)
  const itemHead = utf8(`{"kind":"PartialObjectMetadata","apiVersion":"${apiVersion}","metadata":`)
  yield utf8(`${head}[`)
  let first = true
  for (const entry of entries) {
    if (!first) yield COMMA
    first = false
    yield itemHead
    yield metadataOf(resource, entry)
    yield CLOSE
  }
  yield utf8(']}\n')
}
const CLOSE = utf8('}')

function* tableBody({ object, page }: Outcome, { resource, format, include, now }: AnswerParts): Generator<Uint8Array> {
  if (format.mediaType === PROTOBUF_TYPE) throw notAcceptable([JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE])
  const parts = { version: format.as!.version, include, now }
  const shown = object as KubeObject
  yield utf8(tableHead(resource, page ? page.metadata : { resourceVersion: shown.metadata.resourceVersion }, parts))
  if (!page) return yield utf8(`[${rowOf(resource, shown, parts)}]}\n`)
  if (page.entries.length === 0) return yield utf8(`${noRows(resource)}}\n`)
  yield utf8('[')
  yield* include === 'Metadata' ? metadataRows(page.entries, resource, parts) : rows(page.entries, resource, parts)
  yield utf8(']}\n')
}

function* rows(entries: readonly Entry[], resource: AnyResource, parts: TableParts): Generator<Uint8Array> {
  let between = ''
  for (const entry of entries) {
    yield utf8(between + rowOf(resource, toServedVersion(resource, entry.object), parts))
    between = ','
  }
}

/** Rows whose metadata, which is most of them, is there already. */
function* metadataRows(entries: readonly Entry[], resource: AnyResource, parts: TableParts): Generator<Uint8Array> {
  let between = ''
  for (const entry of entries) {
    yield utf8(`${between}${rowHead(resource, toServedVersion(resource, entry.object), parts)}`)
    yield metadataOf(resource, entry)
    yield CLOSE_ROW
    between = ','
  }
}
const CLOSE_ROW = utf8('}}')

function statusBody(object: KubeObject, { format, schema }: AnswerParts): Iterable<Uint8Array> {
  if (format.mediaType === PROTOBUF_TYPE && schema) return [encodeEnvelope({ kind: 'Status', apiVersion: 'v1', raw: encodeProtobuf(schema, object) })]
  return [utf8(`${JSON.stringify(object)}\n`)]
}
