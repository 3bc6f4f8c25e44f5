import type { Deployment } from '../api/apps/deployment.ts'
import type { ReplicaSet } from '../api/apps/replica-set.ts'
import type { PodTemplateSpec } from '../api/core/pod/pod-spec.ts'
import { sameJson } from './conditions.ts'
import { stableHash } from './hash.ts'

export const HASH_LABEL = 'pod-template-hash'
export const REVISION = 'deployment.kubernetes.io/revision'
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history'
export const DESIRED = 'deployment.kubernetes.io/desired-replicas'
export const MAX = 'deployment.kubernetes.io/max-replicas'
/** Annotations that say something of the one object and are not handed down. */
const OWN_ANNOTATIONS: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration', REVISION, REVISION_HISTORY, DESIRED, MAX, 'deprecated.deployment.rollback.to',
])

export const replicasOf = (object: { spec: { replicas?: number | undefined } }): number => object.spec.replicas ?? 1
export const availableOf = (rs: ReplicaSet): number => rs.status.availableReplicas ?? 0
export const sum = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((total, item) => total + of(item), 0)
export const isRolling = (d: Deployment): boolean => d.spec.strategy?.type !== 'Recreate'
export const createdFirst = (a: ReplicaSet, b: ReplicaSet): number =>
  Date.parse(a.metadata.creationTimestamp) - Date.parse(b.metadata.creationTimestamp) || (a.metadata.name < b.metadata.name ? -1 : 1)
/** The revision noted on an object, an int64; 0 for none, and for one that is no number. */
export const revisionOf = (object: { metadata: { annotations?: Record<string, string> | undefined } }): bigint => toRevision(object.metadata.annotations?.[REVISION])
const toRevision = (text = ''): bigint => (/^\d{1,19}$/.test(text) ? BigInt(text) : 0n)

/** A number or a percentage of `total`. */
const scaled = (value: number | string | undefined, total: number, round: (n: number) => number): number =>
  typeof value === 'string' ? round((Number.parseInt(value, 10) * total) / 100) : value ?? 0

/** How many pods a rolling update may have too many, and too few. Never both zero: it could not move. */
export function rollingLimits(d: Deployment): { readonly maxSurge: number; readonly maxUnavailable: number } {
  const replicas = replicasOf(d)
  if (!isRolling(d)) return { maxSurge: 0, maxUnavailable: 0 }
  const maxSurge = scaled(d.spec.strategy.rollingUpdate?.maxSurge ?? '25%', replicas, Math.ceil)
  const unavailable = scaled(d.spec.strategy.rollingUpdate?.maxUnavailable ?? '25%', replicas, Math.floor)
  const moving = maxSurge === 0 && unavailable === 0 ? 1 : unavailable
  return { maxSurge, maxUnavailable: Math.min(moving, replicas) }
}

const withoutHash = ({ metadata, ...template }: PodTemplateSpec): unknown => {
  const { [HASH_LABEL]: _, ...labels } = metadata?.labels ?? {}
  return { ...template, metadata: { ...metadata, labels: Object.keys(labels).length ? labels : undefined } }
}

export const sameTemplate = (a: PodTemplateSpec, b: PodTemplateSpec): boolean => sameJson(withoutHash(a), withoutHash(b))

/** The name-safe digest of a template; `collisions` makes another one of the same template. */
export const templateHash = (template: PodTemplateSpec, collisions = 0): string => stableHash(withoutHash(template), collisions)

/** The ReplicaSet of the deployment's present template (the oldest, if there are several) and the others. */
export function sortOut(d: Deployment, all: readonly ReplicaSet[]): { readonly current: ReplicaSet | undefined; readonly old: readonly ReplicaSet[] } {
  const current = [...all].sort(createdFirst).find(rs => sameTemplate(rs.spec.template, d.spec.template))
  return { current, old: all.filter(rs => rs !== current) }
}

/** The revision that the present template has: after all others, or the one it has if that is the highest. */
export const nextRevision = (old: readonly ReplicaSet[]): bigint => old.map(revisionOf).reduce((most, revision) => (revision > most ? revision : most), 0n) + 1n

/** The annotations of the present ReplicaSet: the deployment's own handed down, the revision, and its earlier ones. */
export function currentAnnotations(d: Deployment, rs: ReplicaSet | undefined, revision: bigint): Record<string, string> {
  const handedDown = Object.fromEntries(Object.entries(d.metadata.annotations ?? {}).filter(([key]) => !OWN_ANNOTATIONS.has(key)))
  const before = rs?.metadata.annotations ?? {}
  const merged: Record<string, string> = { ...before, ...handedDown }
  const had = before[REVISION]
  if (toRevision(had) >= revision) return merged
  merged[REVISION] = String(revision)
  if (had) merged[REVISION_HISTORY] = [...(before[REVISION_HISTORY]?.split(',') ?? []), had].join(',')
  return merged
}

/** The annotations that tell what the deployment wanted when the ReplicaSet was last scaled. */
export const sizeAnnotations = (d: Deployment): Record<string, string> => ({ [DESIRED]: String(replicasOf(d)), [MAX]: String(replicasOf(d) + rollingLimits(d).maxSurge) })
