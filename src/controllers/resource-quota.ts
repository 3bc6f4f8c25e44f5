import { add, pick, type Quantities } from '../api/core/quota/quantities.ts'
import { inScope } from '../api/core/quota/scopes.ts'
import { usageOf } from '../api/core/quota/usage.ts'
import { PersistentVolumeClaims } from '../api/core/persistent-volume-claim.ts'
import { Pods } from '../api/core/pod/pod.ts'
import { ResourceQuotas, type ResourceQuota } from '../api/core/resource-quota.ts'
import { Services } from '../api/core/service.ts'
import { resources } from '../api/index.ts'
import type { AnyResource, Resource } from '../api/resource.ts'
import type { CacheReader } from '../client/cache.ts'
import { compareQuantities } from '../machinery/quantity.ts'
import { qualifiedResource } from '../machinery/status.ts'
import { sameJson } from './conditions.ts'
import { defineController, watched, type ControllerModule } from './framework.ts'

/** A busy namespace is counted at most this often. */
const SPACING_MS = 200
/** Admission books before it stores: what it booked may not be given back before the object can have appeared. */
const BOOKED_MS = 500
/** A quota that is booked on all the time is counted down all the same. */
const PATIENCE_MS = 10_000

/** Kinds that a quota can count, once each whatever their versions. */
const countedKinds = (): AnyResource[] => [...new Map(resources
  .filter(({ namespaced, verbs }) => namespaced && ['create', 'delete', 'list', 'watch'].every(verb => verbs.includes(verb as never)))
  .map(resource => [qualifiedResource(resource), resource])).values()].filter(({ plural }) => plural !== 'events')

interface Memory {
  countedAt: number
  /** The version that was seen last, and since when. */
  version: string
  versionAt: number
  /** Since when less is used than is booked. */
  lessSince: number | undefined
}

/** Counts what a namespace uses, so that what is deleted can be used again. */
export const resourceQuotaController: ControllerModule = { name: 'resourcequota', start: options => define(new Map()).start(options) }

const define = (memories: Map<string, Memory>) => {
  const kinds = countedKinds()
  return defineController<ResourceQuota>({
    name: 'resourcequota',
    for: ResourceQuotas,
    watches: kinds.filter(kind => kind !== ResourceQuotas).map(kind => watched(kind as Resource, ({ metadata: { namespace } }, cache) => cache.list(ResourceQuotas, { namespace }).map(({ metadata }) => metadata))),
    async reconcile(quota, { cache, client, clock }) {
      const now = clock.now()
      const { uid, resourceVersion } = quota.metadata
      const memory = memories.get(uid) ?? { countedAt: -Infinity, version: '', versionAt: now, lessSince: undefined }
      memories.set(uid, memory)
      if (memory.version !== resourceVersion) Object.assign(memory, { version: resourceVersion, versionAt: now })
      else if (now < memory.countedAt + SPACING_MS) return { afterMs: memory.countedAt + SPACING_MS - now }
      memory.countedAt = now
      const counted = countUsage(quota, kinds, cache)
      const isLess = isLower(counted, quota.status.used ?? {})
      memory.lessSince = isLess ? memory.lessSince ?? now : undefined
      const waitMs = isLess ? Math.min(memory.versionAt + BOOKED_MS, memory.lessSince! + PATIENCE_MS) - now : 0
      const used = waitMs > 0 ? highest(counted, quota.status.used ?? {}) : counted
      const status = { hard: quota.spec.hard ?? {}, used }
      if (!sameJson(status, { hard: quota.status.hard ?? {}, used: quota.status.used ?? {} })) {
        const written = await client.updateStatus(ResourceQuotas, { ...quota, status })
        // Its own writing is no booking.
        memory.version = written.metadata.resourceVersion
      }
      return { afterMs: waitMs > 0 ? waitMs : undefined }
    },
    async gone() {
      if (memories.size > 1000) memories.clear()
    },
  })
}

/** What the namespace uses of each resource that the quota limits; resources that nothing can be counted for are left out. */
export function countUsage(quota: ResourceQuota, kinds: readonly AnyResource[], cache: CacheReader): Quantities {
  const hard = Object.keys(quota.spec.hard ?? {})
  let used: Quantities = {}
  for (const kind of kinds) {
    const names = hard.filter(name => isCountedBy(kind, name))
    if (names.length === 0) continue
    used = add(used, Object.fromEntries(names.map(name => [name, '0'])))
    for (const object of cache.list(kind as Resource, { namespace: quota.metadata.namespace })) {
      if (inScope(quota, kind, object)) used = add(used, pick(usageOf(kind, object), names))
    }
  }
  return used
}

const BARE = new Set(['configmaps', 'secrets', 'resourcequotas', 'replicationcontrollers'])

function isCountedBy(kind: AnyResource, name: string): boolean {
  if (name === `count/${qualifiedResource(kind)}`) return true
  if (kind === Services) return name === 'services' || name.startsWith('services.')
  if (kind === PersistentVolumeClaims) return name === 'persistentvolumeclaims' || name === 'requests.storage' || name.includes('.storageclass.storage.k8s.io/')
  if (kind === Pods) return name !== 'requests.storage' && /^(pods|cpu|memory|ephemeral-storage|hugepages-.*|requests\.[^/]+(\/.*)?|limits\..*)$/.test(name) && !name.includes('.storageclass.')
  return kind.group === '' && kind.plural === name && BARE.has(name)
}

const isLower = (counted: Quantities, before: Quantities): boolean =>
  Object.entries(before).some(([name, quantity]) => counted[name] !== undefined && compareQuantities(counted[name], quantity) < 0)

const highest = (a: Quantities, b: Quantities): Quantities =>
  Object.fromEntries(Object.entries(a).map(([name, quantity]) => [name, b[name] !== undefined && compareQuantities(b[name], quantity) > 0 ? b[name] : quantity]))
