import type { Pod } from '../../api/core/pod/pod.ts'
import { Pods } from '../../api/core/pod/pod.ts'
import type { ResourceQuota } from '../../api/core/resource-quota.ts'
import { ResourceQuotas } from '../../api/core/resource-quota.ts'
import { PersistentVolumeClaims } from '../../api/core/persistent-volume-claim.ts'
import { Services } from '../../api/core/service.ts'
import { compareQuantities } from '../../machinery/quantity.ts'
import { conflict, forbidden } from '../../machinery/status.ts'
import type { AdmissionContext, AdmissionPlugin, AdmissionRequest } from './admission.ts'
import { add, excess, format, pick, type Quantities } from '../../api/core/quota/quantities.ts'
import { inScope } from '../../api/core/quota/scopes.ts'
import { unspecified, usageOf } from '../../api/core/quota/usage.ts'

/** How often a quota that others keep writing is tried again. */
const ATTEMPTS = 10

/**
 * A namespace uses no more than its quotas allow. What a request would add is booked on the quotas before the object is stored, by
 * compare-and-commit, one request of a namespace at a time: so many writers at once together stay within the limit. What is
 * deleted, or booked for a write that failed afterwards, the resource quota controller gives back.
 */
export function resourceQuota(): AdmissionPlugin {
  const waiting = new Map<string, Promise<void>>()

  /** Runs one after another for each namespace. */
  async function inTurn(namespace: string, action: () => Promise<void>): Promise<void> {
    const before = waiting.get(namespace)
    const own = (before ?? Promise.resolve()).then(action)
    const settled = own.then(() => {}, () => {})
    waiting.set(namespace, settled)
    void settled.then(() => { if (waiting.get(namespace) === settled) waiting.delete(namespace) })
    return own
  }

  return {
    name: 'ResourceQuota',
    handles: request => request.resource.namespaced && isCounted(request),

    async validate(request, context) {
      const namespace = request.namespace!
      if (chargesFor(request, context).length === 0) return
      await inTurn(namespace, () => book(request, context))
    },
  }
}

/** Kinds are counted when they are made; pods, services and claims also when a change makes them count for more. */
function isCounted({ operation, resource, subresource, oldObject, object }: AdmissionRequest): boolean {
  if (operation === 'CREATE') return !subresource && resource.verbs.includes('create') && resource.verbs.includes('get')
  if (operation !== 'UPDATE') return false
  if (resource === Services || resource === PersistentVolumeClaims) return !subresource
  if (resource !== Pods) return false
  const deadline = (pod: unknown): unknown => (pod as Pod).spec.activeDeadlineSeconds ?? undefined
  return subresource === 'resize' || (!subresource && deadline(object) !== deadline(oldObject))
}

interface Charge {
  readonly quota: ResourceQuota
  readonly added: Quantities
}

/** What the request would add to each quota that it concerns. Throws when it says too little for that to be known. */
function chargesFor(request: AdmissionRequest, context: AdmissionContext): Charge[] {
  const { resource, object, oldObject } = request
  const quotas = context.list<ResourceQuota>(ResourceQuotas, request.namespace)
  if (quotas.length === 0) return []
  const usage = usageOf(resource, object!)
  const before = oldObject ? usageOf(resource, oldObject) : {}
  return quotas.flatMap(quota => {
    const hard = Object.keys(quota.status?.hard ?? {})
    const concerned = hard.filter(name => usage[name] !== undefined || (resource === Pods && unspecified(object as Pod, [name]) !== ''))
    if (concerned.length === 0 || !inScope(quota, resource, object!)) return []
    const silent = resource === Pods ? unspecified(object as Pod, concerned) : ''
    if (silent) throw forbidden(resource, request.shownName, `failed quota: ${quota.metadata.name}: ${silent}`)
    const unknown = concerned.filter(name => quota.status?.used?.[name] === undefined)
    if (unknown.length > 0) throw forbidden(resource, request.shownName, `status unknown for quota: ${quota.metadata.name}, resources: ${unknown.sort().join(',')}`)
    const added = excess(pick(usage, hard), oldObject && inScope(quota, resource, oldObject) ? before : {})
    return Object.keys(added).length > 0 ? [{ quota, added }] : []
  })
}

async function book(request: AdmissionRequest, context: AdmissionContext): Promise<void> {
  const booked = new Set<string>()
  await context.fresh(ResourceQuotas)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const charges = chargesFor(request, context).filter(({ quota }) => !booked.has(quota.metadata.uid))
    for (const charge of charges) refuseExcess(request, charge)
    if (request.dryRun) return
    const results = await Promise.all(charges.map(async ({ quota, added }) => {
      const next: ResourceQuota = { ...quota, status: { ...quota.status, used: add(quota.status.used ?? {}, added) } }
      if (!(await context.commit(ResourceQuotas, quota, next))) return false
      booked.add(quota.metadata.uid)
      return true
    }))
    await context.fresh(ResourceQuotas)
    if (results.every(done => done)) return
  }
  throw conflict(ResourceQuotas, '', 'the quotas of this namespace change too often; please try again')
}

function refuseExcess(request: AdmissionRequest, { quota, added }: Charge): void {
  const hard = quota.status.hard ?? {}
  const used = quota.status.used ?? {}
  const next = add(pick(used, Object.keys(added)), added)
  const over = Object.keys(added).filter(name => compareQuantities(next[name]!, hard[name]!) > 0)
  if (over.length === 0) return
  const shown = [`requested: ${format(pick(added, over))}`, `used: ${format(pick(used, over))}`, `limited: ${format(pick(hard, over))}`]
  throw forbidden(request.resource, request.shownName, `exceeded quota: ${quota.metadata.name}, ${shown.join(', ')}`)
}
