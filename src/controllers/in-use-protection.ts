import type { KubeObject, Resource } from '../api/resource.ts'
import type { Context } from './framework.ts'

/** Sets the finalizer that admission sets on new objects, and takes it away once the object is being deleted and nobody uses it. */
export async function protect<T extends KubeObject>(resource: Resource<T>, object: T, finalizer: string, isUsed: () => boolean, { client }: Context): Promise<void> {
  const { deletionTimestamp, finalizers = [] } = object.metadata
  const isHeld = finalizers.includes(finalizer)
  const write = (next: string[]): Promise<T> => client.update(resource, { ...object, metadata: { ...object.metadata, finalizers: next } })
  if (!deletionTimestamp && !isHeld) await write([...finalizers, finalizer])
  else if (deletionTimestamp && isHeld && !isUsed()) await write(finalizers.filter(name => name !== finalizer))
}
