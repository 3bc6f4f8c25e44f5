import { apiVersionOf, type AnyResource } from '../../api/resource.ts'

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'
type PathItem = Partial<Record<Method, object>> & { parameters?: object[] }

const QUERY: Readonly<Record<string, readonly [name: string, type: 'string' | 'boolean' | 'integer'][]>> = {
  list: [['allowWatchBookmarks', 'boolean'], ['continue', 'string'], ['fieldSelector', 'string'], ['labelSelector', 'string'], ['limit', 'integer'], ['resourceVersion', 'string'],
    ['resourceVersionMatch', 'string'], ['sendInitialEvents', 'boolean'], ['timeoutSeconds', 'integer'], ['watch', 'boolean']],
  post: [['dryRun', 'string'], ['fieldManager', 'string'], ['fieldValidation', 'string']],
  put: [['dryRun', 'string'], ['fieldManager', 'string'], ['fieldValidation', 'string']],
  patch: [['dryRun', 'string'], ['fieldManager', 'string'], ['fieldValidation', 'string'], ['force', 'boolean']],
  delete: [['dryRun', 'string'], ['gracePeriodSeconds', 'integer'], ['orphanDependents', 'boolean'], ['propagationPolicy', 'string']],
}

const ITEM: readonly [verb: string, method: Method][] = [['get', 'get'], ['update', 'put'], ['patch', 'patch'], ['delete', 'delete']]
const COLLECTION: readonly [verb: string, method: Method][] = [['list', 'get'], ['create', 'post'], ['deletecollection', 'delete']]

/** The paths of kinds with their methods: what clients look at to learn which parameters a server knows. */
export function pathsOf(resources: readonly AnyResource[], version: 2 | 3): Record<string, PathItem> {
  const paths: Record<string, PathItem> = {}
  for (const resource of resources) {
    const base = `/${resource.group ? 'apis' : 'api'}/${apiVersionOf(resource)}`
    const collection = `${base}/${resource.namespaced ? 'namespaces/{namespace}/' : ''}${resource.plural}`
    const item = `${collection}/{name}`
    paths[collection] = itemOf(resource, COLLECTION, resource.verbs, collection, version)
    const own = itemOf(resource, ITEM, resource.verbs, item, version)
    if (Object.keys(own).length > 1) paths[item] = own
    for (const subresource of resource.subresources) {
      const path = `${item}/${subresource.name}`
      const kind = { group: subresource.group ?? '', version: subresource.version ?? resource.version, kind: subresource.kind }
      paths[path] = itemOf({ ...resource, ...kind }, [...ITEM, ['create', 'post']], subresource.verbs, path, version)
    }
  }
  return paths
}

function itemOf(resource: AnyResource, methods: readonly (readonly [string, Method])[], verbs: readonly string[], path: string, version: 2 | 3): PathItem {
  const item: PathItem = {}
  for (const [verb, method] of methods) {
    if (!verbs.includes(verb)) continue
    const { group, version: served, kind } = resource
    item[method] = {
      description: `${verb} ${kind}`, operationId: `${verb}${kind}${path.replace(/[^A-Za-z0-9]+(.)?/g, (_all, next: string | undefined) => next?.toUpperCase() ?? '')}`,
      parameters: (QUERY[verb === 'list' ? 'list' : method] ?? []).map(([name, type]) => parameter('query', name, type, version)),
      ...(method === 'patch' && version === 2 && { consumes: ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json', 'application/apply-patch+yaml'] }),
      responses: { 200: { description: 'OK' } }, 'x-kubernetes-action': verb, 'x-kubernetes-group-version-kind': { group, kind, version: served },
    }
  }
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => parameter('path', name!, 'string', version))
  return { ...item, parameters: [...inPath, parameter('query', 'pretty', 'string', version)] }
}

const parameter = (where: string, name: string, type: string, version: 2 | 3): object => ({
  name, in: where, ...(where === 'path' && { required: true }), uniqueItems: true, ...(version === 2 ? { type } : { schema: { type, uniqueItems: true } }),
})
