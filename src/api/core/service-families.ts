import type { Cause } from '../../machinery/status.ts'
import { addressProblems, isIPv4 } from '../addresses.ts'
import { duplicate, invalid, notSupported, required, sameJson } from '../validation.ts'
import type { ServiceSpec } from './service-schema.ts'
import { alignAddresses, isHeadless, keepAllocated, sameAddresses } from './service-strategy.ts'

export type Family = 'IPv4' | 'IPv6'

const POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack']
const FAMILIES = ['IPv4', 'IPv6']
const ADDRESSES = 'spec.clusterIPs'
const POLICY = 'spec.ipFamilyPolicy'
const CHANGED = 'may not change once set'
const familyOf = (address: string): Family => (address.includes(':') ? 'IPv6' : 'IPv4')
const otherThan = (family: string): Family => (family === 'IPv4' ? 'IPv6' : 'IPv4')
type Families = NonNullable<ServiceSpec['ipFamilies']>

/** Addresses and IP families, as far as the service alone tells. */
export function validateAddresses(spec: ServiceSpec, old: ServiceSpec | undefined): Cause[] {
  if (spec.type === 'ExternalName') return []
  const { clusterIP = '', clusterIPs = [], ipFamilyPolicy } = spec
  const causes: Cause[] = []
  if (clusterIP && clusterIPs.length === 0) causes.push(required(ADDRESSES))
  else if (clusterIP && clusterIPs[0] !== clusterIP) causes.push(invalid(ADDRESSES, clusterIPs, 'first value must match `clusterIP`'))
  else if (!clusterIP && clusterIPs.length > 0) causes.push(invalid(ADDRESSES, clusterIPs, 'must be empty when `clusterIP` is not specified'))
  const families = spec.ipFamilies ?? []
  for (const [index, family] of families.entries()) {
    if (!FAMILIES.includes(family)) causes.push(notSupported(`spec.ipFamilies[${index}]`, family, FAMILIES))
    if (families.indexOf(family) !== index) causes.push(duplicate(`spec.ipFamilies[${index}]`, family))
  }
  if (ipFamilyPolicy !== undefined && !POLICIES.includes(ipFamilyPolicy)) causes.push(notSupported(POLICY, ipFamilyPolicy, POLICIES))
  return [...causes, ...validateEach(spec, old?.clusterIPs ?? [])]
}

function validateEach(spec: ServiceSpec, known: readonly string[]): Cause[] {
  const { clusterIPs = [], ipFamilies = [] } = spec
  const wrong = clusterIPs.flatMap((address, index) => {
    if (index === 0 && address === 'None') return clusterIPs.length > 1 ? [invalid(ADDRESSES, clusterIPs, "'None' must be the first and only value")] : []
    return known.includes(address) ? [] : addressProblems(address).map(problem => invalid(`${ADDRESSES}[${index}]`, address, problem))
  })
  const causes = [...wrong, ...(clusterIPs.length > 2 ? [invalid(ADDRESSES, clusterIPs, 'may only hold up to 2 values')] : [])]
  if (wrong.length > 0) return causes
  if (clusterIPs.length > 1 && new Set(clusterIPs.map(isIPv4)).size < 2) causes.push(invalid(ADDRESSES, clusterIPs, 'may specify no more than one IP for each IP family'))
  if (isHeadless({ spec })) return causes
  for (const [index, address] of clusterIPs.entries()) {
    const family = ipFamilies[index]
    if (family && FAMILIES.includes(family) && family !== familyOf(address)) causes.push(invalid(`${ADDRESSES}[${index}]`, address, `expected an ${family} value as indicated by \`ipFamilies[${index}]\``))
  }
  return causes
}

/** What comes before addresses are given out: the spec says of itself what it leaves open, and the causes why that cannot be had. */
export function settleService(spec: ServiceSpec, old: ServiceSpec | undefined, cluster: readonly Family[]): Cause[] {
  if (old) keepAllocated(spec, old)
  alignAddresses(spec, old)
  return settleFamilies(spec, old, cluster)
}

/**
 * Decides which IP families a service has: what it says, what its addresses say, or else the cluster's own, which is the first. Fills in what
 * is left open; the causes say why it cannot be had.
 */
export function settleFamilies(spec: ServiceSpec, old: ServiceSpec | undefined, cluster: readonly Family[]): Cause[] {
  if (spec.type === 'ExternalName' || keepsPreference(spec, old)) return []
  const isOpen = spec.clusterIP === 'None' && Object.keys(spec.selector ?? {}).length === 0
  // Nobody but its author knows what such a service points to, so no family is left out.
  spec.ipFamilyPolicy ??= old?.ipFamilyPolicy ?? (isOpen ? 'RequireDualStack' : 'SingleStack')
  const malformed = validateAddresses(spec, old)
  if (malformed.length > 0) return malformed
  const causes = [...(old ? release(spec, old) : []), ...singleStack(spec), ...inferFamilies(spec, cluster)]
  if (causes.length > 0) return causes
  const families: Families = spec.ipFamilies ?? []
  if (isOpen) {
    const all = families.length > 0 ? families : [cluster[0]!]
    spec.ipFamilies = all.length < 2 && spec.ipFamilyPolicy !== 'SingleStack' ? [...all, otherThan(all[0]!)] : all
    return []
  }
  return clusterFamilies(spec, families, cluster)
}

