import { DEFAULT_COLUMNS, type AnyResource, type Column, type KubeObject } from '../../api/resource.ts'
import type { ListMeta } from '../../api/meta/object-meta.ts'
import { badRequest } from '../../machinery/status.ts'

export type IncludeObject = 'Metadata' | 'Object' | 'None'

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  Name: 'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
  'Created At': 'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata',
}

export const columnsOf = (resource: AnyResource): readonly Column<KubeObject>[] =>
  resource.columns.length > 0 ? (resource.columns as readonly Column<KubeObject>[]) : DEFAULT_COLUMNS

/** What stands for no rows: printers of kinds make an empty list, the common one makes none. */
export const noRows = (resource: AnyResource): '[]' | 'null' => (columnsOf(resource) === DEFAULT_COLUMNS ? 'null' : '[]')

/** The metadata that rows and PartialObjectMetadata carry. */
export const shownMetadata = (resource: AnyResource, { metadata }: KubeObject): KubeObject['metadata'] => resource.shownMetadata?.(metadata) ?? metadata

/** What rows carry of their object. */
export function includeObject(query: string | null): IncludeObject {
  if (!query || query === 'Metadata') return 'Metadata'
  if (query === 'Object' || query === 'None') return query
  throw badRequest(`Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(query)}: must be 'Metadata', 'Object', 'None', or empty`)
}

export interface TableParts {
  readonly version: 'v1' | 'v1beta1'
  readonly include: IncludeObject
  readonly now: number
}

/** One object's row, as JSON. */
export function rowOf(resource: AnyResource, object: KubeObject, parts: TableParts): string {
  if (parts.include === 'Metadata') return `${rowHead(resource, object, parts)}${JSON.stringify(shownMetadata(resource, object))}}}`
  return `{"cells":${cellsOf(resource, object, parts)},"object":${parts.include === 'None' ? 'null' : JSON.stringify(object)}}`
}

/** A row up to its object's metadata, behind which two braces close it. */
export const rowHead = (resource: AnyResource, object: KubeObject, parts: TableParts): string =>
  `{"cells":${cellsOf(resource, object, parts)},"object":{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/${parts.version}","metadata":`

const cellsOf = (resource: AnyResource, object: KubeObject, { now }: TableParts): string => JSON.stringify(columnsOf(resource).map(column => column.cell(object, now)))

/** What stands before the rows. */
export function tableHead(resource: AnyResource, metadata: ListMeta, { version }: TableParts, withColumns = true): string {
  const definitions = columnsOf(resource).filter(({ unannounced }) => !unannounced).map(({ name, type, format = '', description, priority = 0 }) =>
    ({ name, type, format, description: description ?? DESCRIPTIONS[name] ?? '', priority }))
  return `{"kind":"Table","apiVersion":"meta.k8s.io/${version}","metadata":${JSON.stringify(metadata)},"columnDefinitions":${withColumns ? JSON.stringify(definitions) : 'null'},"rows":`
}
