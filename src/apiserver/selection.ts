import type { RequestOptions } from '../api/request.ts'
import type { AnyResource, KubeObject } from '../api/resource.ts'
import { everything, parseFieldSelector, parseLabelSelector, type FieldSelector, type LabelSelector } from '../machinery/selector.ts'
import { badRequest } from '../machinery/status.ts'
import { toServedVersion } from './versions.ts'

/** Which objects a list, watch or collective deletion is about. */
export interface Selection {
  readonly everything: boolean
  matches(object: KubeObject): boolean
  /** The one name that can match, when the selector says so. */
  readonly name?: string
  /** A field whose value is stated exactly. */
  readonly fields: FieldSelector
  readonly labels: LabelSelector
}

/** Reads the selectors of a request; fields that the kind cannot be selected by are refused. */
export function selectionOf(resource: AnyResource, options: RequestOptions): Selection {
  const labels = options.labelSelector ? parseLabelSelector(options.labelSelector) : everything
  const fields = parseFieldSelector(options.fieldSelector ?? '')
  // `=` alone asks for nothing.
  for (const { field, value } of fields.requirements) if (field !== '' || value !== '') checkField(resource, field)
  const name = fields.requirements.find(({ field, operator }) => field === 'metadata.name' && operator === '=')?.value
  const all = labels.everything && fields.everything
  return {
    everything: all, labels, fields, ...(name !== undefined && { name }),
    matches: object => all || (labels.matches(object.metadata.labels) && (fields.everything || matchesFields(resource, fields, toServedVersion(resource, object)))),
  }
}

const matchesFields = (resource: AnyResource, fields: FieldSelector, object: KubeObject): boolean => fields.matches(field => valueOf(resource, object, field))

const valueOf = (resource: AnyResource, object: KubeObject, field: string): string | undefined =>
  field === 'metadata.name' ? object.metadata.name : field === 'metadata.namespace' ? object.metadata.namespace : resource.fieldSelectors[field]?.(object)

function checkField(resource: AnyResource, field: string): void {
  const own = Object.keys(resource.fieldSelectors)
  if (field === 'metadata.name' || own.includes(field)) return
  if (field === 'metadata.namespace' && (resource.namespaced || own.length === 0)) return
  throw badRequest(own.length > 0
    ? resource.unknownSelector?.(field) ?? `field label not supported: ${field}` : `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`)
}
