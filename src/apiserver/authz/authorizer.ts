import type { User } from '../../api/request.ts'

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
}

/** One way of deciding what a user may do. Synchronous: all that it needs is in memory. */
export interface Authorizer {
  readonly name: string
  authorize(attributes: Attributes): Decision
}
