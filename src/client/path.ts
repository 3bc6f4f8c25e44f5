import type { RequestOptions, RequestVerb } from '../api/request.ts'
import type { AnyResource } from '../api/resource.ts'

const methods: Readonly<Record<RequestVerb, string>> = {
  get: 'GET', list: 'GET', watch: 'GET', create: 'POST', update: 'PUT', patch: 'PATCH', delete: 'DELETE', deletecollection: 'DELETE',
}

/** The HTTP method of a verb. */
export const methodOf = (verb: RequestVerb): string => methods[verb]

export interface Target {
  readonly resource: AnyResource
  readonly namespace?: string | undefined
  readonly name?: string | undefined
  readonly subresource?: string | undefined
}

/** `/apis/apps/v1/namespaces/default/deployments/web/status`. */
export function pathOf({ resource, namespace, name, subresource }: Target): string {
  const root = resource.group ? `/apis/${resource.group}/${resource.version}` : `/api/${resource.version}`
  const parts = [...(resource.namespaced && namespace ? ['namespaces', namespace] : []), resource.plural, ...(name ? [name] : []), ...(subresource ? subresource.split('/') : [])]
  return `${root}/${parts.map(encodeURIComponent).join('/')}`
}

/** The query of a request, `?` first; empty when no option is set. */
export function queryOf(options: RequestOptions, watch: boolean): string {
  const query = new URLSearchParams(watch ? { watch: 'true' } : {})
  for (const [name, value] of Object.entries(options)) {
    for (const each of Array.isArray(value) ? value : [value]) if (each !== undefined && each !== '') query.append(name, String(each))
  }
  const text = query.toString()
  return text && `?${text}`
}
