import type { Pod } from '../api/core/pod/pod.ts'
import type { KubeObject, Resource } from '../api/resource.ts'
import type { NodeInfo } from './node-info.ts'
import type { Snapshot } from './snapshot.ts'

/** Whether a pod fits. "No" is a value with its reasons, a fault is a throw. */
export interface Verdict {
  readonly fits: boolean
  readonly reasons: readonly string[]
  /** Whether removing pods from the node could change the verdict. */
  readonly resolvable: boolean
}

export const FITS: Verdict = Object.freeze({ fits: true, reasons: [], resolvable: true })
/** Not now: removing pods from the node may help. */
export const unschedulable = (...reasons: string[]): Verdict => ({ fits: false, reasons, resolvable: true })
/** Not on this node, whoever leaves it. */
export const unresolvable = (...reasons: string[]): Verdict => ({ fits: false, reasons, resolvable: false })

/** A change that may let a pod fit that the plugin has refused. */
export interface Requeue {
  readonly resource: Resource<KubeObject>
  when(pod: Pod, old: KubeObject | undefined, next: KubeObject | undefined): boolean
}

/** Names a kind whose changes may help, and which of them do. */
export const requeueOn = <T extends KubeObject>(resource: Resource<T>, when: (pod: Pod, old: T | undefined, next: T | undefined) => boolean = () => true): Requeue =>
  ({ resource, when }) as unknown as Requeue

/** What a plugin knows of one pod in one cycle. */
export interface Prepared<S> {
  readonly state?: S
  /** The pod fits nowhere. */
  readonly refused?: Verdict
  /** The plugin has nothing to say about this pod: its filter, or its score, is not asked. */
  readonly skipFilter?: boolean
  readonly skipScore?: boolean
}

/** A rule of scheduling. The points it takes part in are the methods it has. */
export interface Plugin<S = undefined> {
  readonly name: string
  readonly requeueOn?: readonly Requeue[]
  /** Keeps a pod out of the queue altogether. */
  admit?(pod: Pod): boolean
  /** Computes once per pod and cycle what `filter` and `score` need. */
  prepare?(pod: Pod, snapshot: Snapshot): Prepared<S>
  filter?(pod: Pod, node: NodeInfo, state: S): Verdict
  /** How good the node is; any number, `normalize` brings it to 0…100. */
  score?(pod: Pod, node: NodeInfo, state: S): number
  normalize?(scores: number[], nodes: readonly NodeInfo[], state: S): void
  /** How much the score counts. */
  readonly weight?: number
}

// A list of plugins does not care what each keeps for itself.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyPlugin = Plugin<any>

/** States a plugin. */
export const definePlugin = <S = undefined>(plugin: Plugin<S>): AnyPlugin => plugin

export const MAX_SCORE = 100

/** Brings the highest score to 100; `reverse` makes low scores good ones. */
export function scaleToMax(scores: number[], reverse = false): void {
  const most = Math.max(0, ...scores)
  for (let index = 0; index < scores.length; index++) {
    const scaled = most === 0 ? 0 : Math.floor((scores[index]! * MAX_SCORE) / most)
    scores[index] = reverse ? MAX_SCORE - scaled : scaled
  }
}
