import type { ObjectMeta } from '../../../api/meta/object-meta.ts'
import type { Container } from '../../../api/core/pod/container.ts'
import type { PodSpec } from '../../../api/core/pod/pod-spec.ts'

/** What a pod would be made of: a pod's own metadata and spec, or those of a template. */
export interface PodLike {
  readonly metadata: Partial<ObjectMeta>
  readonly spec: PodSpec
}

/** Why a check refuses: `reason` alone in summaries, `reason (detail)` in refusals. */
export interface Violation {
  readonly reason: string
  readonly detail: string
}

/** One rule of the Pod Security Standards. */
export interface Check {
  /** Checks are told in the order of their ids, baseline before restricted. */
  readonly id: string
  readonly level: 'baseline' | 'restricted'
  /** The first minor version of the standards that has it. */
  readonly since?: number
  /** The baseline check that it takes the place of. */
  readonly overrides?: string
  /** `minor` is the version of the standards that is asked for. */
  violation(pod: PodLike, minor: number): Violation | undefined
}

/** Windows pods are exempt from rules about Linux from this version on. */
export const WINDOWS_EXEMPT_SINCE = 25
/** Pods in a user namespace of their own are exempt from some rules from this version on. */
export const USER_NAMESPACES_SINCE = 35

export const isWindows = ({ spec }: PodLike, minor: number): boolean => minor >= WINDOWS_EXEMPT_SINCE && spec.os?.name === 'windows'
export const hasOwnUsers = ({ spec }: PodLike, minor: number): boolean => minor >= USER_NAMESPACES_SINCE && spec.hostUsers === false

/** All containers: those that start the pod, its own, and those added to look into it. */
export const containersOf = ({ spec }: PodLike): Container[] =>
  [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...((spec.ephemeralContainers ?? []) as unknown as Container[])]

export const quoted = (items: readonly string[]): string => items.map(item => JSON.stringify(item)).join(', ')
export const plural = (one: string, many: string, count: number): string => (count === 1 ? one : many)
/** `container "a"`, `containers "a", "b"`. */
export const namedContainers = (names: readonly string[]): string => `${plural('container', 'containers', names.length)} ${quoted(names)}`
/** `pod and containers "a", "b"`. */
export const setters = (pod: boolean, containers: readonly string[]): string => [...(pod ? ['pod'] : []), ...(containers.length > 0 ? [namedContainers(containers)] : [])].join(' and ')
export const sortedSet = (items: readonly string[]): string[] => [...new Set(items)].sort()
