import { apiVersionOf, type AnyResource, type KubeObject } from '../api/resource.ts'

/** The object as the version that was asked for has it. Kinds served in one version, which are nearly all, are given as they are stored. */
export function toServedVersion<T extends KubeObject>(resource: AnyResource, object: T): T {
  return object.apiVersion === apiVersionOf(resource) ? object : { ...object, apiVersion: apiVersionOf(resource) }
}
