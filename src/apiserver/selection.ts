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
  const tests = fields.requirements.map(({ field, operator, value }) => {
    const read = readerOf(resource, field)
    return (object: KubeObject): boolean => ((read(object) ?? '') === value) === (operator === '=')
  })
  return {
    everything: labels.everything && fields.everything, labels, fields, ...(name !== undefined && { name }),
    matches(object) {
      if (!labels.matches(object.metadata.labels)) return false
      for (const test of tests) if (!test(object)) return false
      return true
    },
  }
}

function readerOf(resource: AnyResource, field: string): (object: KubeObject) => string | undefined {
  if (field === 'metadata.name') return object => object.metadata.name
  if (field === 'metadata.namespace') return object => object.metadata.namespace
  const read = resource.fieldSelectors[field]
  return object => read?.(toServedVersion(resource, object))
}

function checkField(resource: AnyResource, field: string): void {
  const own = Object.keys(resource.fieldSelectors)
  if (field === 'metadata.name' || own.includes(field)) return
  if (field === 'metadata.namespace' && (resource.namespaced || own.length === 0)) return
  throw badRequest(own.length > 0
    ? resource.unknownSelector?.(field) ?? `field label not supported: ${field}` : `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`)
}
