import type { Awaitable } from '../../machinery/awaitable.ts'
import type { User } from '../../api/request.ts'
import type { PolicyRule } from '../../api/rbac/shared.ts'

/** What is asked for: a resource of the API, or a path beside it. */
export interface Attributes {
  readonly user: User
  readonly verb: string
  readonly group?: string
  readonly version?: string
  readonly resource?: string
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
  /** Set for requests that are not about a resource: `/healthz`. */
  readonly path?: string
  readonly fieldSelector?: string
  readonly labelSelector?: string
}

/** `reason` says why, as upstream words it; `noOpinion` leaves it to the next authorizer, and nobody's opinion is a refusal. */
export interface Decision {
  readonly verdict: 'allow' | 'deny' | 'noOpinion'
  readonly reason: string
  /** What went wrong on the way: a webhook that did not answer. */
  readonly error?: string
}

/** What a user may do, as far as an authorizer can tell without being asked for each thing. */
export interface GrantedRules {
  readonly rules: readonly PolicyRule[]
  readonly errors: readonly string[]
  /** There may be more than these. */
  readonly incomplete: boolean
}

/** One way of deciding what a user may do. */
export interface Authorizer {
  readonly name: string
  /** At once where all that it needs is in memory, later where somebody outside has to be asked. */
  authorize(attributes: Attributes): Awaitable<Decision>
  /** Absent: it grants nothing that could be listed. */
  rulesFor?(user: User, namespace: string | undefined): GrantedRules
}
