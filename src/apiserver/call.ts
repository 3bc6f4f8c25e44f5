import type { ApiRequest } from '../api/request.ts'
import type { ListMeta } from '../api/meta/object-meta.ts'
import type { AnyResource, KubeObject } from '../api/resource.ts'
import { notFound } from '../machinery/status.ts'
import type { Entry } from './stores.ts'

/** A body as it came over the wire; what it says is found out when the request is let in. */
export interface EncodedBody {
  readonly bytes: Uint8Array
  /** `application/json`, `application/yaml`, `application/vnd.kubernetes.protobuf`, or a patch's type. */
  readonly mediaType: string
}

/** What is learned about a request besides its answer. */
export interface Notes {
  /** The body's list of managed fields is empty. */
  forgetsManagers?: boolean
  /** Told of the object that came with the request, before anything is changed in it. */
  readonly onDecoded?: (object: KubeObject) => void
  /** For the audit log. */
  readonly annotations?: Record<string, string>
}

/** One request on its way through the server: an ApiRequest, and what the server learns about it. */
export interface Call extends ApiRequest {
  /** Set instead of `body` for requests over the wire. */
  readonly encoded?: EncodedBody
  /** The kind that was asked for, where its objects are stored as another: `resource` is then the stored one. */
  readonly served?: AnyResource
  /** Warning headers of the answer. */
  readonly warnings: Set<string>
  /** What was noticed on the way. */
  readonly notes: Notes
  /** What follows a proxy subresource in the URL, and its query. */
  readonly proxyPath?: string
  readonly proxyQuery?: string
}

/** What a verb answers; `created` makes it a 201. */
export interface Outcome {
  /** Of a list only its kind and version: the rest is its page. */
  readonly object: unknown
  readonly created?: boolean
  /** Where the object or the list's items came from: their bytes may be there already. */
  readonly entry?: Entry
  readonly page?: { readonly entries: readonly Entry[]; readonly metadata: ListMeta }
}

/** The kind as the client sees it. */
export const servedOf = (call: Pick<Call, 'resource' | 'served'>): AnyResource => call.served ?? call.resource

export const isDryRun = (call: ApiRequest): boolean => (call.options.dryRun?.length ?? 0) > 0

/** The manager that a write is booked under: the one that is stated, or the client's program name. */
export const managerOf = (call: ApiRequest): string => call.options.fieldManager || (call.userAgent ?? '').split('/')[0]!.slice(0, 128) || 'unknown'

export const hasSubresource = (resource: AnyResource, name: string): boolean => resource.subresources.some(subresource => subresource.name === name)

/** The name of the object that a request is about; requests without one have been refused by routing. */
export function nameOf(call: ApiRequest): string {
  if (call.name === undefined) throw notFound(call.resource, '')
  return call.name
}

/** A copy of an object with other metadata. */
export const withMeta = <T extends KubeObject>(object: T, metadata: Partial<KubeObject['metadata']>): T => ({ ...object, metadata: { ...object.metadata, ...metadata } })
