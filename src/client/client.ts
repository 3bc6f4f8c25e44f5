import type { PatchType, RequestOptions, WatchEvent } from '../api/request.ts'
import type { KubeList, KubeObject, Resource } from '../api/resource.ts'
import type { Draft } from '../machinery/schema/schema.ts'

export interface ObjectRef {
  readonly name: string
  readonly namespace?: string | undefined
}

export type ReadOptions = RequestOptions & { readonly namespace?: string; readonly signal?: AbortSignal }
export type WriteOptions = RequestOptions & { readonly subresource?: string; readonly signal?: AbortSignal }

export interface DeleteOptions extends WriteOptions {
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground'
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
}

/**
 * The API, as every component and test sees it. Objects that come back are shared and immutable. Failures are StatusErrors.
 * Namespaced kinds take their namespace from the object or the ref.
 */
export interface Client {
  get<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef, options?: ReadOptions): Promise<T>
  list<T extends KubeObject>(resource: Resource<T>, options?: ReadOptions): Promise<KubeList<T>>
  /** Ends when `options.signal` is aborted or the server closes the stream; throws 410 Expired when the version is too old. */
  watch<T extends KubeObject>(resource: Resource<T>, options?: ReadOptions): AsyncIterable<WatchEvent<T>>
  create<T extends KubeObject>(resource: Resource<T>, object: Draft<T>, options?: WriteOptions): Promise<T>
  update<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T>
  /** `update` of the `status` subresource. */
  updateStatus<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T>
  patch<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef, patch: unknown, options: WriteOptions & { readonly type: PatchType }): Promise<T>
  /** Server-side apply; `fieldManager` is needed. */
  apply<T extends KubeObject>(resource: Resource<T>, object: Draft<T>, options: WriteOptions & { readonly fieldManager: string; readonly force?: boolean }): Promise<T>
  delete<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef, options?: DeleteOptions): Promise<void>
  deleteCollection<T extends KubeObject>(resource: Resource<T>, options?: ReadOptions & DeleteOptions): Promise<void>
  /** POST to a subresource whose body is not the parent kind: `binding`, `eviction`, `token`. */
  createSubresource<B>(resource: Resource, ref: ObjectRef, subresource: string, body: unknown, options?: WriteOptions): Promise<B>
}
