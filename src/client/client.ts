import type { PatchType, RequestOptions, WatchEvent } from '../api/request.ts'
import { apiVersionOf, type AnyResource, type KubeList, type KubeObject, type Resource } from '../api/resource.ts'
import type { Draft } from '../machinery/schema/schema.ts'
import type { ClientRequest, Transport } from './transport.ts'

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
  createSubresource<B>(resource: AnyResource, ref: ObjectRef, subresource: string, body: unknown, options?: WriteOptions): Promise<B>
}

interface Split {
  readonly options: RequestOptions
  readonly rest: { readonly signal?: AbortSignal; readonly subresource?: string; readonly namespace?: string }
}

/** Tells the API's own parameters from what says where and until when. */
function split({ signal, subresource, namespace, ...options }: RequestOptions & { signal?: AbortSignal; subresource?: string; namespace?: string }): Split {
  return { options, rest: { ...(signal && { signal }), ...(subresource && { subresource }), ...(namespace && { namespace }) } }
}

const place = ({ name, namespace }: ObjectRef): { name: string; namespace?: string } => ({ name, ...(namespace && { namespace }) })

/** Makes a client that speaks through `transport`. */
export function createClient(transport: Transport): Client {
  const call = <T>(request: ClientRequest): Promise<T> => transport.call(request) as Promise<T>
  const typed = <T extends KubeObject>(resource: Resource<T>, object: Draft<T>): Draft<T> => ({ kind: resource.kind, apiVersion: apiVersionOf(resource), ...object })
  const write = <T extends KubeObject>(verb: 'create' | 'update', resource: Resource<T>, object: Draft<T>, stated: WriteOptions = {}): Promise<T> => {
    const { options, rest } = split(stated)
    const { name, namespace } = (object.metadata ?? {}) as { name?: string; namespace?: string }
    return call({ verb, resource, ...(namespace && { namespace }), ...(verb === 'update' && name && { name }), ...rest, options, body: typed(resource, object) })
  }
  const client: Client = {
    get(resource, ref, stated = {}) {
      const { options, rest } = split(stated)
      return call({ verb: 'get', resource, ...rest, ...place(ref), options })
    },
    list(resource, stated = {}) {
      const { options, rest } = split(stated)
      return call({ verb: 'list', resource, ...rest, options })
    },
    watch<T extends KubeObject>(resource: Resource<T>, stated: ReadOptions = {}) {
      const { options, rest } = split(stated)
      return transport.watch({ verb: 'watch', resource, ...rest, options }) as AsyncIterable<WatchEvent<T>>
    },
    create: (resource, object, options) => write('create', resource, object, options),
    update: <T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions) => write('update', resource, object as Draft<T>, options),
    updateStatus: (resource, object, options) => client.update(resource, object, { ...options, subresource: 'status' }),
    patch(resource, ref, body, { type, ...stated }) {
      const { options, rest } = split(stated)
      return call({ verb: 'patch', resource, ...rest, ...place(ref), options, body, patchType: type as PatchType })
    },
    apply<T extends KubeObject>(resource: Resource<T>, object: Draft<T>, options: WriteOptions & { fieldManager: string; force?: boolean }) {
      const { name, namespace } = object.metadata as { name: string; namespace?: string }
      return client.patch(resource, { name, namespace }, typed(resource, object), { ...options, type: 'application/apply-patch+yaml' })
    },
    async delete(resource, ref, stated = {}) {
      const { options, body, rest } = deletion(stated)
      await call({ verb: 'delete', resource, ...rest, ...place(ref), options, ...(body && { body }) })
    },
    async deleteCollection(resource, stated = {}) {
      const { options, body, rest } = deletion(stated)
      await call({ verb: 'deletecollection', resource, ...rest, options, ...(body && { body }) })
    },
    createSubresource(resource, ref, subresource, body, stated = {}) {
      const { options, rest } = split(stated)
      return call({ verb: 'create', resource, ...rest, ...place(ref), subresource, options, body })
    },
  }
  return client
}

/** What is said in the body of a deletion goes there; the rest stays in the query. */
function deletion({ gracePeriodSeconds, propagationPolicy, preconditions, ...stated }: DeleteOptions): Split & { body?: object } {
  const said = {
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }), ...(propagationPolicy && { propagationPolicy }), ...(preconditions && { preconditions }),
  }
  return { ...split(stated), ...(Object.keys(said).length && { body: { kind: 'DeleteOptions', apiVersion: 'v1', ...said } }) }
}

/** Every object of a list, fetched a page at a time. */
export async function* listAll<T extends KubeObject>(client: Client, resource: Resource<T>, options: ReadOptions = {}, pageSize = 500): AsyncIterable<T> {
  let next: string | undefined
  do {
    const page: KubeList<T> = await client.list(resource, { ...options, limit: pageSize, ...(next && { continue: next }) })
    yield* page.items
    next = page.metadata.continue
  } while (next)
}
