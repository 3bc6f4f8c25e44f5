import { PodDisruptionBudgets, type PodDisruptionBudget } from '../../api/policy/pod-disruption-budget.ts'
import { deleteOptions, type DeleteOptions } from '../../api/meta/options.ts'
import { eviction as evictionSchema, type Eviction } from '../../api/policy/eviction.ts'
import type { Pod } from '../../api/core/pod/pod.ts'
import { decode } from '../../machinery/schema/decode.ts'
import { timestamp } from '../../machinery/clock.ts'
import { selectorFrom } from '../../machinery/selector.ts'
import { invalid as invalidValue } from '../../api/validation.ts'
import { badRequest, forbidden, invalid, StatusError, type Cause } from '../../machinery/status.ts'
import { admitCreate } from '../admission-chain.ts'
import { API_SERVER, USER_AGENT } from '../bootstrap/index.ts'
import { nameOf, type Call, type Outcome } from '../call.ts'
import { readObject, type BodyKind } from '../object-body.ts'
import { removeObject } from '../verbs/delete.ts'
import type { Server } from '../verbs/verb.ts'
import type { SubresourceHandler } from './subresource.ts'

const kind: BodyKind = { group: 'policy', version: 'v1', kind: 'Eviction', schema: evictionSchema, olderVersions: ['policy/v1beta1'] }
/** More disrupted pods than this mean that nobody looks after the budget. */
const MOST_DISRUPTED = 2000
const ALLOWED = 'DisruptionAllowed'
const SUCCESS = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }

/** Deletes a pod, unless its disruption budget forbids that now (429). */
async function evict(server: Server, call: Call): Promise<Outcome> {
  const eviction = readObject(call, kind, server.catalog) as Eviction
  const name = nameOf(call)
  if (eviction.metadata.name !== name) throw badRequest('name in URL does not match name in Eviction object')
  const options: DeleteOptions = eviction.deleteOptions ?? decode(deleteOptions, {}).object
  checkOptions(call, name, options)
  await admitCreate(server.admission, call, eviction)
  const { object } = await server.registry.get(call.resource, call.namespace, name)
  const pod = object as Pod
  const needsBudget = !isOver(pod) && pod.metadata.deletionTimestamp === undefined && pod.status.phase !== 'Pending'
  const dryRun = [...(options.dryRun ?? []), ...(call.options.dryRun ?? [])]
  if (needsBudget) await spendBudget(server, call, pod, dryRun.length > 0)
  if (dryRun.length === 0) await markDisrupted(server, call)
  await removeObject(server, { ...call, verb: 'delete', options: { ...call.options, ...(dryRun.length > 0 && { dryRun }) } }, name, options)
  return { object: SUCCESS, created: true }
}

function checkOptions(call: Call, name: string, { dryRun, ignoreStoreReadErrorWithClusterBreakingPotential: ignores }: DeleteOptions): void {
  const [asked, stated] = [call.options.dryRun ?? [], dryRun ?? []]
  if (asked.length > 0 && stated.length > 0 && asked.join() !== stated.join()) {
    throw new StatusError('', `Non-matching dry-run options in request and content: [${asked.join(' ')}] and [${stated.join(' ')}]`, undefined, { code: 500 })
  }
  const field = 'deleteOptions.ignoreStoreReadErrorWithClusterBreakingPotential'
  if (ignores) throw invalid(kind, name, [invalidValue(field, true, 'can not be set for pod eviction, try after removing the option')])
}

