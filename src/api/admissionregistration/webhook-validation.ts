import { dns1035Label, dnsSubdomain } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { validateLabelSelector } from '../meta/selector-validation.ts'
import { duplicate, invalid, invalidBy, notSupported, required, sameJson } from '../validation.ts'
import { validateWebhookService, validateWebhookUrl } from '../webhook-address.ts'
import { FAILURE_POLICIES, MATCH_POLICIES, oneOf, REINVOCATION_POLICIES, validateMatchConditions, validateRule } from './match-validation.ts'
import type { MutatingWebhook } from './mutating-webhook-configuration-schema.ts'
import type { WebhookClientConfig } from './shared.ts'
import type { ValidatingWebhook } from './validating-webhook-configuration-schema.ts'

type Webhook = ValidatingWebhook | MutatingWebhook
const REVIEW_VERSIONS = ['v1', 'v1beta1']
const NO_EFFECTS = ['None', 'NoneOnDryRun']
const ALL_EFFECTS = ['None', 'NoneOnDryRun', 'Some', 'Unknown']

/** What webhooks that are there already may keep because they were stored when the rules were laxer. */
interface Leniency {
  readonly sideEffects: boolean
  readonly reviewVersions: boolean
  readonly names: boolean
  readonly labelValues: boolean
  readonly conditions: boolean
}

const STRICT: Leniency = { sideEffects: false, reviewVersions: false, names: false, labelValues: false, conditions: false }

export function validateWebhooks(webhooks: readonly Webhook[] | undefined, old?: readonly Webhook[]): Cause[] {
  const leniency = old ? leniencyFor(webhooks ?? [], old) : STRICT
  const names = (webhooks ?? []).map(({ name }) => name)
  return (webhooks ?? []).flatMap((webhook, index) => {
    const field = `webhooks[${index}]`
    const repeated = webhook.name && !leniency.names && names.indexOf(webhook.name) < index
    return [
      ...validateWebhook(webhook, field, leniency), ...validateReviewVersions(webhook.admissionReviewVersions ?? [], `${field}.admissionReviewVersions`, leniency),
      ...(repeated ? [duplicate(`${field}.name`, webhook.name)] : []),
    ]
  })
}

function leniencyFor(webhooks: readonly Webhook[], old: readonly Webhook[]): Leniency {
  return {
    sideEffects: old.some(({ sideEffects }) => !NO_EFFECTS.includes(sideEffects)),
    reviewVersions: old.some(({ admissionReviewVersions: versions }) => versions?.length && !versions.some(version => REVIEW_VERSIONS.includes(version))),
    names: new Set(old.map(({ name }) => name)).size < old.length,
    labelValues: old.some(webhook => [...validateLabelSelector(webhook.namespaceSelector, ''), ...validateLabelSelector(webhook.objectSelector, '')].length > 0),
    conditions: webhooks.length === old.length && webhooks.every(({ matchConditions }, index) => sameJson(matchConditions, old[index]!.matchConditions)),
  }
}

function validateWebhook(webhook: Webhook, field: string, leniency: Leniency): Cause[] {
  const { name, rules, failurePolicy, matchPolicy, sideEffects, timeoutSeconds, namespaceSelector, objectSelector, clientConfig, matchConditions } = webhook
  const effects = leniency.sideEffects ? ALL_EFFECTS : NO_EFFECTS
  const selector = (part: typeof namespaceSelector, path: string): Cause[] => validateLabelSelector(part, path).filter(({ field: at = '', reason }) =>
    !leniency.labelValues || reason !== 'FieldValueInvalid' || !(at.endsWith('.matchLabels') || /\.values\[\d+\]$/.test(at)))
  return [
    ...validateQualifiedName(`${field}.name`, name), ...(rules ?? []).flatMap((rule, index) => validateRule(rule, `${field}.rules[${index}]`)),
    ...oneOf(`${field}.failurePolicy`, failurePolicy, FAILURE_POLICIES), ...oneOf(`${field}.matchPolicy`, matchPolicy, MATCH_POLICIES),
    ...(typeof sideEffects === 'string' ? (effects.includes(sideEffects) ? [] : [notSupported(`${field}.sideEffects`, sideEffects, effects)]) : [required(`${field}.sideEffects`, `must specify one of ${effects.join(', ')}`)]),
    ...(timeoutSeconds !== undefined && (timeoutSeconds > 30 || timeoutSeconds < 1) ? [invalid(`${field}.timeoutSeconds`, timeoutSeconds, 'the timeout value must be between 1 and 30 seconds')] : []),
    ...selector(namespaceSelector, `${field}.namespaceSelector`), ...selector(objectSelector, `${field}.objectSelector`),
    ...('reinvocationPolicy' in webhook ? oneOf(`${field}.reinvocationPolicy`, webhook.reinvocationPolicy, REINVOCATION_POLICIES) : []),
    ...validateClient(clientConfig, `${field}.clientConfig`), ...(leniency.conditions ? [] : validateMatchConditions(matchConditions, `${field}.matchConditions`)),
  ]
}

/** A name in a domain: three parts at least. */
function validateQualifiedName(field: string, name: string): Cause[] {
  if (!name) return [required(field)]
  const problems = dnsSubdomain(name)
  if (problems.length > 0) return [invalid(field, name, problems.join(','))]
  return name.split('.').length < 3 ? [invalid(field, name, 'should be a domain with at least three segments separated by dots')] : []
}

function validateClient({ url, service }: WebhookClientConfig, field: string): Cause[] {
  if ((url === undefined) === (service === undefined)) return [required(field, 'exactly one of url or service is required')]
  if (url !== undefined) return validateWebhookUrl(`${field}.url`, url)
  return validateWebhookService(`${field}.service`, service!)
}

function validateReviewVersions(versions: readonly string[], field: string, { reviewVersions }: Leniency): Cause[] {
  if (versions.length === 0) return [required(field, `must specify one of ${REVIEW_VERSIONS.join(', ')}`)]
  const causes = versions.flatMap((version, index) => (versions.indexOf(version) < index
    ? [invalid(`${field}[${index}]`, version, 'duplicate version')] : invalidBy(`${field}[${index}]`, version, dns1035Label)))
  const known = reviewVersions || versions.some(version => REVIEW_VERSIONS.includes(version))
  return known ? causes : [...causes, invalid(field, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`)]
}
