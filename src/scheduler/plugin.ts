import type { Pod } from '../api/core/pod/pod.ts'
import type { AnyResource, KubeObject, Resource } from '../api/resource.ts'
import type { Cache } from '../client/cache.ts'
import type { Client } from '../client/client.ts'
import type { Clock } from '../machinery/clock.ts'
import type { NodeInfo, Snapshot } from './snapshot.ts'

/** Why a pod cannot go somewhere. Not `resolvable`: taking other pods away would not help. */
export interface Rejection {
  readonly resolvable: boolean
  readonly reasons: readonly string[]
}

/** "No" is a value: a rejection, or FITS. A fault is a throw. */
export type Verdict = Rejection | undefined
export const FITS = undefined
export const unschedulable = (...reasons: readonly string[]): Rejection => ({ resolvable: true, reasons })
export const unresolvable = (...reasons: readonly string[]): Rejection => ({ resolvable: false, reasons })

/** What a plugin knows after looking at the pod and the cluster once: its state, that it has nothing to say, or that no node will do. */
export type Prepared<S> =
  | { readonly state: S; readonly nodes?: ReadonlySet<string> | undefined }
  | { readonly skip: true }
  | { readonly rejected: Rejection }

/** `nodes`: only these can be right, the others need not be asked. */
export const prepared = <S>(state: S, nodes?: ReadonlySet<string>): Prepared<S> => ({ state, nodes })
export const SKIP = { skip: true } as const
export const rejected = (rejection: Rejection): { readonly rejected: Rejection } => ({ rejected: rejection })

/** A change after which a pod that this plugin rejected is worth another look. */
export interface RequeueHint {
  readonly resource: AnyResource
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  when(pod: Pod, old: any, object: any): boolean
}

/** States what change of `resource` may help a pod; without `when` any does. */
export const on = <T extends KubeObject>(resource: Resource<T>, when: (pod: Pod, old: T | undefined, object: T | undefined) => boolean = () => true): RequeueHint => ({ resource, when })

/** Whether two states of an object have the same labels; objects that come and go are new. */
export const sameLabels = (old: KubeObject | undefined, object: KubeObject | undefined): boolean =>
  old !== undefined && object !== undefined && JSON.stringify(old.metadata.labels) === JSON.stringify(object.metadata.labels)

/** What a plugin may use once a pod's node is decided. */
export interface BindingContext {
  readonly client: Client
  readonly cache: Cache
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Waits for others: meanwhile this pod keeps nobody from being scheduled. */
  idle<T>(work: Promise<T>): Promise<T>
}

/** A plugin takes part in the points whose methods it has. `S` is what `prepare` hands to `filter`, `P` what `prepareScores` hands to `score`. */
export interface PluginParts<S, P> {
  readonly name: string
  readonly requeueOn?: readonly RequeueHint[]
  /** What it reads besides pods and nodes. */
  readonly reads?: readonly AnyResource[]
  /** Its state depends on other pods than the one at hand, so it is made anew when some are thought away. */
  readonly looksAtPods?: boolean
  /** Whether the pod may stand in the queue at all. */
  preEnqueue?(pod: Pod): Verdict
  prepare?(pod: Pod, snapshot: Snapshot): Prepared<S>
  filter?(pod: Pod, node: NodeInfo, state: S): Verdict
  prepareScores?(pod: Pod, snapshot: Snapshot, nodes: readonly NodeInfo[]): Prepared<P>
  score?(pod: Pod, node: NodeInfo, state: P): number
  /** Brings the scores, in the order of `nodes`, to 0..100 in place. */
  normalize?(scores: number[], nodes: readonly NodeInfo[], state: P): void
  /** Takes what the pod needs on the node; disposed when the pod does not get there. */
  reserve?(pod: Pod, node: string): Disposable | undefined
  /** May delay or refuse the binding. */
  permit?(pod: Pod, node: string, context: BindingContext): Promise<Verdict>
  /** Prepares what the pod needs there; a throw means another try. */
  preBind?(pod: Pod, node: string, context: BindingContext): Promise<void>
  /** Puts the pod on the node; the first plugin that has it does. */
  bind?(pod: Pod, node: string, context: BindingContext): Promise<void>
}

/** A plugin's part in the decision on one pod. */
export interface Filtering {
  readonly rejected?: Rejection
  readonly nodes?: ReadonlySet<string> | undefined
  readonly filter?: (node: NodeInfo) => Verdict
}

/** A plugin as the scheduler sees it: its states are closed over, so nobody casts. */
export interface Plugin extends Pick<PluginParts<never, never>, 'name' | 'reads' | 'looksAtPods' | 'preEnqueue' | 'reserve' | 'permit' | 'preBind' | 'bind'> {
  readonly requeueOn: readonly RequeueHint[]
  /** Undefined: it has nothing to say about this pod. */
  filtering?(pod: Pod, snapshot: Snapshot): Filtering | undefined
  /** Scores of 0..100 in the order of `nodes`; undefined: it does not care. */
  scores?(pod: Pod, snapshot: Snapshot, nodes: readonly NodeInfo[]): readonly number[] | undefined
}

/** Completes a plugin. */
export function definePlugin<S = undefined, P = undefined>(parts: PluginParts<S, P>): Plugin {
  const { prepare, filter, prepareScores, score, normalize, ...rest } = parts
  // A plugin without `prepare` has no state: S is undefined.
  const nothing = <T>(): Prepared<T> => ({ state: undefined as T })
  return {
    ...rest, requeueOn: parts.requeueOn ?? [],
    ...((prepare || filter) && {
      filtering(pod: Pod, snapshot: Snapshot): Filtering | undefined {
        const made = prepare ? prepare(pod, snapshot) : nothing<S>()
        if ('skip' in made) return undefined
        if ('rejected' in made) return made
        return { nodes: made.nodes, ...(filter && { filter: (node: NodeInfo) => filter(pod, node, made.state) }) }
      },
    }),
    ...(score && {
      scores(pod: Pod, snapshot: Snapshot, nodes: readonly NodeInfo[]): number[] | undefined {
        const made = prepareScores ? prepareScores(pod, snapshot, nodes) : nothing<P>()
        if (!('state' in made)) return undefined
        const scores = nodes.map(node => score(pod, node, made.state))
        normalize?.(scores, nodes, made.state)
        return scores
      },
    }),
  }
}

export const MAX_SCORE = 100

/** Scales scores so that the largest becomes 100; `reverse` turns them round. */
export function normalizeByLargest(scores: number[], reverse = false): void {
  let largest = 0
  for (const score of scores) if (score > largest) largest = score
  for (let i = 0; i < scores.length; i++) {
    const scaled = largest === 0 ? 0 : Math.floor((MAX_SCORE * scores[i]!) / largest)
    scores[i] = reverse ? MAX_SCORE - scaled : scaled
  }
}
