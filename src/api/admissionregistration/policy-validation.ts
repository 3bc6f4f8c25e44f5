import { dns1035Label, dnsSubdomain, pathSegment, qualifiedName } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { validateConditions } from '../meta/condition-validation.ts'
import { validateLabelSelector } from '../meta/selector-validation.ts'
import { duplicate, forbidden, invalid, invalidBy, notSupported, required, sameJson } from '../validation.ts'
import { FAILURE_POLICIES, oneOf, validateMatchConditions, validateMatchResources } from './match-validation.ts'
import type { MatchCondition, MatchResources, ParamKind, ParamRef, Variable } from './shared.ts'
import type { AuditAnnotation, ValidatingAdmissionPolicy, Validation } from './validating-admission-policy-schema.ts'

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']
const NOT_FOUND_ACTIONS = ['Deny', 'Allow']
const MOST_ANNOTATIONS = 20
const LONGEST_VALUE_EXPRESSION = 5 * 1024
const RESERVED = new Set([
  'true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while',
])

interface PolicySpec {
  readonly failurePolicy?: string | undefined
  readonly paramKind?: ParamKind | undefined
  readonly matchConstraints?: MatchResources | undefined
  readonly matchConditions?: MatchCondition[] | undefined
  readonly variables?: Variable[] | undefined
}

/** What policies that validate and policies that mutate have in common. Expressions are not compiled here. */
export function validatePolicyFrame(spec: PolicySpec, old?: PolicySpec): Cause[] {
  const { failurePolicy, paramKind, matchConstraints, matchConditions, variables } = spec
  const unchanged = old && sameJson(paramKind, old.paramKind) && sameJson(matchConditions, old.matchConditions)
  return [
    ...(failurePolicy !== undefined ? oneOf('spec.failurePolicy', failurePolicy, FAILURE_POLICIES) : [required('spec.failurePolicy')]),
    ...(paramKind ? validateParamKind(paramKind, 'spec.paramKind') : []),
    ...(matchConstraints ? validateMatchResources(matchConstraints, 'spec.matchConstraints') : [required('spec.matchConstraints')]),
    ...(matchConstraints && !matchConstraints.resourceRules?.length ? [required('spec.matchConstraints.resourceRules')] : []),
    ...(unchanged ? [] : validateMatchConditions(matchConditions, 'spec.matchConditions')),
    ...(variables ?? []).flatMap((variable, index) => validateVariable(variable, `spec.variables[${index}]`)),
  ]
}

function validateParamKind({ apiVersion = '', kind = '' }: ParamKind, field: string): Cause[] {
  const lower = dns1035Label(kind.toLowerCase())
  return [
    ...validateApiVersion(apiVersion, `${field}.apiVersion`),
    ...(kind ? lower.length > 0 ? [invalid(`${field}.kind`, kind, `may have mixed case, but should otherwise match: ${lower.join(',')}`)] : [] : [required(`${field}.kind`)]),
  ]
}

function validateApiVersion(apiVersion: string, field: string): Cause[] {
  if (!apiVersion) return [required(field)]
  const parts = apiVersion.split('/')
  if (parts.length > 2) return [invalid(field, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)]
  const [group, version] = parts.length === 2 ? parts as [string, string] : ['', apiVersion]
  const [wrongGroup, wrongVersion] = [group ? dnsSubdomain(group) : [], version ? dns1035Label(version) : []]
  return [
    ...(wrongGroup.length > 0 ? [invalid(field, group, wrongGroup.join(','))] : []),
    ...(version ? wrongVersion.length > 0 ? [invalid(field, version, wrongVersion.join(','))] : [] : [invalid(field, apiVersion, 'version must be specified')]),
  ]
}

function validateVariable({ name, expression }: Variable, field: string): Cause[] {
  const isIdentifier = /^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) && !RESERVED.has(name)
  return [
    ...(name.trim() ? isIdentifier ? [] : [invalid(`${field}.name`, name, 'must be a valid CEL identifier')] : [required(`${field}.name`, 'name is not specified')]),
    ...(expression.trim() ? [] : [required(`${field}.expression`, 'expression is not specified')]),
  ]
}

/** A policy that lets requests in or refuses them. */
export function validateValidatingPolicy({ metadata, spec }: ValidatingAdmissionPolicy, old?: ValidatingAdmissionPolicy): Cause[] {
  const causes = validatePolicyFrame(spec, old?.spec)
  const { validations = [], auditAnnotations = [] } = spec
  if (validations.length === 0 && auditAnnotations.length === 0) {
    const why = 'validations or auditAnnotations must contain at least one item'
    return [...causes, required('spec.validations', why), required('spec.auditAnnotations', why)]
  }
  causes.push(...validations.flatMap((validation, index) => validateValidation(validation, `spec.validations[${index}]`)))
  if (auditAnnotations.length > MOST_ANNOTATIONS) causes.push(invalid('spec.auditAnnotations', auditAnnotations.map(goAnnotation), `must not have more than ${MOST_ANNOTATIONS} auditAnnotations`))
  const keys = auditAnnotations.map(({ key }) => key)
  return [...causes, ...auditAnnotations.flatMap((annotation, index) => {
    const field = `spec.auditAnnotations[${index}]`
    return [...validateAnnotation(annotation, metadata.name, field), ...(keys.indexOf(annotation.key) < index ? [duplicate(`${field}.key`, annotation.key)] : [])]
  })]
}