/** The pod says why it is going (KEP-3329). */
async function markDisrupted(server: Server, call: Call): Promise<void> {
  const condition = { type: 'DisruptionTarget', status: 'True', lastProbeTime: null, lastTransitionTime: timestamp(server.clock.now()), reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' }
  await server.registry.update({ ...call, verb: 'update', subresource: 'status' }, {
    subresource: 'status', internal: true,
    next: current => {
      const { status } = current as Pod
      const others = (status.conditions ?? []).filter(({ type }) => type !== condition.type)
      return { ...current, status: { ...status, conditions: [...others, condition] } } as unknown as Pod
    },
  })
}

const isOver = ({ status }: Pod): boolean => status.phase === 'Succeeded' || status.phase === 'Failed'
const isReady = ({ status }: Pod): boolean => status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false

async function spendBudget(server: Server, call: Call, pod: Pod, dryRun: boolean): Promise<void> {
  const budgets = server.stores.list<PodDisruptionBudget>(PodDisruptionBudgets, pod.metadata.namespace)
    .filter(({ spec }) => spec.selector !== undefined && selectorFrom(spec.selector).matches(pod.metadata.labels))
  if (budgets.length === 0) return
  if (budgets.length > 1) throw new StatusError('', 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.', undefined, { code: 500 })
  const budget = budgets[0]!
  if (!isReady(pod) && mayEvictUnhealthy(budget)) return
  if (dryRun) return void spent(budget, pod, server.clock.now())
  const { encoded: _encoded, ...rest } = call
  await server.registry.update({ ...rest, user: API_SERVER, userAgent: USER_AGENT, resource: PodDisruptionBudgets, name: budget.metadata.name, verb: 'update', subresource: 'status', options: {} }, {
    subresource: 'status', next: current => spent(structuredClone(current) as PodDisruptionBudget, pod, server.clock.now()),
  })
}

/** A pod that is not ready counts for nothing: it may go while the budget is met without it, or always where the budget says so. */
const mayEvictUnhealthy = ({ spec, status }: PodDisruptionBudget): boolean =>
  spec.unhealthyPodEvictionPolicy === 'AlwaysAllow' || (status.currentHealthy >= status.desiredHealthy && status.desiredHealthy > 0)

function spent(budget: PodDisruptionBudget, pod: Pod, nowMs: number): PodDisruptionBudget {
  const { status, metadata } = budget
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    throw tooMany(budget, `The disruption budget ${metadata.name} is still being processed by the server.`, 10)
  }
  const refused = (why: string): StatusError => forbidden({ group: 'policy', plural: 'poddisruptionbudget' }, metadata.name, why)
  if (status.disruptionsAllowed < 0) throw refused('pdb disruptions allowed is negative')
  if (Object.keys(status.disruptedPods ?? {}).length > MOST_DISRUPTED) throw refused('DisruptedPods map too big - too many evictions not confirmed by PDB controller')
  if (status.disruptionsAllowed === 0) throw tooMany(budget, whyNot(budget))
  const disruptionsAllowed = status.disruptionsAllowed - 1
  const disruptedPods = { ...status.disruptedPods, [pod.metadata.name]: timestamp(nowMs) }
  return { ...budget, status: { ...status, disruptionsAllowed, disruptedPods, ...(disruptionsAllowed === 0 && { conditions: exhausted(status, nowMs) }) } }
}

/** Why no pod may go; how healthy they are counts only while the budget could be worked out. */
function whyNot({ metadata: { name }, status }: PodDisruptionBudget): string {
  const now = `The disruption budget ${name} does not allow evicting pods currently`
  const condition = status.conditions?.find(({ type }) => type === ALLOWED)
  const said = condition?.status === 'False' && condition.message ? condition : undefined
  if (said?.reason === 'SyncFailed') return `${now} because it failed sync: ${said.message}`
  if (status.currentHealthy <= status.desiredHealthy) return `The disruption budget ${name} needs ${status.desiredHealthy} healthy pods and has ${status.currentHealthy} currently`
  return said ? `${now} (${said.reason}): ${said.message}` : now
}

function exhausted({ conditions = [], observedGeneration }: PodDisruptionBudget['status'], nowMs: number): NonNullable<PodDisruptionBudget['status']['conditions']> {
  const before = conditions.find(({ type }) => type === ALLOWED)
  const lastTransitionTime = before?.status === 'False' ? before.lastTransitionTime : timestamp(nowMs)
  const condition = { type: ALLOWED, status: 'False' as const, observedGeneration, lastTransitionTime, reason: 'InsufficientPods', message: '' }
  return before ? conditions.map(each => (each === before ? condition : each)) : [...conditions, condition]
}

function tooMany(_budget: PodDisruptionBudget, message: string, retryAfterSeconds?: number): StatusError {
  const causes: Cause[] = [{ reason: 'DisruptionBudget', message }]
  return new StatusError('TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", { causes, ...(retryAfterSeconds && { retryAfterSeconds }) })
}

export const eviction: SubresourceHandler = { name: 'eviction', kind: 'Pod', perform: evict }
