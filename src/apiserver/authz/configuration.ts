import { duplicate, invalid, notSupported, required } from '../../api/validation.ts'
import { dnsSubdomain } from '../../machinery/names.ts'
import { formatDuration, parseDuration } from '../../machinery/schema/duration.ts'
import { bool, duration, list, object, ref, string, struct, type Infer } from '../../machinery/schema/schema.ts'
import { badRequest, type Cause } from '../../machinery/status.ts'
import { readConfiguration, refuseConfiguration, type ConfigurationKind } from '../configuration/read.ts'
import { matchConditionCauses } from './match-conditions.ts'

/** `--authorization-mode`'s values. */
export const AUTHORIZATION_TYPES = ['ABAC', 'AlwaysAllow', 'AlwaysDeny', 'Node', 'RBAC', 'Webhook'] as const
export type AuthorizationType = (typeof AUTHORIZATION_TYPES)[number]

const matchConditionShape = object('WebhookMatchCondition', { expression: string(1) })
export interface MatchCondition extends Infer<typeof matchConditionShape> {}

const connectionInfo = object('WebhookConnectionInfo', { type: string(1), kubeConfigFile: string(2, { pointer: true }) })

const webhookShape = object('WebhookConfiguration', {
  authorizedTTL: duration(1), cacheAuthorizedRequests: bool(2, { pointer: true }), unauthorizedTTL: duration(3), cacheUnauthorizedRequests: bool(4, { pointer: true }),
  timeout: duration(5), subjectAccessReviewVersion: string(6), matchConditionSubjectAccessReviewVersion: string(7), failurePolicy: string(8),
  connectionInfo: struct(9, connectionInfo), matchConditions: list(10, matchConditionShape),
})
/** How a webhook is asked, with all that may be left out filled in. */
export interface WebhookConfiguration extends Infer<typeof webhookShape> {}

const authorizerShape = object('AuthorizerConfiguration', { type: string(1), name: string(2), webhook: ref(3, webhookShape) })
export interface AuthorizerConfiguration extends Infer<typeof authorizerShape> {}

const shape = object('AuthorizationConfiguration', { apiVersion: string(1), kind: string(2), authorizers: list(3, authorizerShape) })
/** apiserver.config.k8s.io AuthorizationConfiguration (KEP-3221). */
export interface AuthorizationConfiguration extends Infer<typeof shape> {}

const KIND: ConfigurationKind<AuthorizationConfiguration> = { kind: 'AuthorizationConfiguration', group: 'apiserver.config.k8s.io', versions: ['v1', 'v1beta1', 'v1alpha1'], schema: shape, failure: 'failed to load AuthorizationConfiguration from file' }

const LONGEST_TIMEOUT = 30_000_000_000n
const nanos = (text: string | undefined): bigint => parseDuration(text ?? '') ?? 0n
/** Milliseconds of a duration in a configuration. */
export const millisOf = (text: string | undefined): number => Number(nanos(text)) / 1e6

/** Reads `--authorization-config`. Throws a StatusError that says everything that is wrong. `needed` are types that must stay, because the server was started with them. */
export function readAuthorizationConfiguration(text: string, needed: readonly string[] = []): AuthorizationConfiguration {
  const read = readConfiguration(text, KIND)
  const configuration = { ...read, authorizers: (read.authorizers ?? []).map(each => (each.webhook ? { ...each, webhook: withDefaults(each.webhook) } : each)) }
  refuseConfiguration(causesOf(configuration))
  const others = configuration.authorizers.filter(({ type }) => type !== 'Webhook')
  const names = others.filter(({ type = '', name }) => name !== type.toLowerCase()).map(({ type = '', name }) => `expected name ${type.toLowerCase()} for authorizer ${type} instead of ${name}`)
  const missing = needed.filter(type => !others.some(each => each.type === type)).sort()
  refuseConfiguration([], [...names, ...(missing.length > 0 ? [`missing required types: [${missing.join(' ')}]`] : [])])
  return configuration
}

const withDefaults = (webhook: WebhookConfiguration): WebhookConfiguration => ({
  ...webhook,
  authorizedTTL: nanos(webhook.authorizedTTL) === 0n ? '5m0s' : webhook.authorizedTTL!, unauthorizedTTL: nanos(webhook.unauthorizedTTL) === 0n ? '30s' : webhook.unauthorizedTTL!,
  cacheAuthorizedRequests: webhook.cacheAuthorizedRequests ?? true, cacheUnauthorizedRequests: webhook.cacheUnauthorizedRequests ?? true,
})

function causesOf({ authorizers = [] }: AuthorizationConfiguration): Cause[] {
  if (authorizers.length === 0) return [required('authorizers', 'at least one authorization mode must be defined')]
  const [types, names] = [new Set<string>(), new Set<string>()]
  return authorizers.flatMap(({ type = '', name = '', webhook }, index) => {
    const at = `authorizers[${index}]`
    if (!type) return [required(`${at}.type`)]
    if (!AUTHORIZATION_TYPES.some(known => known === type)) return [notSupported(`${at}.type`, type, AUTHORIZATION_TYPES)]
    if (types.has(type) && type !== 'Webhook') return [duplicate(`${at}.type`, type)]
    types.add(type)
    const causes = nameCauses(`${at}.name`, name, names)
    names.add(name)
    if (type !== 'Webhook') return webhook ? [...causes, invalid(`${at}.webhook`, 'non-null', 'may only be specified when type=Webhook')] : causes
    return [...causes, ...(webhook ? webhookCauses(at, webhook) : [required(`${at}.webhook`, 'required when type=Webhook')])]
  })
}

