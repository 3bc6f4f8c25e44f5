import type { Awaitable } from '../../machinery/awaitable.ts'
import type { SubjectAccessReviewSpec } from '../../api/authorization/shared.ts'
import type { Log } from '../../machinery/log.ts'
import { parseFieldSelector, parseLabelSelector, type LabelOperator } from '../../machinery/selector.ts'
import { remembering } from '../remembering.ts'
import { askWebhook, WebhookFailure, type CallResult, type WebhookCaller } from '../webhook-call.ts'
import type { Attributes, Authorizer, Decision } from './authorizer.ts'
import type { MatchResult } from './match-conditions.ts'
import type { AuthorizationMetrics } from './metrics.ts'

export interface WebhookAuthorizerOptions extends Omit<WebhookCaller, 'attempted'> {
  readonly name: string
  /** Of the SubjectAccessReview that is sent. */
  readonly version: 'v1' | 'v1beta1'
  /** How long what was allowed and what was not is remembered; 0: not at all. */
  readonly authorizedMs: number
  readonly unauthorizedMs: number
  /** What counts when the webhook cannot be asked. */
  readonly onFailure: 'noOpinion' | 'deny'
  /** Whether it is asked at all. */
  readonly matches?: (request: SubjectAccessReviewSpec) => MatchResult
  readonly log: Log
  readonly metrics?: AuthorizationMetrics
}

interface ReviewStatus {
  readonly allowed?: boolean
  readonly denied?: boolean
  readonly reason?: string
}

const REMEMBERED = 8192
/** Requests that say more than this are not remembered: that much is said to fill the memory. */
const LONGEST_REMEMBERED = 10_000

/** Leaves it to a service outside to say what a user may do. What it said is remembered for a while. */
export function webhookAuthorizer(options: WebhookAuthorizerOptions): Authorizer {
  const { name, clock, log, metrics, onFailure } = options
  const known = remembering<ReviewStatus>(clock, REMEMBERED)
  const attempted = (result: CallResult, durationMs: number): void => metrics?.evaluated(name, result, durationMs)

  async function ask(spec: SubjectAccessReviewSpec, key: string): Promise<Decision> {
    try {
      const review = { kind: 'SubjectAccessReview', apiVersion: `authorization.k8s.io/${options.version}`, metadata: {}, spec: options.version === 'v1' ? spec : olderSpec(spec), status: { allowed: false } }
      const { status = {} } = (await askWebhook({ ...options, attempted }, review) ?? {}) as { status?: ReviewStatus }
      if (sizeOf(spec) < LONGEST_REMEMBERED) known.set(key, status, status.allowed ? options.authorizedMs : options.unauthorizedMs)
      return decisionOf(status)
    } catch (error) {
      if (!(error instanceof WebhookFailure)) throw error
      log.error('An authorization webhook could not be asked', { webhook: name, error: error.message })
      if (onFailure === 'noOpinion') metrics?.failedOpen(name, error.result)
      // The log knows where the webhook is; the user need not.
      return { verdict: onFailure, reason: '', error: `failed calling authorization webhook ${JSON.stringify(name)}` }
    }
  }

  return {
    name: 'Webhook',
    rulesFor: () => ({ rules: [], errors: ['webhook authorizer does not support user rule resolution'], incomplete: true }),
    authorize(attributes): Awaitable<Decision> {
      const spec = specOf(attributes)
      if (options.matches) {
        const startedMs = clock.monotonic()
        const { matches, error } = options.matches(spec)
        metrics?.matched(name, { excluded: !matches && error === undefined, failed: error !== undefined, durationMs: clock.monotonic() - startedMs })
        if (error !== undefined) return { verdict: onFailure, reason: '', error }
        if (!matches) return { verdict: 'noOpinion', reason: '' }
      }
      const key = JSON.stringify(spec)
      const before = known.get(key)
      return before ? decisionOf(before) : ask(spec, key)
    },
  }
}

function decisionOf({ allowed = false, denied = false, reason = '' }: ReviewStatus): Decision {
  if (denied) return { verdict: 'deny', reason, ...(allowed && { error: 'webhook subject access review returned both allow and deny response' }) }
  return { verdict: allowed ? 'allow' : 'noOpinion', reason }
}

/** In its first version the groups had another name. */
function olderSpec({ groups, ...rest }: SubjectAccessReviewSpec): object {
  return { ...rest, ...(groups && { group: groups }) }
}

function sizeOf({ resourceAttributes, nonResourceAttributes }: SubjectAccessReviewSpec): number {
  const { namespace = '', verb = '', group = '', version = '', resource = '', subresource = '', name = '' } = resourceAttributes ?? {}
  return [namespace, verb, group, version, resource, subresource, name, nonResourceAttributes?.path ?? '', nonResourceAttributes?.verb ?? ''].reduce((sum, { length }) => sum + length, 0)
}

/** What is asked, as a SubjectAccessReview says it. */
export function specOf({ user, verb, path, group, version, resource, subresource, namespace, name, fieldSelector, labelSelector }: Attributes): SubjectAccessReviewSpec {
  const extra = user.extra && Object.fromEntries(Object.entries(user.extra).map(([key, values]) => [key, [...values]]))
  const who = { user: user.name, ...(user.groups.length > 0 && { groups: [...user.groups] }), ...(extra && { extra }), ...(user.uid && { uid: user.uid }) }
  if (path !== undefined) return { nonResourceAttributes: { path, verb }, ...who }
  const fields = fieldRequirements(fieldSelector)
  const labels = labelRequirements(labelSelector)
  return {
    resourceAttributes: {
      ...(namespace && { namespace }), verb, ...(group && { group }), ...(version && { version }), ...(resource && { resource }), ...(subresource && { subresource }), ...(name && { name }),
      ...(fields.length > 0 && { fieldSelector: { requirements: fields } }), ...(labels.length > 0 && { labelSelector: { requirements: labels } }),
    },
    ...who,
  }
}

interface Requirement {
  key: string
  operator: string
  values?: string[]
}

function fieldRequirements(text: string | undefined): Requirement[] {
  if (!text) return []
  return read(() => parseFieldSelector(text).requirements.map(({ field, operator, value }) => ({ key: field, operator: operator === '=' ? 'In' : 'NotIn', values: [value] })))
}

const OPERATORS: Readonly<Partial<Record<LabelOperator, string>>> = { '=': 'In', '==': 'In', in: 'In', '!=': 'NotIn', notin: 'NotIn', exists: 'Exists', '!': 'DoesNotExist' }

function labelRequirements(text: string | undefined): Requirement[] {
  if (!text) return []
  return read(() => parseLabelSelector(text).requirements.flatMap(({ key, operator, values }) => {
    const known = OPERATORS[operator]
    // Requirements only narrow what is asked: leaving one out asks for more than is wanted, which is safe.
    return known ? [{ key, operator: known, ...(values.length > 0 && { values: [...values] }) }] : []
  }))
}

function read(requirements: () => Requirement[]): Requirement[] {
  try {
    return requirements()
  } catch {
    // A selector that cannot be read is refused later on; authorization looks at the request without it.
    return []
  }
}
