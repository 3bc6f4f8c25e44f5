import type { Deployment, DeploymentCondition } from '../api/apps/deployment.ts'
import type { ReplicaSet } from '../api/apps/replica-set.ts'
import { timestamp } from '../machinery/clock.ts'
import { conditionOf, withoutCondition } from './conditions.ts'
import { isComplete } from './deployment-plan.ts'
import { availableOf, replicasOf, rollingLimits, sum } from './replicaset-facts.ts'

type Status = Deployment['status']
type Stated = Pick<DeploymentCondition, 'type' | 'status' | 'reason' | 'message'>

/** A deadline of this many seconds means none. */
const NO_DEADLINE = 2 ** 31 - 1

const deadlineOf = (d: Deployment): number | undefined => {
  const seconds = d.spec.progressDeadlineSeconds
  return seconds === undefined || seconds === NO_DEADLINE ? undefined : seconds
}

/** The conditions with one set, last; status and reason decide whether anything changed. */
export function setCondition(conditions: readonly DeploymentCondition[] | undefined, next: Stated, now: number, renew = false): DeploymentCondition[] {
  const old = conditionOf(conditions, next.type)
  if (old && old.status === next.status && old.reason === next.reason && !renew) return [...(conditions ?? [])]
  const since = old?.status === next.status ? old.lastTransitionTime : timestamp(now)
  return [...withoutCondition(conditions, next.type), { ...next, lastUpdateTime: timestamp(now), lastTransitionTime: since ?? timestamp(now) }]
}

export interface RolloutFacts {
  readonly all: readonly ReplicaSet[]
  readonly current: ReplicaSet | undefined
  /** A ReplicaSet was created in this step. */
  readonly created?: string | undefined
  readonly failure?: { readonly name: string; readonly error: Error } | undefined
  readonly collided?: boolean
}

/** What the deployment says of itself. */
export function deploymentStatus(d: Deployment, facts: RolloutFacts, now: number): Status {
  const { all, current } = facts
  const counts = countReplicas(all, current)
  const collisions = (d.status.collisionCount ?? 0) + (facts.collided ? 1 : 0)
  const status: Status = {
    ...d.status, ...counts, ...(d.metadata.generation !== undefined && { observedGeneration: d.metadata.generation }),
    ...((collisions > 0 || d.status.collisionCount !== undefined) && { collisionCount: collisions }),
  }
  const { maxUnavailable } = rollingLimits(d)
  const enough = counts.availableReplicas >= replicasOf(d) - maxUnavailable
  let conditions = setCondition(d.status.conditions, enough
    ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
    : { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable', message: 'Deployment does not have minimum availability.' }, now)
  conditions = withProgress(d, { ...status, conditions }, facts, now)
  conditions = withFailure(conditions, facts, now)
  return dropZeros({ ...status, conditions })
}

function countReplicas(all: readonly ReplicaSet[], current: ReplicaSet | undefined) {
  const availableReplicas = sum(all, availableOf)
  return {
    replicas: sum(all, rs => rs.status.replicas), updatedReplicas: current?.status.replicas ?? 0, readyReplicas: sum(all, rs => rs.status.readyReplicas ?? 0),
    availableReplicas, unavailableReplicas: Math.max(0, sum(all, replicasOf) - availableReplicas),
    terminatingReplicas: sum(all, rs => rs.status.terminatingReplicas ?? 0),
  }
}

/** Zeros are left out as the API leaves them out, so that an unchanged status compares equal. */
const dropZeros = (status: Status): Status => Object.fromEntries(Object.entries(status).filter(([key, value]) =>
  value !== undefined && (value !== 0 || key === 'collisionCount' || key === 'terminatingReplicas'))) as Status

function withProgress(d: Deployment, next: Status, facts: RolloutFacts, now: number): DeploymentCondition[] {
  const conditions = next.conditions ?? []
  if (deadlineOf(d) === undefined) return withoutCondition(conditions, 'Progressing')
  const set = (status: string, reason: string, message: string, renew = false) => setCondition(conditions, { type: 'Progressing', status, reason, message }, now, renew)
  const before = conditionOf(conditions, 'Progressing')
  if (d.spec.paused) return before?.reason === 'DeploymentPaused' || before?.reason === 'ProgressDeadlineExceeded' ? conditions : set('Unknown', 'DeploymentPaused', 'Deployment is paused')
  if (before?.reason === 'DeploymentPaused') return set('Unknown', 'DeploymentResumed', 'Deployment is resumed')
  if (facts.failure) return set('False', 'ReplicaSetCreateError', `Failed to create new replica set "${facts.failure.name}": ${facts.failure.error.message}`)
  if (facts.created) return set('True', 'NewReplicaSetCreated', `Created new replica set "${facts.created}"`)
  if (!before && facts.current) return set('True', 'FoundNewReplicaSet', `Found new replica set "${facts.current.metadata.name}"`)
  if (next.replicas === next.updatedReplicas && before?.reason === 'NewReplicaSetAvailable') return conditions
  const subject = facts.current ? `ReplicaSet "${facts.current.metadata.name}"` : `Deployment "${d.metadata.name}"`
  if (isComplete(d, next)) return set('True', 'NewReplicaSetAvailable', `${subject} has successfully progressed.`)
  if (hasProgressed(d.status, next)) return set('True', 'ReplicaSetUpdated', `${subject} is progressing.`, true)
  if (hasTimedOut(d, before, now)) return set('False', 'ProgressDeadlineExceeded', `${subject} has timed out progressing.`)
  return conditions
}

function hasProgressed(old: Status, next: Status): boolean {
  const grew = (key: 'updatedReplicas' | 'readyReplicas' | 'availableReplicas'): boolean => (next[key] ?? 0) > (old[key] ?? 0)
  const outdated = (status: Status): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0)
  return grew('updatedReplicas') || outdated(next) < outdated(old) || grew('readyReplicas') || grew('availableReplicas')
}

const dueAt = (d: Deployment, condition: DeploymentCondition): number => Date.parse(condition.lastUpdateTime ?? '') + (deadlineOf(d) ?? 0) * 1000

function hasTimedOut(d: Deployment, before: DeploymentCondition | undefined, now: number): boolean {
  if (!before || before.reason === 'NewReplicaSetAvailable') return false
  return before.reason === 'ProgressDeadlineExceeded' || dueAt(d, before) < now
}

function withFailure(conditions: DeploymentCondition[], { all, current }: RolloutFacts, now: number): DeploymentCondition[] {
  const failed = [current, ...all].map(rs => conditionOf(rs?.status.conditions, 'ReplicaFailure')).find(condition => condition !== undefined)
  if (!failed) return withoutCondition(conditions, 'ReplicaFailure')
  const { status, reason = '', message = '' } = failed
  return setCondition(conditions, { type: 'ReplicaFailure', status, reason, message }, now)
}

/** When to look again whether the deadline has passed. */
export function nextDeadline(d: Deployment, status: Status, now: number): number | undefined {
  const progress = conditionOf(status.conditions, 'Progressing')
  if (deadlineOf(d) === undefined || !progress || d.spec.paused || isComplete(d, status) || ['ProgressDeadlineExceeded', 'NewReplicaSetAvailable'].includes(progress.reason ?? '')) return undefined
  return Math.max(dueAt(d, progress) - now, 0) + 1000
}
