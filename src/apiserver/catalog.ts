import { apiVersionOf, type AnyResource } from '../api/resource.ts'

/** A group version with the kinds it serves. */
export interface GroupVersion {
  readonly group: string
  readonly version: string
  readonly resources: readonly AnyResource[]
}

/** Which kinds are served. Built-in kinds never change; custom ones come and go, each time as a new catalog. */
export interface Catalog {
  readonly resources: readonly AnyResource[]
  /** In discovery order; the first version of a group is the preferred one. */
  readonly groupVersions: readonly GroupVersion[]
  find(group: string, version: string, plural: string): AnyResource | undefined
  groupVersion(group: string, version: string): GroupVersion | undefined
  versionsOf(group: string): readonly GroupVersion[]
  /** The resource that stores the objects of an apiVersion and kind. */
  ofKind(apiVersion: string, kind: string): AnyResource | undefined
}

/** Builds the look-up tables over a list of kinds. */
export function createCatalog(resources: readonly AnyResource[]): Catalog {
  const byPath = new Map<string, AnyResource>()
  const byKind = new Map<string, AnyResource>()
  const versions = new Map<string, { group: string; version: string; resources: AnyResource[] }>()
  for (const resource of resources) {
    const apiVersion = apiVersionOf(resource)
    byPath.set(`${apiVersion}/${resource.plural}`, resource)
    if (!byKind.has(`${apiVersion}/${resource.kind}`)) byKind.set(`${apiVersion}/${resource.kind}`, resource)
    const known = versions.get(apiVersion)
    if (known) known.resources.push(resource)
    else versions.set(apiVersion, { group: resource.group, version: resource.version, resources: [resource] })
  }
  const groupVersions = [...versions.values()]
  return {
    resources, groupVersions,
    find: (group, version, plural) => byPath.get(group === '' ? `${version}/${plural}` : `${group}/${version}/${plural}`),
    groupVersion: (group, version) => versions.get(group === '' ? version : `${group}/${version}`),
    versionsOf: group => groupVersions.filter(each => each.group === group),
    ofKind: (apiVersion, kind) => byKind.get(`${apiVersion}/${kind}`),
  }
}
