import type { LimitRange, LimitRangeItem } from '../../api/core/limit-range.ts'
import { LimitRanges } from '../../api/core/limit-range.ts'
import type { PersistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts'
import { PersistentVolumeClaims } from '../../api/core/persistent-volume-claim.ts'
import type { Pod } from '../../api/core/pod/pod.ts'
import { Pods } from '../../api/core/pod/pod.ts'
import { podAmounts } from '../../api/core/pod/predicates.ts'
import { compareQuantities, milliValue } from '../../machinery/quantity.ts'
import { forbidden } from '../../machinery/status.ts'
import type { AdmissionPlugin } from './admission.ts'
import { quantitiesOf } from '../../api/core/quota/quantities.ts'

const ANNOTATION = 'kubernetes.io/limit-ranger'

/** A namespace's containers get default requests and limits, and stay within bounds; so do its pods as a whole and its claims. */
export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  handles: ({ operation, resource, subresource }) =>
    (resource === Pods && ((operation === 'CREATE' && !subresource) || (operation === 'UPDATE' && subresource === 'resize'))) ||
    (resource === PersistentVolumeClaims && !subresource && (operation === 'CREATE' || operation === 'UPDATE')),

  mutate(request, context) {
    if (request.resource !== Pods || request.operation !== 'CREATE') return
    for (const range of context.list<LimitRange>(LimitRanges, request.namespace)) fillIn(request.object as Pod, range)
  },

  validate(request, context) {
    for (const range of context.list<LimitRange>(LimitRanges, request.namespace)) {
      const faults = request.resource === Pods ? podFaults(request.object as Pod, range) : claimFaults(request.object as PersistentVolumeClaim, range)
      if (faults.length > 0) throw forbidden(request.resource, request.shownName, faults.length === 1 ? faults[0]! : `[${faults.join(', ')}]`)
    }
  },
}

type Quantities = Readonly<Record<string, string>>

function fillIn(pod: Pod, { spec }: LimitRange): void {
  const items = (spec.limits ?? []).filter(({ type }) => type === 'Container')
  const requests: Quantities = Object.assign({}, ...items.map(({ defaultRequest }) => defaultRequest))
  const limits: Quantities = Object.assign({}, ...items.map(item => item.default))
  const told: string[] = []
  for (const [list, label] of [[pod.spec.containers, 'container'], [pod.spec.initContainers ?? [], 'init container']] as const) {
    for (const container of list) {
      const own = container.resources
      const [addedRequests, addedLimits] = [missing(own?.requests, requests), missing(own?.limits, limits)]
      if (addedRequests.length > 0) told.push(`${addedRequests.join(', ')} request for ${label} ${container.name}`)
      if (addedLimits.length > 0) told.push(`${addedLimits.join(', ')} limit for ${label} ${container.name}`)
      container.resources = {
        ...own, ...(addedRequests.length > 0 && { requests: { ...requests, ...own?.requests } }), ...(addedLimits.length > 0 && { limits: { ...limits, ...own?.limits } }),
      }
    }
  }
  if (told.length > 0) pod.metadata.annotations = { ...pod.metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${told.join('; ')}` }
}

const missing = (own: Quantities | undefined, defaults: Quantities): string[] => Object.keys(defaults).filter(name => own?.[name] === undefined).sort()

function podFaults({ spec }: Pod, range: LimitRange): string[] {
  const faults: string[] = []
  for (const item of range.spec.limits ?? []) {
    if (item.type === 'Container') {
      for (const { resources } of [...spec.containers, ...(spec.initContainers ?? [])]) faults.push(...boundFaults(item, resources?.requests ?? {}, resources?.limits ?? {}))
    } else if (item.type === 'Pod') {
      faults.push(...boundFaults(item, quantitiesOf(podAmounts(spec, 'requests', true)), quantitiesOf(podAmounts(spec, 'limits', true))))
    }
  }
  return faults
}

const entries = (quantities: Quantities | undefined): [string, string][] => Object.entries(quantities ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))

function boundFaults(item: LimitRangeItem, requests: Quantities, limits: Quantities): string[] {
  const { type, min, max, maxLimitRequestRatio } = item
  const above = (a: string | undefined, b: string): boolean => a !== undefined && compareQuantities(a, b) > 0
  const faults: (string | undefined)[] = [
    ...entries(min).map(([name, least]) => {
      const prefix = `minimum ${name} usage per ${type} is ${least}`
      if (requests[name] === undefined) return `${prefix}.  No request is specified`
      if (above(least, requests[name])) return `${prefix}, but request is ${requests[name]}`
      return limits[name] !== undefined && above(least, limits[name]) ? `${prefix}, but limit is ${limits[name]}` : undefined
    }),
    ...entries(max).map(([name, most]) => {
      const prefix = `maximum ${name} usage per ${type} is ${most}`
      if (limits[name] === undefined) return `${prefix}.  No limit is specified`
      if (above(limits[name], most)) return `${prefix}, but limit is ${limits[name]}`
      return above(requests[name], most) ? `${prefix}, but request is ${requests[name]}` : undefined
    }),
    ...entries(maxLimitRequestRatio).map(([name, most]) => ratioFault(`${name} max limit to request ratio per ${type} is ${most}`, most, requests[name], limits[name])),
  ]
  return faults.filter(fault => fault !== undefined)
}

function ratioFault(prefix: string, most: string, request: string | undefined, limit: string | undefined): string | undefined {
  if (request === undefined || compareQuantities(request, '0') === 0) return `${prefix}, but no request is specified or request is 0`
  if (limit === undefined || compareQuantities(limit, '0') === 0) return `${prefix}, but no limit is specified or limit is 0`
  const ratio = milliValue(limit) / milliValue(request)
  return ratio * 1000 > milliValue(most) ? `${prefix}, but provided ratio is ${ratio.toFixed(6)}` : undefined
}

function claimFaults({ spec }: PersistentVolumeClaim, range: LimitRange): string[] {
  const requests = spec.resources?.requests ?? {}
  const faults: string[] = []
  for (const { type, min, max } of (range.spec.limits ?? []).filter(item => item.type === 'PersistentVolumeClaim')) {
    for (const [name, least] of entries(min)) {
      const prefix = `minimum ${name} usage per ${type} is ${least}`
      if (requests[name] === undefined) faults.push(`${prefix}.  No request is specified`)
      else if (compareQuantities(requests[name], least) < 0) faults.push(`${prefix}, but request is ${requests[name]}`)
    }
    for (const [name, most] of entries(max)) {
      const prefix = `maximum ${name} usage per ${type} is ${most}`
      if (requests[name] === undefined) faults.push(`${prefix}.  No request is specified`)
      else if (compareQuantities(requests[name], most) > 0) faults.push(`${prefix}, but request is ${requests[name]}`)
    }
  }
  return faults
}