function nameCauses(field: string, name: string, taken: ReadonlySet<string>): Cause[] {
  if (!name) return [required(field)]
  if (taken.has(name)) return [duplicate(field, name)]
  const problems = dnsSubdomain(name)
  return problems.length > 0 ? [invalid(field, name, `authorizer name is invalid: ${problems.join(', ')}`)] : []
}

function webhookCauses(at: string, webhook: WebhookConfiguration): Cause[] {
  const { subjectAccessReviewVersion: version = '', matchConditionSubjectAccessReviewVersion: matchVersion = '', failurePolicy = '', matchConditions = [] } = webhook
  const causes = [
    ...timeCauses(`${at}.timeout`, webhook.timeout, LONGEST_TIMEOUT), ...timeCauses(`${at}.authorizedTTL`, webhook.authorizedTTL), ...timeCauses(`${at}.unauthorizedTTL`, webhook.unauthorizedTTL),
    ...chosen(`${at}.subjectAccessReviewVersion`, version, ['v1', 'v1beta1']),
  ]
  if (matchVersion) causes.push(...chosen(`${at}.matchConditionSubjectAccessReviewVersion`, matchVersion, ['v1']))
  else if (matchConditions.length > 0) causes.push(required(`${at}.matchConditionSubjectAccessReviewVersion`, 'required if match conditions are specified'))
  causes.push(...chosen(`${at}.failurePolicy`, failurePolicy, ['NoOpinion', 'Deny']), ...connectionCauses(`${at}.connectionInfo`, webhook.connectionInfo), ...matchConditionCauses(`${at}.matchConditions`, matchConditions))
  return causes
}

function timeCauses(field: string, text: string | undefined, longest?: bigint): Cause[] {
  const time = nanos(text)
  if (time === 0n) return [required(field)]
  if (time > 0n && (longest === undefined || time <= longest)) return []
  return [invalid(field, formatDuration(time), longest === undefined ? 'must be > 0s' : 'must be > 0s and <= 30s')]
}

const chosen = (field: string, value: string, values: readonly string[]): Cause[] =>
  value === '' ? [required(field)] : values.includes(value) ? [] : [notSupported(field, value, values)]

function connectionCauses(at: string, { type = '', kubeConfigFile: file }: WebhookConfiguration['connectionInfo']): Cause[] {
  const field = `${at}.kubeConfigFile`
  if (type === 'InClusterConfig') return file === undefined ? [] : [invalid(field, file, 'can only be set when type=KubeConfigFile')]
  if (type !== 'KubeConfigFile') return chosen(`${at}.type`, type, ['InClusterConfig', 'KubeConfigFile'])
  if (!file) return [required(field)]
  return file.startsWith('/') ? [] : [invalid(field, file, 'must be an absolute path')]
}

/** What the older flags mean (`--authorization-mode`, `--authorization-webhook-*`). */
export interface LegacyAuthorizationFlags {
  readonly modes: readonly string[]
  readonly webhookConfigFile?: string
  readonly webhookVersion?: string
  readonly authorizedTTL?: string
  readonly unauthorizedTTL?: string
  readonly policyFile?: string
}

/** The configuration that flags stand for. */
export function authorizationFromFlags(flags: LegacyAuthorizationFlags): AuthorizationConfiguration {
  const { modes, webhookConfigFile, webhookVersion = 'v1beta1', authorizedTTL = '5m0s', unauthorizedTTL = '30s' } = flags
  refuseFlags(flags)
  return {
    authorizers: modes.map(type => type !== 'Webhook' ? { type, name: type.toLowerCase() } : {
      type, name: 'default',
      webhook: {
        authorizedTTL, cacheAuthorizedRequests: nanos(authorizedTTL) !== 0n, unauthorizedTTL, cacheUnauthorizedRequests: nanos(unauthorizedTTL) !== 0n,
        timeout: '30s', failurePolicy: 'NoOpinion', subjectAccessReviewVersion: webhookVersion, connectionInfo: { type: 'KubeConfigFile', kubeConfigFile: webhookConfigFile! },
      },
    }),
  }
}

function refuseFlags({ modes, webhookConfigFile, webhookVersion = 'v1beta1', policyFile }: LegacyAuthorizationFlags): void {
  const wrong: string[] = []
  if (modes.length === 0) wrong.push('at least one authorization-mode must be passed')
  for (const mode of modes) if (!AUTHORIZATION_TYPES.some(known => known === mode)) wrong.push(`authorization-mode ${JSON.stringify(mode)} is not a valid mode`)
  if (modes.includes('ABAC') && !policyFile) wrong.push("authorization-mode ABAC's authorization policy file not passed")
  if (policyFile && !modes.includes('ABAC')) wrong.push('cannot specify --authorization-policy-file without mode ABAC')
  if (modes.includes('Webhook') && !webhookConfigFile) wrong.push("authorization-mode Webhook's authorization config file not passed")
  if (webhookConfigFile && !modes.includes('Webhook')) wrong.push('cannot specify --authorization-webhook-config-file without mode Webhook')
  if (new Set(modes).size !== modes.length) wrong.push(`authorization-mode [${modes.map(mode => JSON.stringify(mode)).join(' ')}] has mode specified more than once`)
  if (!['v1', 'v1beta1'].includes(webhookVersion)) wrong.push(`unsupported webhook authorizer version ${JSON.stringify(webhookVersion)}, supported versions are "v1", "v1beta1"`)
  if (wrong.length > 0) throw badRequest(wrong.join('; '))
}
