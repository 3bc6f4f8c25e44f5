import type { KubeObject, AnyResource } from '../../api/resource.ts'
import type { RequestOptions, User } from '../../api/request.ts'
import type { Clock } from '../../machinery/clock.ts'
import type { Random } from '../../machinery/random.ts'
import type { Rbac } from '../authz/rbac.ts'
import type { ObjectReader } from '../object-reader.ts'

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'

/** What an admission plugin looks at. `object` is the request's own draft: a mutating plugin changes it in place. */
export interface AdmissionRequest {
  readonly operation: Operation
  readonly user: User
  readonly resource: AnyResource
  readonly subresource?: string
  readonly namespace?: string
  readonly name: string
  /** For refusals only: before a name is generated, what it will begin with stands for it (`pods "web-" is forbidden`). */
  readonly shownName: string
  /** Absent on DELETE. */
  readonly object?: KubeObject
  /** Absent on CREATE. */
  readonly oldObject?: KubeObject
  readonly options: RequestOptions
  readonly dryRun: boolean
  /** Adds a Warning header to the answer. */
  warn(text: string): void
  /** Tells the audit log something. */
  annotate(key: string, value: string): void
}

/** What plugins may read and, sparingly, write. Reads come from the server's own caches and cost no I/O. */
export interface AdmissionContext extends ObjectReader {
  readonly clock: Clock
  readonly random: Random
  /** For the rule that nobody grants what they do not have. */
  readonly rbac: Pick<Rbac, 'rulesFor' | 'rulesOf'>
  /** Asks the server's authorizers, for plugins that gate on permissions. */
  allowed(user: User, verb: string, resource: { group: string; plural: string; subresource?: string }, namespace?: string, name?: string): Promise<boolean>
  /** The kind that an apiVersion and kind name, if it is served. */
  resourceOf(apiVersion: string, kind: string): AnyResource | undefined
  /** Resolves once the kind's cache has seen every write that was acknowledged before the call. */
  fresh(resource: AnyResource): Promise<void>
  /** Replaces an object by another; false: it is not what it was any more. */
  commit(resource: AnyResource, current: KubeObject, next: KubeObject): Promise<boolean>
}

/**
 * One rule about what is let in. Plugins stand in an ordered array (`admission/index.ts`); a refusal is a thrown StatusError.
 * `mutate` runs before defaults-dependent validation, `validate` after the object is final.
 */
export interface AdmissionPlugin {
  readonly name: string
  handles(request: AdmissionRequest): boolean
  mutate?(request: AdmissionRequest, context: AdmissionContext): void | Promise<void>
  validate?(request: AdmissionRequest, context: AdmissionContext): void | Promise<void>
}
