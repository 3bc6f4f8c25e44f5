import type { User } from '../../api/request.ts'
import { badRequest } from '../../machinery/status.ts'
import { parseYaml } from '../../machinery/yaml.ts'
import type { RequestInfo } from '../request-info.ts'

const LEVELS = ['None', 'Metadata', 'Request', 'RequestResponse'] as const
export type AuditLevel = (typeof LEVELS)[number]
export const STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const
export type Stage = (typeof STAGES)[number]

interface GroupResources {
  readonly group?: string
  readonly resources?: readonly string[]
  readonly resourceNames?: readonly string[]
}

export interface AuditRule {
  readonly level: AuditLevel
  readonly users?: readonly string[]
  readonly userGroups?: readonly string[]
  readonly verbs?: readonly string[]
  readonly resources?: readonly GroupResources[]
  readonly namespaces?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
  readonly omitStages?: readonly Stage[]
  readonly omitManagedFields?: boolean
}

/** audit.k8s.io/v1 Policy. */
export interface AuditPolicy {
  readonly rules: readonly AuditRule[]
  readonly omitStages?: readonly Stage[]
  readonly omitManagedFields?: boolean
}

/** What is written down of one request. */
export interface AuditDecision {
  readonly level: AuditLevel
  readonly omitStages: ReadonlySet<Stage>
  readonly omitManagedFields: boolean
}

/** Who did what, and nothing of what anybody said: no body ever reaches the log. Health checks are left out. */
export const METADATA_POLICY: AuditPolicy = {
  omitStages: ['RequestReceived'],
  rules: [{ level: 'None', nonResourceURLs: ['/healthz*', '/livez*', '/readyz*', '/version', '/openapi/*'] }, { level: 'Metadata' }],
}

/** Reads a policy file. Throws a StatusError that says what is wrong. */
export function readAuditPolicy(text: string): AuditPolicy {
  const policy = parseYaml(text).value as { apiVersion?: unknown; kind?: unknown; rules?: AuditRule[] } & AuditPolicy
  if (policy?.kind !== 'Policy' || policy.apiVersion !== 'audit.k8s.io/v1') throw badRequest('an audit policy has apiVersion audit.k8s.io/v1 and kind Policy')
  if (!policy.rules?.length) throw badRequest('an audit policy needs at least one rule')
  for (const [index, rule] of policy.rules.entries()) {
    const where = `rules[${index}]`
    if (!LEVELS.includes(rule.level)) throw badRequest(`${where}.level: ${JSON.stringify(rule.level)} is none of ${LEVELS.join(', ')}`)
    if (rule.nonResourceURLs && (rule.resources || rule.namespaces)) throw badRequest(`${where}: nonResourceURLs stand alone, without resources and namespaces`)
  }
  const unknown = [policy, ...policy.rules].flatMap(({ omitStages }) => omitStages ?? []).find(stage => !STAGES.includes(stage))
  if (unknown !== undefined) throw badRequest(`omitStages: ${JSON.stringify(unknown)} is none of ${STAGES.join(', ')}`)
  return policy
}

/** The first rule that fits decides; what none fits is not written down. */
export function decide(policy: AuditPolicy, user: User, info: RequestInfo): AuditDecision {
  const rule = policy.rules.find(each => fits(each, user, info))
  return {
    level: rule?.level ?? 'None', omitStages: new Set([...(policy.omitStages ?? []), ...(rule?.omitStages ?? [])]), omitManagedFields: rule?.omitManagedFields ?? policy.omitManagedFields ?? false,
  }
}

const allows = (list: readonly string[] | undefined, test: (item: string) => boolean): boolean => !list?.length || list.some(test)

function fits(rule: AuditRule, { name, groups }: User, info: RequestInfo): boolean {
  if (!allows(rule.users, each => each === name) || !allows(rule.userGroups, each => groups.includes(each)) || !allows(rule.verbs, each => each === info.verb)) return false
  if (info.type === 'path') return !rule.resources?.length && !rule.namespaces?.length && allows(rule.nonResourceURLs, url => url === '*' || url === info.path || (url.endsWith('*') && info.path.startsWith(url.slice(0, -1))))
  if (rule.nonResourceURLs?.length) return false
  return allows(rule.namespaces, each => each === (info.namespace ?? '')) && (!rule.resources?.length || rule.resources.some(each => covers(each, info)))
}

function covers({ group = '', resources, resourceNames }: GroupResources, info: Extract<RequestInfo, { type: 'resource' }>): boolean {
  if (group !== info.group) return false
  if (!resources?.length) return true
  const asked = info.subresource ? `${info.resource}/${info.subresource}` : info.resource
  const fitting = resources.some(each => each === '*' || each === asked || (!!info.subresource && (each === `*/${info.subresource}` || each === `${info.resource}/*`)))
  return fitting && (!resourceNames?.length || resourceNames.includes(info.name ?? ''))
}
