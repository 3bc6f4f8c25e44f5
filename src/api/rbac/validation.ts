import { dnsSubdomain, pathSegment } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { invalid, invalidBy, notSupported, required, sameJson } from '../validation.ts'
import type { PolicyRule, RoleRef, Subject } from './shared.ts'

const GROUP = 'rbac.authorization.k8s.io'

/** Names of RBAC objects may have colons, as `system:node` does: anything that fits into a path. */
export const validateRbacName = (name: string): string[] => pathSegment(name)

/** The rules of a role; those of a namespace cannot be about paths. */
export const validateRules = (rules: readonly PolicyRule[] | null | undefined, namespaced: boolean): Cause[] =>
  (rules ?? []).flatMap((rule, index) => validateRule(rule, namespaced, `rules[${index}]`))

function validateRule(rule: PolicyRule, namespaced: boolean, field: string): Cause[] {
  const causes: Cause[] = []
  if (!rule.verbs?.length) causes.push(required(`${field}.verbs`, 'verbs must contain at least one value'))
  if (rule.nonResourceURLs?.length) {
    const urls = `${field}.nonResourceURLs`
    if (namespaced) causes.push(invalid(urls, rule.nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs'))
    if (rule.apiGroups?.length || rule.resources?.length || rule.resourceNames?.length) {
      causes.push(invalid(urls, rule.nonResourceURLs, 'rules cannot apply to both regular resources and non-resource URLs'))
    }
    return causes
  }
  if (!rule.apiGroups?.length) causes.push(required(`${field}.apiGroups`, 'resource rules must supply at least one api group'))
  if (!rule.resources?.length) causes.push(required(`${field}.resources`, 'resource rules must supply at least one resource'))
  return causes
}

/** The role and the subjects of a binding; those of cluster role bindings name their service accounts' namespaces. */
export function validateBinding({ roleRef, subjects }: { roleRef: RoleRef; subjects?: Subject[] | undefined }, roleKinds: readonly string[]): Cause[] {
  const causes: Cause[] = []
  if (roleRef.apiGroup !== GROUP) causes.push(notSupported('roleRef.apiGroup', roleRef.apiGroup, [GROUP]))
  if (!roleKinds.includes(roleRef.kind)) causes.push(notSupported('roleRef.kind', roleRef.kind, roleKinds))
  if (!roleRef.name) causes.push(required('roleRef.name'))
  else causes.push(...invalidBy('roleRef.name', roleRef.name, validateRbacName))
  const clusterWide = roleKinds.length === 1
  return [...causes, ...(subjects ?? []).flatMap((subject, index) => validateSubject(subject, clusterWide, `subjects[${index}]`))]
}

function validateSubject(subject: Subject, clusterWide: boolean, field: string): Cause[] {
  const causes: Cause[] = []
  if (!subject.name) causes.push(required(`${field}.name`))
  switch (subject.kind) {
    case 'ServiceAccount':
      if (subject.name) causes.push(...invalidBy(`${field}.name`, subject.name, dnsSubdomain))
      if (subject.apiGroup) causes.push(notSupported(`${field}.apiGroup`, subject.apiGroup, ['']))
      if (clusterWide && !subject.namespace) causes.push(required(`${field}.namespace`))
      return causes
    case 'User':
    case 'Group':
      if (subject.apiGroup !== GROUP) causes.push(notSupported(`${field}.apiGroup`, subject.apiGroup ?? '', [GROUP]))
      return causes
    default:
      return [...causes, notSupported(`${field}.kind`, subject.kind, ['ServiceAccount', 'User', 'Group'])]
  }
}

/** What a binding binds cannot be changed: it would be another binding. */
export const validateRoleRefUpdate = (next: RoleRef, old: RoleRef): Cause[] =>
  sameJson(next, old) ? [] : [invalid('roleRef', { APIGroup: next.apiGroup, Kind: next.kind, Name: next.name }, 'cannot change roleRef')]
