import { apiVersionOf, type AnyResource, type KubeObject } from '../api/resource.ts'

/** The object as the kind that was asked for has it. Kinds that are stored as themselves, which are nearly all, are given as they are. */
export function toServedVersion<T extends KubeObject>(resource: AnyResource, object: T): T {
  if (object.apiVersion === apiVersionOf(resource) || object.kind !== (resource.storedAs?.resource ?? resource).kind) return object
  return (resource.storedAs ? resource.storedAs.down(object) : { ...object, apiVersion: apiVersionOf(resource) }) as T
}
