import type { FieldSet } from '../machinery/managed-fields/index.ts'
import type { Schema } from '../machinery/schema/schema.ts'
import type { Cause } from '../machinery/status.ts'
import type { ListMeta, ObjectMeta } from './meta/object-meta.ts'

/** What every stored object has. Objects that come from a store, a cache or a client are shared: never change one, build a new one. */
export interface KubeObject {
  kind: string
  apiVersion: string
  metadata: ObjectMeta
}

/** A list of objects of one kind. */
export interface KubeList<T> {
  kind: string
  apiVersion: string
  metadata: ListMeta
  items: T[]
}

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch'

/** A column of `kubectl get`; `priority` 1 shows with `-o wide`. */
export interface Column<T> {
  readonly name: string
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  readonly format?: 'name' | 'password' | string
  readonly description?: string
  readonly priority?: number
  /** Rows have its cell, but the table's head does not name it. */
  readonly unannounced?: boolean
  /** The cell; `now` is for ages. */
  cell(object: T, now: number): unknown
}

/** A subresource as discovery lists it; what it does lives in `apiserver/subresources/`. */
export interface Subresource {
  readonly name: string
  /** The kind that its body has, where it is not the parent's. */
  readonly group?: string
  readonly version?: string
  readonly kind: string
  readonly verbs: readonly string[]
}

/** What validation may look at besides the object. */
export interface ValidationContext {
  readonly now: number
  /** False when the object is there already: a few rules are for new ones only. */
  readonly isNew?: boolean
  readonly subresource?: string
}

/** Everything the cluster knows about one kind. The plural constant (`Pods`) is the handle for it. */
export interface Resource<T extends KubeObject = KubeObject> {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly namespaced: boolean
  readonly verbs: readonly Verb[]
  readonly subresources: readonly Subresource[]
  /** The kind's schema: type, decoding, codec, OpenAPI, merge keys. */
  readonly schema: Schema<T>
  readonly listKind: string
  /** Field selectors besides `metadata.name` and `metadata.namespace`: the value of each in an object. */
  readonly fieldSelectors: Readonly<Record<string, (object: T) => string>>
  /** How a field is refused that objects cannot be selected by, where the kind has words of its own. */
  unknownSelector?(field: string): string
  /** Told to clients whose deletion does not say what becomes of dependents. */
  readonly orphanWarning?: string
  readonly columns: readonly Column<T>[]
  readonly storageVersionHash?: string
  /** The key prefix in storage below `/registry/`: `pods`, `services/specs`. */
  readonly storagePrefix: string

  /** The metadata as tables and PartialObjectMetadata show it, for kinds that keep fields of older versions in annotations. */
  shownMetadata?(metadata: ObjectMeta): ObjectMeta
  /** What changes bump `metadata.generation`; absent: the kind has no generation. */
  generationOf?(object: T): unknown
  /** This kind is another view of objects that are stored as `resource`: `up` makes the stored object, `down` shows it as this kind. */
  readonly storedAs?: { readonly resource: AnyResource; up(object: T): KubeObject; down(stored: KubeObject): T }
  /** A new object has the generation that its author gave it, if any. */
  readonly keepsGenerationOnCreate?: boolean
  /** What writes to the object (key '') or to a subresource cannot own, where that is not the usual: spec and status keep out of each other. */
  readonly resetFields?: Readonly<Record<string, FieldSet>>
  /** The status may be given when the object is created (nodes register with theirs). */
  readonly keepsStatusOnCreate?: boolean

  /** Fills in defaults that the schema cannot state. The draft is the caller's own copy: it may be changed in place. */
  defaults?(draft: T): void
  /** Last touches before validation. `old` is undefined on create. Drafts may be changed in place. */
  prepareForCreate?(draft: T, now?: number, warn?: (text: string) => void): void
  prepareForUpdate?(draft: T, old: T, now?: number): void
  /** The same for what a subresource writes. */
  prepareForSubresource?(draft: T, old: T, subresource: string, now: number): void
  /** Causes, worded as Kubernetes words them; an empty list: the object is fine. */
  validate?(object: T, context: ValidationContext): Cause[]
  validateUpdate?(object: T, old: T, context: ValidationContext): Cause[]
  validateStatusUpdate?(object: T, old: T, context: ValidationContext): Cause[]
  /** Warnings to the client that do not refuse the request. */
  warnings?(object: T, old: T | undefined): string[]
  /** The same for a write to the status. */
  statusWarnings?(object: T, old: T): string[]
  /** Rules for `metadata.name`; the default is a DNS subdomain. */
  validateName?(name: string, prefix: boolean): string[]
}

/** A resource of any kind, where only its description matters. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyResource = Resource<any>

type Stated<T extends KubeObject> = Pick<Resource<T>, 'version' | 'kind' | 'plural' | 'schema'> & Partial<Resource<T>>

const ALL_VERBS: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']

/** The table of a kind that states none. */
export const DEFAULT_COLUMNS: readonly Column<KubeObject>[] = [
  { name: 'Name', type: 'string', format: 'name', cell: ({ metadata }) => metadata.name },
  { name: 'Created At', type: 'date', cell: ({ metadata }) => metadata.creationTimestamp },
]

/** Completes a kind's description with what most kinds share. */
export function defineResource<T extends KubeObject>(stated: Stated<T>): Resource<T> {
  return {
    group: '', singular: stated.kind.toLowerCase(), shortNames: [], categories: [], namespaced: true, verbs: ALL_VERBS, subresources: [],
    listKind: `${stated.kind}List`, fieldSelectors: {}, columns: DEFAULT_COLUMNS, storagePrefix: stated.plural, ...stated,
  }
}

/** `v1`, `apps/v1`. */
export const apiVersionOf = ({ group, version }: { group: string; version: string }): string => (group ? `${group}/${version}` : version)
