import type { User } from '../../api/request.ts'
import { invalid, notSupported, required } from '../../api/validation.ts'
import { dnsSubdomain } from '../../machinery/names.ts'
import { bool, list, object, rawExtension, string, type Infer } from '../../machinery/schema/schema.ts'
import type { Cause } from '../../machinery/status.ts'
import { badRequest } from '../../machinery/status.ts'
import { readConfiguration, refuseConfiguration, type ConfigurationKind } from '../configuration/read.ts'
import type { RequestInfo } from '../request-info.ts'

const LEVELS = ['None', 'Metadata', 'Request', 'RequestResponse'] as const
export type AuditLevel = (typeof LEVELS)[number]
export const STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const
export type Stage = (typeof STAGES)[number]

const groupShape = object('GroupResources', { group: string(1), resources: list(2, 'string'), resourceNames: list(3, 'string') })
interface GroupResources extends Infer<typeof groupShape> {}

const ruleShape = object('PolicyRule', {
  level: string(1, { enum: LEVELS }), users: list(2, 'string'), userGroups: list(3, 'string'), verbs: list(4, 'string'), resources: list(5, groupShape), namespaces: list(6, 'string'),
  nonResourceURLs: list(7, 'string'), omitStages: list(8, 'string'), omitManagedFields: bool(9, { pointer: true }),
})
export interface AuditRule extends Infer<typeof ruleShape> {}

const policyShape = object('Policy', { apiVersion: string(1), kind: string(2), metadata: rawExtension(3), rules: list(4, ruleShape), omitStages: list(5, 'string'), omitManagedFields: bool(6) })
/** audit.k8s.io/v1 Policy. */
export interface AuditPolicy extends Infer<typeof policyShape> {}

const KIND: ConfigurationKind<AuditPolicy> = { kind: 'Policy', group: 'audit.k8s.io', versions: ['v1'], schema: policyShape, failure: 'loading audit policy file: failed decoding' }

/** What is written down of one request. */
export interface AuditDecision {
  readonly level: AuditLevel
  readonly omitStages: ReadonlySet<string>
  readonly omitManagedFields: boolean
}

/** Who did what, and nothing of what anybody said: no body ever reaches the log. Health checks are left out. */
export const METADATA_POLICY: AuditPolicy = {
  omitStages: ['RequestReceived'],
  rules: [{ level: 'None', nonResourceURLs: ['/healthz*', '/livez*', '/readyz*', '/version', '/openapi/*'] }, { level: 'Metadata' }],
}

/** Reads a policy file. Throws a StatusError that says what is wrong. */
export function readAuditPolicy(text: string): AuditPolicy {
  const policy = readConfiguration(text, KIND)
  if (!policy.rules?.length) throw badRequest('loading audit policy file: loaded illegal policy with 0 rules')
  refuseConfiguration([...stageCauses('omitStages', policy.omitStages), ...policy.rules.flatMap((rule, index) => ruleCauses(`rules[${index}]`, rule))], [], 'loading audit policy file: ')
  return policy
}

function ruleCauses(at: string, { level, nonResourceURLs = [], resources = [], namespaces = [], omitStages }: AuditRule): Cause[] {
  const causes = !level ? [required(`${at}.level`)] : LEVELS.includes(level) ? [] : [notSupported(`${at}.level`, level, LEVELS)]
  for (const [index, url] of nonResourceURLs.entries()) {
    if (url === '*') continue
    const field = `${at}.nonResourceURLs[${index}]`
    if (!url.startsWith('/')) causes.push(invalid(field, url, "non-resource URL rules must begin with a '/' character"))
    if (url.slice(0, -1).includes('*')) causes.push(invalid(field, url, "non-resource URL wildcards '*' must be the final character of the rule"))
  }
  for (const { group = '', resources: names = [], resourceNames = [] } of resources) {
    const problems = group && group !== '*' ? dnsSubdomain(group) : []
    if (problems.length > 0) causes.push(invalid(`${at}.resources.group`, group, problems.join(',')))
    if (resourceNames.length > 0 && names.length === 0) causes.push(invalid(`${at}.resources.resourceNames`, resourceNames, 'using resourceNames requires at least one resource'))
  }
  causes.push(...stageCauses(`${at}.omitStages`, omitStages))
  if (nonResourceURLs.length > 0 && (resources.length > 0 || namespaces.length > 0)) causes.push(invalid(`${at}.nonResourceURLs`, nonResourceURLs, 'rules cannot apply to both regular resources and non-resource URLs'))
  return causes
}

const stageCauses = (at: string, stages: readonly string[] = []): Cause[] =>
  stages.flatMap((stage, index) => (STAGES.some(known => known === stage) ? [] : [invalid(`${at}[${index}]`, stage, `allowed stages are ${STAGES.join(',')}`)]))

/** Policies decide by rules alone, so what a rule leads to is made once. */
export function createAuditDecisions(policy: AuditPolicy): (user: User, info: RequestInfo) => AuditDecision {
  const decisionOf = (rule?: AuditRule): AuditDecision => ({
    level: rule?.level ?? 'None', omitStages: new Set([...(policy.omitStages ?? []), ...(rule?.omitStages ?? [])]), omitManagedFields: rule?.omitManagedFields ?? policy.omitManagedFields ?? false,
  })
  const rules = (policy.rules ?? []).map(rule => ({ rule, decision: decisionOf(rule) }))
  const none = decisionOf()
  return (user, info) => rules.find(({ rule }) => fits(rule, user, info))?.decision ?? none
}

const allows = (items: readonly string[] | undefined, test: (item: string) => boolean): boolean => !items?.length || items.some(test)

/** The first rule that fits decides; what none fits is not written down. */
function fits(rule: AuditRule, { name, groups }: User, info: RequestInfo): boolean {
  if (!allows(rule.users, each => each === name) || !allows(rule.userGroups, each => groups.includes(each)) || !allows(rule.verbs, each => each === info.verb)) return false
  if (rule.namespaces?.length || rule.resources?.length) return info.type === 'resource' && allows(rule.namespaces, each => each === (info.namespace ?? '')) && (!rule.resources?.length || rule.resources.some(each => covers(each, info)))
  return !rule.nonResourceURLs?.length || (info.type === 'path' && rule.nonResourceURLs.some(url => url === '*' || url === info.path || (url.endsWith('*') && info.path.startsWith(url.replace(/\*+$/, '')))))
}

function covers({ group = '', resources, resourceNames }: GroupResources, info: Extract<RequestInfo, { type: 'resource' }>): boolean {
  if (group !== '*' && group !== info.group) return false
  if (!resources?.length) return true
  if (resourceNames?.length && !resourceNames.includes(info.name ?? '')) return false
  const asked = info.subresource ? `${info.resource}/${info.subresource}` : info.resource
  return resources.some(each => each === '*' || each === asked || (!!info.subresource && each === `*/${info.subresource}`) || each === `${info.resource}/*`)
}
