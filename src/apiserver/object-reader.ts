import type { AnyResource, KubeObject } from '../api/resource.ts'

/** One change of an object: what it was, and what it is unless it was deleted. */
export interface Change<T> {
  readonly object: T | undefined
  readonly previous: T | undefined
}

/** Reads of the server's own caches: no I/O, shared immutable objects. What authentication, authorization and admission look at. */
export interface ObjectReader {
  get<T extends KubeObject>(resource: AnyResource, namespace: string | undefined, name: string): T | undefined
  list<T extends KubeObject>(resource: AnyResource, namespace?: string): readonly T[]
  /** A number that changes whenever any object of the kind changes, for indexes that are made anew only then. */
  version(resource: AnyResource): number
  /** What changed since a version, in order, or undefined when that is not known any more. Absent: nobody knows. */
  changes?<T extends KubeObject>(resource: AnyResource, sinceVersion: number): readonly Change<T>[] | undefined
}