function clusterFamilies(spec: ServiceSpec, families: Families, cluster: readonly Family[]): Cause[] {
  const causes: Cause[] = []
  if (spec.ipFamilyPolicy === 'RequireDualStack' && cluster.length < 2) causes.push(invalid(POLICY, spec.ipFamilyPolicy, 'this cluster is not configured for dual-stack services'))
  for (const [index, family] of families.entries()) if (!cluster.includes(family as Family)) causes.push(invalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'))
  if (causes.length > 0) return causes
  const own = families.length > 0 ? families : [cluster[0]!]
  spec.ipFamilies = spec.ipFamilyPolicy !== 'SingleStack' && own.length === 1 && cluster.length === 2 ? [...own, otherThan(own[0]!)] : own
  return []
}

/** A service that would rather have both stays as it is when the cluster gains or loses a family. */
const keepsPreference = (spec: ServiceSpec, old: ServiceSpec | undefined): boolean => !!old && old.type === spec.type &&
  spec.ipFamilyPolicy === 'PreferDualStack' && old.ipFamilyPolicy === 'PreferDualStack' && sameAddresses(spec, old) && sameJson(spec.ipFamilies, old.ipFamilies)

/** Whether a service goes from two families to one: its policy has to say so. */
function release(spec: ServiceSpec, old: ServiceSpec): Cause[] {
  if (spec.ipFamilyPolicy === 'SingleStack') {
    if (sameAddresses(spec, old) && (spec.clusterIPs?.length ?? 0) > 1) spec.clusterIPs = spec.clusterIPs!.slice(0, 1)
    if (sameJson(spec.ipFamilies, old.ipFamilies) && (spec.ipFamilies?.length ?? 0) > 1) spec.ipFamilies = spec.ipFamilies!.slice(0, 1)
    return []
  }
  const reduced = (next: readonly string[] | undefined, before: readonly string[] | undefined): boolean => (next?.length ?? 0) > 0 && next!.length < (before?.length ?? 0)
  return [
    ...(reduced(spec.clusterIPs, old.clusterIPs) ? [invalid(POLICY, spec.ipFamilyPolicy, "must be 'SingleStack' to release the secondary cluster IP")] : []),
    ...(reduced(spec.ipFamilies, old.ipFamilies) ? [invalid(POLICY, spec.ipFamilyPolicy, "must be 'SingleStack' to release the secondary IP family")] : []),
  ]
}

function singleStack({ ipFamilyPolicy, clusterIPs, ipFamilies }: ServiceSpec): Cause[] {
  if (ipFamilyPolicy !== 'SingleStack') return []
  return ([['cluster IPs', clusterIPs], ['IP families', ipFamilies]] as const).filter(([, list]) => list?.length === 2)
    .map(([what]) => invalid(POLICY, ipFamilyPolicy, `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`))
}

/** Families that are not stated follow from the addresses. */
function inferFamilies(spec: ServiceSpec, cluster: readonly Family[]): Cause[] {
  const causes: Cause[] = []
  const families: Families = [...(spec.ipFamilies ?? [])]
  for (const [index, address] of (spec.clusterIPs ?? []).entries()) {
    if (address === 'None') break
    if (index < families.length) continue
    const family = familyOf(address)
    if (cluster.includes(family)) families.push(family)
    else causes.push(invalid(`${ADDRESSES}[${index}]`, spec.clusterIPs, `${family} is not configured on this cluster`))
  }
  if (families.length > 0) spec.ipFamilies = families
  return causes
}

/** An address stays for as long as the service has one; a second one may come and go. */
export function validateAddressUpdate(next: ServiceSpec, old: ServiceSpec): Cause[] {
  const [headless, wasHeadless] = [isHeadless({ spec: next }), isHeadless({ spec: old })]
  if (next.type === 'ExternalName' || old.type === 'ExternalName' || (headless && wasHeadless)) return []
  return [...changedAddresses(next, old), ...(headless === wasHeadless ? changedFamilies(next, old) : [])]
}

function changedAddresses({ clusterIPs = [], ipFamilyPolicy }: ServiceSpec, { clusterIPs: before = [] }: ServiceSpec): Cause[] {
  if (clusterIPs.length === before.length) return before.flatMap((address, index) => (address === clusterIPs[index] ? [] : [invalid(`${ADDRESSES}[${index}]`, clusterIPs, CHANGED)]))
  const causes: Cause[] = []
  const isLess = clusterIPs.length < before.length
  if (clusterIPs.length === 0) causes.push(invalid(`${ADDRESSES}[0]`, clusterIPs, 'primary clusterIP can not be unset'))
  else if (before.length > 0 && clusterIPs[0] !== before[0]) causes.push(invalid(`${ADDRESSES}[0]`, clusterIPs, CHANGED))
  if (isLess && clusterIPs.length === 1 && ipFamilyPolicy !== 'SingleStack') causes.push(invalid(POLICY, ipFamilyPolicy, "must be set to 'SingleStack' when releasing the secondary clusterIP"))
  return causes
}

function changedFamilies({ clusterIPs = [], ipFamilies = [], ipFamilyPolicy }: ServiceSpec, { ipFamilies: before = [] }: ServiceSpec): Cause[] {
  const first = 'spec.ipFamilies[0]'
  if (ipFamilies.length === before.length) return before.flatMap((family, index) => (family === ipFamilies[index] ? [] : [invalid(first, ipFamilies, CHANGED)]))
  const causes: Cause[] = []
  const isLess = ipFamilies.length < before.length
  if (isLess && clusterIPs.length === 0) causes.push(invalid(first, ipFamilies, 'primary ipFamily can not be unset'))
  // Upstream shows the addresses here.
  if (ipFamilies.length > 0 && before.length > 0 && ipFamilies[0] !== before[0]) causes.push(invalid(first, clusterIPs, CHANGED))
  if (isLess && ipFamilies.length === 1 && ipFamilyPolicy !== 'SingleStack') causes.push(invalid(POLICY, ipFamilyPolicy, "must be set to 'SingleStack' when releasing the secondary ipFamily"))
  return causes
}
