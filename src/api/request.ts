import type { KubeList, KubeObject, AnyResource } from './resource.ts'

/** Who asks, as authentication found out. */
export interface User {
  readonly name: string
  readonly uid?: string
  readonly groups: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

export type RequestVerb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection'

export type PatchType = 'application/json-patch+json' | 'application/merge-patch+json' | 'application/strategic-merge-patch+json' | 'application/apply-patch+yaml'

/** The query parameters of the API, under their own names (metav1 GetOptions, ListOptions, CreateOptions, PatchOptions, DeleteOptions). */
export interface RequestOptions {
  readonly resourceVersion?: string
  readonly resourceVersionMatch?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  readonly limit?: number
  readonly continue?: string
  readonly allowWatchBookmarks?: boolean
  readonly sendInitialEvents?: boolean
  readonly timeoutSeconds?: number
  readonly dryRun?: readonly string[]
  readonly fieldManager?: string
  readonly fieldValidation?: string
  readonly force?: boolean
  /** For parameters of one subresource only (log, exec, portforward, …). */
  readonly [parameter: string]: unknown
}

/**
 * One request to the API, after authentication and before authorization. The same value stands for a request that came over HTTP and for
 * one that a component in the same process makes: the body is then an object, already decoded, which the server never changes.
 */
export interface ApiRequest {
  readonly user: User
  readonly verb: RequestVerb
  readonly resource: AnyResource
  readonly namespace?: string
  readonly name?: string
  readonly subresource?: string
  readonly options: RequestOptions
  /** create, update, subresources: an object. patch: the patch. delete: DeleteOptions. */
  readonly body?: unknown
  readonly patchType?: PatchType
  readonly userAgent?: string
  readonly signal?: AbortSignal
}

export interface WatchEvent<T extends KubeObject = KubeObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'
  readonly object: T
}

/** The API server's door for callers in the same process. Failures are thrown StatusErrors; answers are shared and immutable. */
export interface LocalApi {
  /** Everything but watch. Answers the object, the list, or the Status of a deletion. */
  call(request: ApiRequest): Promise<KubeObject | KubeList<KubeObject> | unknown>
  /** Ends when the request's signal is aborted; throws StatusError (410 Expired) when the version is no longer held. */
  watch(request: ApiRequest): AsyncIterable<WatchEvent>
}
