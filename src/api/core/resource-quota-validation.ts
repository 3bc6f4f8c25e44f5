import { compareQuantities } from '../../machinery/quantity.ts'
import type { Cause } from '../../machinery/status.ts'
import { invalid, required, sameJson } from '../validation.ts'
import { isQuotaResource, validateResourceName, validateResourceQuantity } from './resource-names.ts'
import type { ResourceQuota, ResourceQuotaSpec } from './resource-quota-schema.ts'

const POD_RESOURCES = ['pods', 'cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory']

/** The resources that each scope has a meaning for. */
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  Terminating: POD_RESOURCES, NotTerminating: POD_RESOURCES, BestEffort: ['pods'], NotBestEffort: POD_RESOURCES, PriorityClass: POD_RESOURCES,
  CrossNamespacePodAffinity: POD_RESOURCES, VolumeAttributesClass: ['persistentvolumeclaims', 'requests.storage'],
}
const CONFLICTS = [['BestEffort', 'NotBestEffort'], ['Terminating', 'NotTerminating']] as const
const EXISTS_ONLY = ['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'CrossNamespacePodAffinity']
const EXISTS_ONLY_RULE = "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"

export const validateResourceQuota = ({ spec }: ResourceQuota): Cause[] => [
  ...validateAmounts(spec.hard, 'spec.hard'), ...validateScopes(spec, 'spec.scopes'), ...validateScopeSelector(spec, 'spec.scopeSelector.matchExpressions'),
]

export const validateResourceQuotaStatus = ({ status }: ResourceQuota): Cause[] => [...validateAmounts(status.hard, 'status.hard'), ...validateAmounts(status.used, 'status.used')]

/** What a quota is about is fixed; how much it allows is not. */
export const validateResourceQuotaUpdate = ({ spec }: ResourceQuota, old: ResourceQuota): Cause[] =>
  sameJson([...new Set(spec.scopes)].sort(), [...new Set(old.spec.scopes)].sort()) ? [] : [invalid('spec.scopes', spec.scopes, 'field is immutable')]

function validateAmounts(amounts: Readonly<Record<string, string>> | undefined, field: string): Cause[] {
  return Object.keys(amounts ?? {}).sort().flatMap(name => {
    const path = `${field}[${name}]`
    const known = name.includes('/') || isQuotaResource(name) ? [] : [invalid(path, name, 'must be a standard resource for quota')]
    return [...validateResourceName(name, path), ...known, ...validateResourceQuantity(name, amounts![name]!, path)]
  })
}

const isScope = (scope: string): boolean => Object.hasOwn(SCOPES, scope)

/** Resources of the quota that the scope says nothing about. */
const misfits = (scope: string, { hard }: ResourceQuotaSpec): string[] =>
  Object.keys(hard ?? {}).filter(name => isQuotaResource(name) && !(isScope(scope) ? SCOPES[scope]! : []).includes(name) && isScope(scope))

const conflicts = (scopes: readonly string[]): number => CONFLICTS.filter(pair => pair.every(scope => scopes.includes(scope))).length

function validateScopes(spec: ResourceQuotaSpec, field: string): Cause[] {
  const scopes = spec.scopes ?? []
  const wrong = (detail: string) => (): Cause => invalid(field, scopes, detail)
  return [
    ...scopes.flatMap(scope => [...(isScope(scope) ? [] : [wrong('unsupported scope')()]), ...misfits(scope, spec).map(wrong('unsupported scope applied to resource'))]),
    ...Array.from({ length: conflicts(scopes) }, wrong('conflicting scopes')),
  ]
}

function validateScopeSelector(spec: ResourceQuotaSpec, field: string): Cause[] {
  const expressions = spec.scopeSelector?.matchExpressions ?? []
  const shown = { MatchExpressions: expressions.map(({ scopeName, operator, values }) => ({ ScopeName: scopeName, Operator: operator, Values: values ?? null })) }
  const causes: Cause[] = []
  for (const { scopeName, operator, values } of expressions) {
    if (!isScope(scopeName)) causes.push(invalid(`${field}.scopeName`, scopeName, 'unsupported scope'))
    causes.push(...misfits(scopeName, spec).map(() => invalid(field, shown, 'unsupported scope applied to resource')))
    if (EXISTS_ONLY.includes(scopeName) && operator !== 'Exists') causes.push(invalid(`${field}.operator`, operator, EXISTS_ONLY_RULE))
    if (operator === 'In' || operator === 'NotIn') {
      if (!values?.length) causes.push(required(`${field}.values`, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"))
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values?.length) causes.push(invalid(`${field}.values`, values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"))
    } else causes.push(invalid(`${field}.operator`, operator, 'not a valid selector operator'))
  }
  const conflicting = conflicts(expressions.map(({ scopeName }) => scopeName))
  return [...causes, ...Array.from({ length: conflicting }, () => invalid(field, spec.scopes, 'conflicting scopes'))]
}

/** Plain `cpu` is not among them upstream. */
const BELOW_LIMIT = [['requests.cpu', 'limits.cpu'], ['memory', 'limits.memory'], ['requests.memory', 'limits.memory']] as const

/** Requests beyond the limits can never be used up; authors of new quotas are told. */
export const resourceQuotaWarnings = ({ spec: { hard = {} } }: ResourceQuota, old: ResourceQuota | undefined): string[] =>
  old ? [] : BELOW_LIMIT.flatMap(([request, limit]) => {
    const [low, high] = [hard[request], hard[limit]]
    return low !== undefined && high !== undefined && compareQuantities(low, high) > 0 ? [`ResourceQuota ${request} (${low}) should be less than ${limit} (${high})`] : []
  })
