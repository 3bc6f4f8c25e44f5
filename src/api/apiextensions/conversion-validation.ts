import { dns1035Label } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { pemBlocks } from '../certificates/pem.ts'
import { forbidden, invalid, invalidBy, notSupported, required } from '../validation.ts'
import { validateWebhookService, validateWebhookUrl } from '../webhook-address.ts'
import type { CustomResourceConversion, WebhookClientConfig } from './custom-resource-definition-schema.ts'

const STRATEGIES = ['None', 'Webhook']
const REVIEW_VERSIONS = ['v1', 'v1beta1']
const NO_WEBHOOK = 'should not be set when strategy is not set to Webhook'

/** How objects get from one version to another. Messages name the fields of upstream's hub: the webhook's stand beside the strategy. */
export function validateConversion(conversion: CustomResourceConversion | undefined, field: string, old?: CustomResourceConversion): Cause[] {
  if (!conversion) return []
  const { strategy, webhook } = conversion
  const versions = webhook?.conversionReviewVersions ?? []
  const causes = STRATEGIES.includes(strategy) ? [] : [notSupported(`${field}.strategy`, strategy, STRATEGIES)]
  if (strategy !== 'Webhook') {
    if (webhook?.clientConfig) causes.push(forbidden(`${field}.webhookClientConfig`, NO_WEBHOOK))
    if (versions.length > 0) causes.push(forbidden(`${field}.conversionReviewVersions`, NO_WEBHOOK))
    return causes
  }
  const laxVersions = isUnrecognized(old?.webhook?.conversionReviewVersions)
  return [...causes, ...validateClient(webhook?.clientConfig, `${field}.webhookClientConfig`, old?.webhook?.clientConfig), ...validateVersions(versions, `${field}.conversionReviewVersions`, laxVersions)]
}

const isUnrecognized = (versions: readonly string[] | undefined): boolean => (versions?.length ?? 0) > 0 && !versions!.some(version => REVIEW_VERSIONS.includes(version))

function validateClient(client: WebhookClientConfig | undefined, field: string, old: WebhookClientConfig | undefined): Cause[] {
  if (!client) return [required(field, 'required when strategy is set to Webhook')]
  const { url, service, caBundle } = client
  const causes: Cause[] = []
  if ((url === undefined) === (service === undefined)) causes.push(required(field, 'exactly one of url or service is required'))
  else if (url !== undefined) causes.push(...validateWebhookUrl(`${field}.url`, url))
  else causes.push(...validateWebhookService(`${field}.service`, service!))
  const isBad = (bundle: string | undefined): boolean => Boolean(bundle) && pemBlocks(bundle).blocks.every(({ type }) => type !== 'CERTIFICATE')
  if (isBad(caBundle) && !isBad(old?.caBundle)) causes.push(invalid(`${field}.caBundle`, caBundle, 'unable to load root certificates: unable to parse bytes as PEM block'))
  return causes
}

function validateVersions(versions: readonly string[], field: string, lax: boolean): Cause[] {
  if (versions.length === 0) return [required(field)]
  const causes = versions.flatMap((version, index) => (versions.indexOf(version) < index
    ? [invalid(`${field}[${index}]`, version, 'duplicate version')] : invalidBy(`${field}[${index}]`, version, dns1035Label)))
  return lax || versions.some(version => REVIEW_VERSIONS.includes(version)) ? causes : [...causes, invalid(field, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`)]
}
