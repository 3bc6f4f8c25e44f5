import { PodDisruptionBudgets, type PodDisruptionBudget } from '../../api/policy/pod-disruption-budget.ts'
import { deleteOptions, type DeleteOptions } from '../../api/meta/options.ts'
import { eviction as evictionSchema, type Eviction } from '../../api/policy/eviction.ts'
import type { Pod } from '../../api/core/pod/pod.ts'
import { decode } from '../../machinery/schema/decode.ts'
import { timestamp } from '../../machinery/clock.ts'
import { selectorFrom } from '../../machinery/selector.ts'
import { invalid as invalidValue } from '../../api/validation.ts'
import { badRequest, invalid, StatusError, type Cause } from '../../machinery/status.ts'
import { admitCreate } from '../admission-chain.ts'
import { isDryRun, nameOf, type Call, type Outcome } from '../call.ts'
import { readObject, type BodyKind } from '../object-body.ts'
import { removeObject } from '../verbs/delete.ts'
import type { Server } from '../verbs/verb.ts'
import type { SubresourceHandler } from './subresource.ts'

const kind: BodyKind = { group: 'policy', version: 'v1', kind: 'Eviction', schema: evictionSchema, olderVersions: ['policy/v1beta1'] }
/** More disrupted pods than this mean that nobody looks after the budget. */
const MOST_DISRUPTED = 2000
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
  if (needsBudget) {
    await spendBudget(server, call, pod)
    await markDisrupted(server, call)
  }
  const dryRun = [...(options.dryRun ?? []), ...(call.options.dryRun ?? [])]
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

async function spendBudget(server: Server, call: Call, pod: Pod): Promise<void> {
  const budgets = server.stores.list<PodDisruptionBudget>(PodDisruptionBudgets, pod.metadata.namespace)
    .filter(({ spec }) => spec.selector !== undefined && selectorFrom(spec.selector).matches(pod.metadata.labels))
  if (budgets.length === 0) return
  if (budgets.length > 1) throw new StatusError('', 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.', undefined, { code: 500 })
  const budget = budgets[0]!
  if (!isReady(pod) && mayEvictUnhealthy(budget)) return
  await server.registry.update({ ...call, resource: PodDisruptionBudgets, name: budget.metadata.name, verb: 'update', subresource: 'status', options: { ...call.options, ...(isDryRun(call) && { dryRun: ['All'] }) } }, {
    subresource: 'status', internal: true, next: current => spent(current as PodDisruptionBudget, pod, timestamp(server.clock.now())),
  })
}

/** A pod that is not ready counts for nothing: it may go while the budget is met without it, or always where the budget says so. */
const mayEvictUnhealthy = ({ spec, status }: PodDisruptionBudget): boolean =>
  spec.unhealthyPodEvictionPolicy === 'AlwaysAllow' || (status.currentHealthy >= status.desiredHealthy && status.desiredHealthy > 0)

function spent(budget: PodDisruptionBudget, pod: Pod, now: string): PodDisruptionBudget {
  const { status, metadata } = budget
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    throw tooMany(budget, `The disruption budget ${metadata.name} is still being processed by the server.`, 10)
  }
  if (status.disruptionsAllowed <= 0) {
    throw tooMany(budget, `The disruption budget ${metadata.name} needs ${status.desiredHealthy} healthy pods and has ${status.currentHealthy} currently`)
  }
  if (Object.keys(status.disruptedPods ?? {}).length > MOST_DISRUPTED) throw new StatusError('Forbidden', 'DisruptedPods map too big - too many evictions not confirmed by PDB controller')
  return {
    ...budget, status: { ...status, disruptionsAllowed: status.disruptionsAllowed - 1, disruptedPods: { ...status.disruptedPods, [pod.metadata.name]: now } },
  } as PodDisruptionBudget
}

function tooMany(_budget: PodDisruptionBudget, message: string, retryAfterSeconds?: number): StatusError {
  const causes: Cause[] = [{ reason: 'DisruptionBudget', message }]
  return new StatusError('TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", { causes, ...(retryAfterSeconds && { retryAfterSeconds }) })
}

export const eviction: SubresourceHandler = { name: 'eviction', kind: 'Pod', perform: evict }
