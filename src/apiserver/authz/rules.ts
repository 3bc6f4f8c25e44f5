import type { PolicyRule } from '../../api/rbac/shared.ts'
import type { Attributes } from './authorizer.ts'

const has = (list: readonly string[] | undefined, value: string): boolean => list !== undefined && (list.includes(value) || list.includes('*'))

/** Whether one rule of RBAC allows a request. */
export function ruleAllows(rule: PolicyRule, attributes: Attributes): boolean {
  if (!has(rule.verbs, attributes.verb)) return false
  if (attributes.path !== undefined) return urlsMatch(rule.nonResourceURLs, attributes.path)
  return (
    has(rule.apiGroups, attributes.group ?? '') &&
    resourcesMatch(rule.resources, attributes.resource ?? '', attributes.subresource) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(attributes.name ?? ''))
  )
}

/** `pods`, `pods/log`, `*`, and `*` with a subresource (`*` + `/scale`), as RBAC writes resources. */
export function resourcesMatch(resources: readonly string[] | undefined, resource: string, subresource: string | undefined): boolean {
  if (!resources) return false
  const asked = subresource ? `${resource}/${subresource}` : resource
  return resources.some(allowed => allowed === '*' || allowed === asked || (!!subresource && allowed === `*/${subresource}`))
}

/** Exact paths, `*`, and prefixes that end in `*`. */
export function urlsMatch(urls: readonly string[] | undefined, path: string): boolean {
  return !!urls?.some(url => url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1).replace(/\*+$/, ''))))
}
