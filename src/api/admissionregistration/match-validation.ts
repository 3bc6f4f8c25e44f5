import { pathSegment, qualifiedName } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { validateLabelSelector } from '../meta/selector-validation.ts'
import { duplicate, invalid, invalidBy, notSupported, required, tooMany } from '../validation.ts'
import type { MatchCondition, MatchResources, NamedRuleWithOperations, RuleWithOperations } from './shared.ts'

export const FAILURE_POLICIES = ['Fail', 'Ignore']
export const MATCH_POLICIES = ['Equivalent', 'Exact']
export const REINVOCATION_POLICIES = ['IfNeeded', 'Never']
const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const SCOPES = ['*', 'Cluster', 'Namespaced']
const MOST_CONDITIONS = 64

/** Unset is fine here; `required` is where it is not. */
export const oneOf = (field: string, value: string | undefined, values: readonly string[]): Cause[] =>
  value === undefined || values.includes(value) ? [] : [notSupported(field, value, values)]

/** A star says it all. */
const alone = (items: readonly string[] | undefined, field: string, what: string): Cause[] =>
  items && items.length > 1 && items.includes('*') ? [invalid(field, items, `if '*' is present, must not specify other ${what}`)] : []

/** Which requests a webhook or a policy is for. */
export function validateRule(rule: RuleWithOperations, field: string): Cause[] {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule
  return [
    ...(operations.length === 0 ? [required(`${field}.operations`)] : []), ...alone(operations, `${field}.operations`, 'operations'),
    ...operations.flatMap((operation, index) => oneOf(`${field}.operations[${index}]`, operation, OPERATIONS)),
    ...(apiGroups.length === 0 ? [required(`${field}.apiGroups`)] : []), ...alone(apiGroups, `${field}.apiGroups`, 'API groups'),
    ...(apiVersions.length === 0 ? [required(`${field}.apiVersions`)] : []), ...alone(apiVersions, `${field}.apiVersions`, 'API versions'),
    ...apiVersions.flatMap((version, index) => (version ? [] : [required(`${field}.apiVersions[${index}]`)])),
    ...validateResources(resources, `${field}.resources`), ...oneOf(`${field}.scope`, scope, SCOPES),
  ]
}

/** `pods`, `pods/status`, and stars in either place, none of which makes another one needless. */
function validateResources(resources: readonly string[], field: string): Cause[] {
  if (resources.length === 0) return [required(field)]
  const causes: Cause[] = []
  const allOf = new Set<string>()
  const everywhere = new Set<string>()
  for (const [index, text] of resources.entries()) {
    if (text === '') causes.push(required(`${field}[${index}]`))
    const slash = text.indexOf('/')
    if (slash < 0) continue
    const [resource, part] = [text.slice(0, slash), text.slice(slash + 1)]
    if (allOf.has(resource)) causes.push(invalid(`${field}[${index}]`, text, `if '${resource}/*' is present, must not specify ${text}`))
    if (everywhere.has(part)) causes.push(invalid(`${field}[${index}]`, text, `if '*/${part}' is present, must not specify ${text}`))
    if (part === '*') allOf.add(resource)
    if (resource === '*') everywhere.add(part)
  }
  if (resources.length > 1 && resources.includes('*/*')) causes.push(invalid(field, resources, "if '*/*' is present, must not specify other resources"))
  // Only the last plain name counts: upstream forgets the ones before it.
  const lastPlain = resources.findLast(text => text !== '' && !text.includes('/'))
  if (resources.includes('*') && lastPlain !== '*') causes.push(invalid(field, resources, "if '*' is present, must not specify other resources without subresources"))
  return causes
}

function validateNamedRule(rule: NamedRuleWithOperations, field: string): Cause[] {
  const names = rule.resourceNames ?? []
  return [
    ...names.flatMap((name, index) => [
      ...invalidBy(`${field}.resourceNames[${index}]`, name, pathSegment), ...(names.indexOf(name) < index ? [duplicate(`${field}.resourceNames[${index}]`, name)] : []),
    ]),
    ...validateRule(rule, field),
  ]
}

/** Which requests a policy or a binding is for. */
export function validateMatchResources(match: MatchResources | undefined, field: string): Cause[] {
  if (!match) return []
  return [
    ...(match.matchPolicy !== undefined ? oneOf(`${field}.matchPolicy`, match.matchPolicy, MATCH_POLICIES) : [required(`${field}.matchPolicy`)]),
    ...(match.namespaceSelector ? validateLabelSelector(match.namespaceSelector, `${field}.namespaceSelector`) : [required(`${field}.namespaceSelector`)]),
    ...(match.objectSelector ? validateLabelSelector(match.objectSelector, `${field}.objectSelector`) : [required(`${field}.objectSelector`)]),
    ...(match.resourceRules ?? []).flatMap((rule, index) => validateNamedRule(rule, `${field}.resourceRules[${index}]`)),
    ...(match.excludeResourceRules ?? []).flatMap((rule, index) => validateNamedRule(rule, `${field}.excludeResourceRules[${index}]`)),
  ]
}

/** The form of match conditions; what their expressions say is not looked at here. */
export function validateMatchConditions(conditions: readonly MatchCondition[] | undefined, field: string): Cause[] {
  const names = (conditions ?? []).map(({ name }) => name)
  return [
    ...(names.length > MOST_CONDITIONS ? [tooMany(field, names.length, MOST_CONDITIONS)] : []),
    ...(conditions ?? []).flatMap(({ name, expression }, index) => [
      ...(expression.trim() ? [] : [required(`${field}[${index}].expression`)]),
      ...(name ? invalidBy(`${field}[${index}].name`, name, qualifiedName) : [required(`${field}[${index}].name`)]),
      ...(name && names.indexOf(name) < index ? [duplicate(`${field}[${index}].name`, name)] : []),
    ]),
  ]
}
