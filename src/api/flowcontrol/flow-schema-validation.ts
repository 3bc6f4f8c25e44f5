import { dnsLabel, dnsSubdomain } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { forbidden, invalid, invalidBy, notSupported, required, sameJson } from '../validation.ts'
import { validateConditions } from './conditions.ts'
import type { FlowSchema, FlowSchemaSpec, NonResourcePolicyRule, PolicyRulesWithSubjects, ResourcePolicyRule, Subject } from './flow-schema-schema.ts'
import { mandatoryFlowSchemas } from './mandatory.ts'

const HIGHEST_PRECEDENCE = 10_000
const DISTINGUISHERS = ['ByNamespace', 'ByUser']
const SUBJECT_KINDS = ['Group', 'ServiceAccount', 'User']
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch']

export function validateFlowSchema({ metadata, spec, status }: FlowSchema): Cause[] {
  const causes = validateSpec(spec, metadata.name)
  const fixed = mandatoryFlowSchemas.get(metadata.name)
  if (fixed && !sameJson(spec, fixed)) causes.push(invalid('spec', goSpec(spec), `spec of '${metadata.name}' must equal the fixed value`))
  return [...causes, ...validateConditions(status?.conditions)]
}

export const validateFlowSchemaStatus = ({ status }: FlowSchema): Cause[] => validateConditions(status?.conditions)

function validateSpec(spec: FlowSchemaSpec, name: string): Cause[] {
  const causes: Cause[] = []
  const precedence = spec.matchingPrecedence ?? 0
  if (precedence <= 0) causes.push(invalid('spec.matchingPrecedence', precedence, 'must be a positive value'))
  if (precedence > HIGHEST_PRECEDENCE) causes.push(invalid('spec.matchingPrecedence', precedence, `must not be greater than ${HIGHEST_PRECEDENCE}`))
  if (precedence === 1 && name !== 'exempt') causes.push(invalid('spec.matchingPrecedence', precedence, "only the schema named 'exempt' may have matchingPrecedence 1"))
  const { distinguisherMethod: method, priorityLevelConfiguration: { name: level } } = spec
  // The whole method is shown, with the names of Go's fields: so upstream does.
  if (method && !DISTINGUISHERS.includes(method.type)) causes.push(notSupported('spec.distinguisherMethod.type', { Type: method.type }, DISTINGUISHERS))
  const field = 'spec.priorityLevelConfiguration.name'
  causes.push(...(level ? invalidBy(field, level, dnsSubdomain) : [required(field, 'must reference a priority level')]))
  return [...causes, ...(spec.rules ?? []).flatMap((rule, index) => validateRules(rule, `spec.rules[${index}]`))]
}

function validateRules({ subjects, resourceRules, nonResourceRules }: PolicyRulesWithSubjects, field: string): Cause[] {
  const causes = subjects?.length
    ? subjects.flatMap((subject, index) => validateSubject(subject, `${field}.subjects[${index}]`))
    : [required(`${field}.subjects`, 'subjects must contain at least one value')]
  if (!resourceRules?.length && !nonResourceRules?.length) causes.push(required(field, 'at least one of resourceRules and nonResourceRules has to be non-empty'))
  return [
    ...causes, ...(resourceRules ?? []).flatMap((rule, index) => validateResourceRule(rule, `${field}.resourceRules[${index}]`)),
    ...(nonResourceRules ?? []).flatMap((rule, index) => validateNonResourceRule(rule, `${field}.nonResourceRules[${index}]`)),
  ]
}

function validateSubject(subject: Subject, field: string): Cause[] {
  const { kind, user, group, serviceAccount } = subject
  if (!SUBJECT_KINDS.includes(kind)) return [notSupported(`${field}.kind`, kind, SUBJECT_KINDS)]
  const causes: Cause[] = []
  const own = { User: 'user', Group: 'group', ServiceAccount: 'serviceAccount' }[kind as 'User' | 'Group' | 'ServiceAccount']
  if (subject[own as 'user'] === undefined) causes.push(required(`${field}.${own}`, `${own} is required when subject kind is '${kind}'`))
  if (kind === 'User' && user && !user.name) causes.push(required(`${field}.user.name`))
  if (kind === 'Group' && group && !group.name) causes.push(required(`${field}.group.name`))
  if (kind === 'ServiceAccount' && serviceAccount) causes.push(...validateAccount(serviceAccount, `${field}.serviceAccount`))
  const others = [['serviceAccount', 'ServiceAccount'], ['user', 'User'], ['group', 'Group']] as const
  for (const [name, owner] of others) {
    if (owner !== kind && subject[name] !== undefined) causes.push(forbidden(`${field}.${name}`, `${name} is forbidden when subject kind is not '${owner}'`))
  }
  return causes
}

