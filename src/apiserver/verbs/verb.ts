import type { AnyResource } from '../../api/resource.ts'
import type { Awaitable } from '../../machinery/awaitable.ts'
import type { Clock } from '../../machinery/clock.ts'
import type { Log } from '../../machinery/log.ts'
import type { Random } from '../../machinery/random.ts'
import type { Authenticator } from '../authn/authenticator.ts'
import type { ServiceAccountTokens } from '../authn/service-account-token.ts'
import type { AuthorizerChain } from '../authz/index.ts'
import type { Admission } from '../admission-chain.ts'
import type { Call, Outcome } from '../call.ts'
import type { Catalog } from '../catalog.ts'
import type { FieldTracker } from '../field-tracker.ts'
import type { KubeletAccess } from '../kubelet-access.ts'
import type { KindHooks } from '../hooks.ts'
import type { Registry } from '../registry.ts'
import type { Stores } from '../stores.ts'
import type { Tracing } from '../tracing.ts'

/** What verbs and subresources work with. */
export interface Server {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly catalog: Catalog
  readonly stores: Stores
  /** Aborted when the server goes: watches end then. */
  readonly stopping: AbortSignal
  readonly registry: Registry
  readonly admission: Admission
  readonly fields: FieldTracker
  readonly hooks: KindHooks
  /** Absent: kubelets are not told who asks. */
  readonly kubelet?: KubeletAccess
  /** Counts a watch's events; absent: nobody does. */
  readonly watchMeter?: (resource: AnyResource) => (bytes: number) => void
  /** Absent: nothing is traced. */
  readonly tracing?: Tracing
  /** Absent: no tokens are issued. */
  readonly tokens?: ServiceAccountTokens
  readonly authorizer: AuthorizerChain
  /** How callers from outside are known; set once the server listens. */
  authenticators?: readonly Authenticator[]
}

/** One thing that can be asked of a resource. */
export type Verb = (server: Server, call: Call) => Awaitable<Outcome>
