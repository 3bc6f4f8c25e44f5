import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { isPodFinished, isSidecar } from '../api/core/pod/predicates.ts'
import { Services, type Service, type ServicePort } from '../api/core/service.ts'
import type { CacheReader } from '../client/cache.ts'
import type { ObjectRef } from '../client/client.ts'
import { matchesLabels } from '../machinery/selector.ts'

/** The services that a pod stands behind. */
export const servicesOf = (pod: Pod, cache: CacheReader): ObjectRef[] => cache.list(Services, { namespace: pod.metadata.namespace })
  .filter(({ spec }) => spec.selector && matchesLabels(spec.selector, pod.metadata.labels)).map(service => service.metadata)

/** The pods behind a service, terminating ones included, in the order of their names. */
export const podsBehind = (service: Service, cache: CacheReader): Pod[] => cache.list(Pods, { namespace: service.metadata.namespace })
  .filter(pod => matchesLabels(service.spec.selector ?? {}, pod.metadata.labels)).sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))

/** Whether a pod can be an endpoint at all: it has an address and has not ended. */
export const canServe = (pod: Pod): boolean => !isPodFinished(pod) && !!(pod.status.podIP || pod.status.podIPs?.length)

/** The name under which DNS knows the pod behind a headless service. */
export const hostnameFor = (pod: Pod, service: Service): string | undefined =>
  pod.spec.hostname && pod.spec.subdomain === service.metadata.name ? pod.spec.hostname : undefined

/** The container port that a service port leads to; undefined: the pod has no port of that name. */
export function targetPortOf(pod: Pod, { targetPort, port, protocol = 'TCP' }: ServicePort): number | undefined {
  if (typeof targetPort === 'number') return targetPort || port
  if (!targetPort) return port
  if (/^\d+$/.test(targetPort)) return Number(targetPort)
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? []).filter(isSidecar)]
  return containers.flatMap(container => container.ports ?? []).find(candidate => candidate.name === targetPort && (candidate.protocol ?? 'TCP') === protocol)?.containerPort
}

export const isHeadless = ({ spec }: Service): boolean => spec.clusterIP === 'None'

/** Labels of a service that its endpoints carry too, with the mark of headless services. */
export function endpointLabels(service: Service, reserved: ReadonlySet<string>): Record<string, string> {
  const own = Object.fromEntries(Object.entries(service.metadata.labels ?? {}).filter(([key]) => !reserved.has(key) && key !== HEADLESS))
  return { ...own, ...(isHeadless(service) && { [HEADLESS]: '' }) }
}

export const HEADLESS = 'service.kubernetes.io/headless'