const validateAccount = ({ name, namespace }: { name: string; namespace: string }, field: string): Cause[] => [
  ...(name === '' ? [required(`${field}.name`)] : name === '*' ? [] : invalidBy(`${field}.name`, name, dnsSubdomain)),
  ...(namespace ? invalidBy(`${field}.namespace`, namespace, dnsLabel) : [required(`${field}.namespace`, 'must specify namespace for service account')]),
]

function validateVerbs(verbs: readonly string[] | undefined, field: string): Cause[] {
  if (!verbs?.length) return [required(field, 'verbs must contain at least one value')]
  if (verbs.includes('*')) return alone(verbs, field, 'verbs')
  return verbs.every(verb => VERBS.includes(verb)) ? [] : [notSupported(field, verbs, VERBS)]
}

/** A star says it all. */
const alone = (items: readonly string[], field: string, what: string): Cause[] =>
  items.includes('*') && items.length > 1 ? [invalid(field, items, `if '*' is present, must not specify other ${what}`)] : []

function validateResourceRule({ verbs, apiGroups, resources, namespaces, clusterScope }: ResourcePolicyRule, field: string): Cause[] {
  const causes = validateVerbs(verbs, `${field}.verbs`)
  if (apiGroups?.length) causes.push(...alone(apiGroups, `${field}.apiGroups`, 'api groups'))
  else causes.push(required(`${field}.apiGroups`, 'resource rules must supply at least one api group'))
  if (resources?.length) causes.push(...alone(resources, `${field}.resources`, 'resources'))
  else causes.push(required(`${field}.resources`, 'resource rules must supply at least one resource'))
  const path = `${field}.namespaces`
  if (!namespaces?.length) return clusterScope ? causes : [...causes, required(path, 'resource rules that are not cluster scoped must supply at least one namespace')]
  if (namespaces.includes('*')) return [...causes, ...alone(namespaces, path, 'namespaces')]
  const problems = (name: string): string[] => dnsLabel(name).map(problem => `each member of this list must be '*' or a DNS-1123 label; ${problem}`)
  return [...causes, ...namespaces.flatMap((name, index) => invalidBy(`${path}[${index}]`, name, problems))]
}

function validateNonResourceRule({ verbs, nonResourceURLs: urls }: NonResourcePolicyRule, field: string): Cause[] {
  const causes = validateVerbs(verbs, `${field}.verbs`)
  const path = `${field}.nonResourceURLs`
  if (!urls?.length) return [...causes, required(path, 'nonResourceURLs must contain at least one value')]
  if (urls.includes('*')) return [...causes, ...alone(urls, path, 'non-resource URLs')]
  return [...causes, ...urls.flatMap((url, index) => invalidBy(`${path}[${index}]`, url, urlProblems))]
}

/** What is wrong with a URL's path that may end in a star; the first thing only. */
function urlProblems(url: string): string[] {
  if (url === '') return ['must not be empty']
  if (url === '/') return []
  if (!url.startsWith('/')) return ['must start with slash']
  if (url.includes(' ')) return ['must not contain white-space']
  if (url.includes('//')) return ['must not contain double slash']
  const stars = url.split('*').length - 1
  return stars > 1 || (stars === 1 && !url.endsWith('/*')) ? ['wildcard can only do suffix matching'] : []
}

/** The spec as messages show it: with the names of Go's fields. */
const goSpec = ({ priorityLevelConfiguration, matchingPrecedence, distinguisherMethod, rules }: FlowSchemaSpec): unknown => ({
  PriorityLevelConfiguration: { Name: priorityLevelConfiguration.name }, MatchingPrecedence: matchingPrecedence,
  DistinguisherMethod: distinguisherMethod ? { Type: distinguisherMethod.type } : null, Rules: rules?.map(goRules) ?? null,
})

const goRules = ({ subjects, resourceRules, nonResourceRules }: PolicyRulesWithSubjects): unknown => ({
  Subjects: subjects.map(({ kind, user, group, serviceAccount }) => ({
    Kind: kind, User: user ? { Name: user.name } : null, Group: group ? { Name: group.name } : null,
    ServiceAccount: serviceAccount ? { Namespace: serviceAccount.namespace, Name: serviceAccount.name } : null,
  })),
  ResourceRules: resourceRules?.map(({ verbs, apiGroups, resources, clusterScope, namespaces }) => ({
    Verbs: verbs, APIGroups: apiGroups, Resources: resources, ClusterScope: clusterScope ?? false, Namespaces: namespaces ?? null,
  })) ?? null,
  NonResourceRules: nonResourceRules?.map(({ verbs, nonResourceURLs }) => ({ Verbs: verbs, NonResourceURLs: nonResourceURLs })) ?? null,
})
