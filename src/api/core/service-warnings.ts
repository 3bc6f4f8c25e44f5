import type { Service } from './service-schema.ts'
import { isHeadless } from './service-strategy.ts'

const HINTS = 'service.kubernetes.io/topology-aware-hints'

/** What has no effect, or will have none some day. */
export function serviceWarnings(service: Service): string[] {
  const { metadata, spec } = service
  const warnings: string[] = []
  if (metadata.annotations?.[HINTS] !== undefined) warnings.push(`annotation ${HINTS} is deprecated, please use service.kubernetes.io/topology-mode instead`)
  const ignored = (field: string, given: unknown): void => {
    if (given) warnings.push(`spec.${field} is ignored for headless services`)
  }
  if (isHeadless(service)) {
    ignored('loadBalancerIP', spec.loadBalancerIP)
    ignored('externalIPs', spec.externalIPs?.length)
    ignored('SessionAffinity', spec.sessionAffinity !== 'None')
  }
  if (spec.externalIPs?.length && !isHeadless(service)) {
    warnings.push(spec.type === 'ExternalName' ? 'spec.externalIPs is ignored when spec.type is "ExternalName"' : 'spec.externalIPs is deprecated and may no longer be implemented in some clusters')
  }
  if (spec.type !== 'ExternalName' && spec.externalName) warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"')
  if (spec.trafficDistribution === 'PreferClose') warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"')
  return warnings
}
