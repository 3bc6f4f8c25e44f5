import type { AnyResource, KubeObject } from '../api/resource.ts'

/** Reads of the server's own caches: no I/O, shared immutable objects. What authentication, authorization and admission look at. */
export interface ObjectReader {
  get<T extends KubeObject>(resource: AnyResource, namespace: string | undefined, name: string): T | undefined
  list<T extends KubeObject>(resource: AnyResource, namespace?: string): readonly T[]
  /** A number that changes whenever any object of the kind changes, for indexes that are made anew only then. */
  version(resource: AnyResource): number
}
