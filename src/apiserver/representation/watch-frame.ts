import type { AnyResource, KubeObject } from '../../api/resource.ts'
import { framed, type Framing } from '../../host/wire.ts'
import { apiVersionOf } from '../../api/resource.ts'
import { partialObjectMetadata } from '../../api/meta/table.ts'
import { status } from '../../api/meta/status.ts'
import { encodeEnvelope, encodeProtobuf, encodeWatchFrame } from '../../machinery/schema/protobuf.ts'
import type { StatusBody } from '../../machinery/status.ts'
import type { Delivery } from '../watch-view.ts'
import { concat, jsonBody, jsonHead, jsonItem, protobufMessage, utf8 } from './bytes.ts'
import { PROTOBUF_TYPE } from './media-types.ts'
import type { Format } from './negotiate.ts'
import { rowOf, shownMetadata, tableHead, type IncludeObject } from './table.ts'

const NEWLINE_AND_CLOSE = utf8('}\n')

/** Turns watch events into what goes over the wire. Each event is encoded once per representation, however many watch. */
export class WatchFrames {
  readonly #resource: AnyResource
  readonly #format: Format
  readonly #include: IncludeObject
  readonly #now: () => number
  /** What the representations are called that events keep of themselves. */
  readonly #shapes: Readonly<Record<Framing, string>>
  #columnsSent = false

  constructor(resource: AnyResource, format: Format, include: IncludeObject, now: () => number) {
    this.#resource = resource
    this.#format = format
    this.#include = include
    this.#now = now
    const shape = `${format.mediaType}/${apiVersionOf(resource)}/${format.as?.kind ?? ''}/${format.as?.version ?? ''}`
    this.#shapes = { plain: shape, chunked: `${shape}/chunked` }
  }

  /** A delivery as it goes over connections that frame their pieces so. */
  frame(delivery: Delivery, framing: Framing = 'plain'): Uint8Array {
    const { type, object, event } = delivery
    if (this.#format.as?.kind === 'Table') return framed(this.#tableFrame(type, object), framing)
    // Bookmarks and first events belong to one watcher only.
    if (!event) return framed(this.#make(delivery), framing)
    const plain = event.encoded(this.#shapes.plain, () => this.#make(delivery))
    return framing === 'plain' ? plain : event.encoded(this.#shapes.chunked, () => framed(plain, framing))
  }

  /** The event that ends a watch with an error. */
  error(body: StatusBody): Uint8Array {
    if (this.#format.mediaType === PROTOBUF_TYPE) return encodeWatchFrame('ERROR', encodeEnvelope({ kind: 'Status', apiVersion: 'v1', raw: encodeProtobuf(status, body as never) }))
    return utf8(`{"type":"ERROR","object":${JSON.stringify(body)}}\n`)
  }

  #make({ type, object, event, entry }: Delivery): Uint8Array {
    const { as, mediaType } = this.#format
    const source = entry ?? event?.entry
    if (as) return this.#metadataFrame(type, object)
    if (mediaType === PROTOBUF_TYPE) {
      const raw = source ? protobufMessage(this.#resource, source) : encodeProtobuf(this.#resource.schema, object)
      return encodeWatchFrame(type, encodeEnvelope({ kind: this.#resource.kind, apiVersion: apiVersionOf(this.#resource), raw }))
    }
    const body = source ? jsonItem(this.#resource, source) : utf8(jsonBody(object)).subarray(1)
    return concat([utf8(`{"type":"${type}","object":${jsonHead(this.#resource)}`), body, NEWLINE_AND_CLOSE])
  }

  #metadataFrame(type: string, object: KubeObject): Uint8Array {
    const metadata = shownMetadata(this.#resource, object)
    const apiVersion = `meta.k8s.io/${this.#format.as!.version}`
    if (this.#format.mediaType === PROTOBUF_TYPE) return encodeWatchFrame(type, encodeEnvelope({ kind: 'PartialObjectMetadata', apiVersion, raw: encodeProtobuf(partialObjectMetadata, { metadata } as never) }))
    return utf8(`{"type":"${type}","object":{"kind":"PartialObjectMetadata","apiVersion":"${apiVersion}","metadata":${JSON.stringify(metadata)}}}\n`)
  }

  /** Only the first table of a watch tells its columns. */
  #tableFrame(type: string, object: KubeObject): Uint8Array {
    const parts = { version: this.#format.as!.version, include: this.#include, now: this.#now() }
    const head = tableHead(this.#resource, { resourceVersion: object.metadata.resourceVersion }, parts, !this.#columnsSent)
    this.#columnsSent = true
    return utf8(`{"type":"${type}","object":${head}[${rowOf(this.#resource, object, parts)}]}}\n`)
  }
}