const goAnnotation = ({ key, valueExpression }: AuditAnnotation): unknown => ({ Key: key, ValueExpression: valueExpression })

function validateValidation({ expression, message = '', messageExpression = '', reason }: Validation, field: string): Cause[] {
  const causes = expression.trim() ? [] : [required(`${field}.expression`, 'expression is not specified')]
  if (messageExpression && !messageExpression.trim()) causes.push(invalid(`${field}.messageExpression`, messageExpression, 'must be non-empty if specified'))
  if (message && !message.trim()) causes.push(invalid(`${field}.message`, message, 'must be non-empty if specified'))
  else if (/[\n\r]/.test(message.trim())) causes.push(invalid(`${field}.message`, message, 'must not contain line breaks'))
  return [...causes, ...oneOf(`${field}.reason`, reason, REASONS)]
}

function validateAnnotation({ key, valueExpression }: AuditAnnotation, policy: string, field: string): Cause[] {
  const causes = policy ? invalidBy(`${field}.key`, `${policy}/${key}`, qualifiedName) : [invalid(`${field}.key`, key, 'requires metadata.name be non-empty')]
  const text = valueExpression.trim()
  if (!text) return [...causes, required(`${field}.valueExpression`, 'valueExpression is not specified')]
  return text.length > LONGEST_VALUE_EXPRESSION ? [...causes, required(`${field}.valueExpression`, `must not exceed ${LONGEST_VALUE_EXPRESSION} bytes in length`)] : causes
}

/** What type checking found, and the conditions. */
export function validatePolicyStatus({ status }: ValidatingAdmissionPolicy): Cause[] {
  const warnings = status?.typeChecking?.expressionWarnings ?? []
  return [
    ...warnings.flatMap(({ fieldRef, warning }, index) => {
      const field = `status.typeChecking.expressionWarnings[${index}]`
      return [...(warning ? [] : [required(`${field}.warning`)]), ...(fieldRef.trim() ? [] : [required(`${field}.fieldRef`)])]
    }),
    ...validateConditions(status?.conditions, 'status.conditions'),
  ]
}

interface BindingSpec {
  readonly policyName?: string | undefined
  readonly paramRef?: ParamRef | undefined
  readonly matchResources?: MatchResources | undefined
}

/** What binds a policy to requests and parameters. */
export const validateBinding = ({ policyName, paramRef, matchResources }: BindingSpec): Cause[] => [
  ...(policyName ? invalidBy('spec.policyName', policyName, dnsSubdomain) : [required('spec.policyName')]),
  ...(paramRef ? validateParamRef(paramRef, 'spec.paramRef') : []), ...validateMatchResources(matchResources, 'spec.matchResources'),
]

function validateParamRef({ name, selector, parameterNotFoundAction: action }: ParamRef, field: string): Cause[] {
  const both = name && selector
  const causes: Cause[] = []
  if (name) causes.push(...invalidBy(`${field}.name`, name, pathSegment))
  if (both) causes.push(forbidden(`${field}.name`, 'name and selector are mutually exclusive'))
  if (selector) causes.push(...validateLabelSelector(selector, `${field}.selector`))
  if (both) causes.push(forbidden(`${field}.selector`, 'name and selector are mutually exclusive'))
  if (!name && !selector) causes.push(required(field, 'one of name or selector must be specified'))
  if (!action) return [...causes, required(`${field}.parameterNotFoundAction`)]
  return NOT_FOUND_ACTIONS.includes(action) ? causes : [...causes, notSupported(`${field}.parameterNotFoundAction`, action, NOT_FOUND_ACTIONS)]
}

const ACTIONS = ['Audit', 'Deny', 'Warn']

/** What happens when a request fails a validation. */
export function validateActions(actions: readonly string[] | undefined): Cause[] {
  const field = 'spec.validationActions'
  if (!actions?.length) return [required(field, 'at least one validation action is required')]
  const causes = actions.flatMap((action, index) => [
    ...oneOf(`${field}[${index}]`, action, ACTIONS), ...(actions.indexOf(action) < index ? [duplicate(`${field}[${index}]`, action)] : []),
  ])
  if (!actions.includes('Deny') || !actions.includes('Warn')) return causes
  return [...causes, invalid(field, actions, 'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)')]
}
