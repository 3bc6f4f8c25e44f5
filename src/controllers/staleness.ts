import type { Cache } from '../client/cache.ts'
import type { Client, ObjectRef } from '../client/client.ts'
import type { KubeObject, Resource } from '../api/resource.ts'

/** Whether the cache has caught up with a write. */
export type Seen = () => boolean

/**
 * The same client, which tells `note` of every write how to find out whether the cache has seen it. Writes to kinds that nobody
 * watches leave nothing to wait for.
 */
export function trackedClient(client: Client, cache: Cache, note: (seen: Seen) => void): Client {
  const written = async <T extends KubeObject>(resource: Resource<T>, answer: Promise<T>): Promise<T> => {
    const object = await answer
    const informer = cache.started(resource)
    const revision = Number(object.metadata?.resourceVersion)
    if (informer && informer.revision < revision) note(() => informer.revision >= revision)
    return object
  }
  const deleted = <T extends KubeObject>(resource: Resource<T>, ref: ObjectRef): void => {
    const informer = cache.started(resource)
    const uid = informer?.get(ref)?.metadata.uid
    const seen = (): boolean => {
      const object = informer?.get(ref)
      return !object || object.metadata.uid !== uid || object.metadata.deletionTimestamp !== undefined
    }
    if (!seen()) note(seen)
  }
  return {
    ...client,
    create: (resource, object, options) => written(resource, client.create(resource, object, options)),
    update: (resource, object, options) => written(resource, client.update(resource, object, options)),
    updateStatus: (resource, object, options) => written(resource, client.updateStatus(resource, object, options)),
    patch: (resource, ref, patch, options) => written(resource, client.patch(resource, ref, patch, options)),
    apply: (resource, object, options) => written(resource, client.apply(resource, object, options)),
    async delete(resource, ref, options) {
      await client.delete(resource, ref, options)
      deleted(resource, ref)
    },
  }
}
