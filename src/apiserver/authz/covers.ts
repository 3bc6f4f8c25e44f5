import type { PolicyRule } from '../../api/rbac/shared.ts'
import { resourcesMatch, urlsMatch } from './rules.ts'

/** The smallest thing that a rule can allow: one verb on one resource (of one name) or on one path. */
interface Permission {
  readonly verb: string
  readonly group?: string
  readonly resource?: string
  readonly name?: string
  readonly url?: string
}

/** What of the wanted rules the held rules do not give, written as upstream writes it in its refusals. */
export function missingPermissions(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): string[] {
  const missing = wanted.flatMap(permissionsOf).filter(permission => !held.some(rule => gives(rule, permission)))
  return describe(missing)
}

function permissionsOf(rule: PolicyRule): Permission[] {
  const permissions: Permission[] = []
  for (const group of rule.apiGroups ?? []) {
    for (const resource of rule.resources ?? []) {
      for (const name of rule.resourceNames?.length ? rule.resourceNames : [undefined]) {
        for (const verb of rule.verbs ?? []) permissions.push({ verb, group, resource, ...(name !== undefined && { name }) })
      }
    }
  }
  for (const url of rule.nonResourceURLs ?? []) for (const verb of rule.verbs ?? []) permissions.push({ verb, url })
  return permissions
}

const includes = (list: readonly string[] | undefined, value: string): boolean => !!list && (list.includes('*') || list.includes(value))

function gives(rule: PolicyRule, { verb, group, resource, name, url }: Permission): boolean {
  if (!includes(rule.verbs, verb)) return false
  if (url !== undefined) return !!rule.nonResourceURLs && (rule.nonResourceURLs.includes(url) || urlsMatch(rule.nonResourceURLs, url))
  const [parent = '', subresource] = (resource ?? '').split('/')
  return includes(rule.apiGroups, group ?? '') && resourcesMatch(rule.resources, parent, subresource) &&
    (!rule.resourceNames?.length || (name !== undefined && rule.resourceNames.includes(name)))
}

const quoted = (list: readonly string[]): string => `[${list.map(item => JSON.stringify(item)).join(' ')}]`

/** One line for each resource with all its verbs, and for each path and verb. */
function describe(permissions: readonly Permission[]): string[] {
  const byTarget = new Map<string, string[]>()
  for (const { verb, group, resource, name, url } of permissions) {
    const target = url !== undefined
      ? `NonResourceURLs:${quoted([url])}`
      : `APIGroups:${quoted([group ?? ''])}, Resources:${quoted([resource ?? ''])}${name === undefined ? '' : `, ResourceNames:${quoted([name])}`}`
    const key = url === undefined ? target : `${target}\0${verb}`
    const verbs = byTarget.get(key) ?? []
    if (!verbs.includes(verb)) byTarget.set(key, [...verbs, verb])
  }
  return [...byTarget].map(([key, verbs]) => `{${key.split('\0')[0]}, Verbs:${quoted(verbs)}}`).sort()
}
