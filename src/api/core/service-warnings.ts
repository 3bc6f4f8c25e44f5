import type { Service } from './service-schema.ts'
import { addressWarnings, cidrWarnings } from '../cidr.ts'
import { isHeadless } from './service-strategy.ts'

const HINTS = 'service.kubernetes.io/topology-aware-hints'

/** What has no effect, or will have none some day. */
export function serviceWarnings(service: Service): string[] {
  const { metadata, spec } = service
  const warnings: string[] = []
  if (metadata.annotations?.[HINTS] !== undefined) warnings.push(`annotation ${HINTS} is deprecated, please use service.kubernetes.io/topology-mode instead`)
  const isExternal = spec.type === 'ExternalName'
  if (!isExternal && spec.clusterIP && spec.clusterIP !== 'None') warnings.push(...(spec.clusterIPs ?? []).flatMap((ip, index) => addressWarnings(`spec.clusterIPs[${index}]`, ip)))
  const headless = isHeadless(service)
  const ignored = (field: string, given: unknown): void => {
    if (headless && given) warnings.push(`spec.${field} is ignored for headless services`)
  }
  ignored('loadBalancerIP', spec.loadBalancerIP)
  ignored('externalIPs', spec.externalIPs?.length)
  ignored('SessionAffinity', spec.sessionAffinity !== 'None')
  warnings.push(...(spec.externalIPs ?? []).flatMap((ip, index) => addressWarnings(`spec.externalIPs[${index}]`, ip)))
  if (spec.externalIPs?.length && !headless && !isExternal) warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters')
  if (spec.loadBalancerIP) warnings.push(...addressWarnings('spec.loadBalancerIP', spec.loadBalancerIP))
  warnings.push(...(spec.loadBalancerSourceRanges ?? []).flatMap((range, index) => cidrWarnings(`spec.loadBalancerSourceRanges[${index}]`, range)))
  if (isExternal && spec.externalIPs?.length) warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"')
  if (!isExternal && spec.externalName) warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"')
  if (spec.trafficDistribution === 'PreferClose') warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"')
  return warnings
}
