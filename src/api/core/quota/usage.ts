import type { PersistentVolumeClaim } from '../persistent-volume-claim.ts'
import { PersistentVolumeClaims } from '../persistent-volume-claim.ts'
import type { Pod } from '../pod/pod.ts'
import { Pods } from '../pod/pod.ts'
import { isPodFinished, podAmounts } from '../pod/predicates.ts'
import type { Service } from '../service.ts'
import { Services } from '../service.ts'
import type { AnyResource, KubeObject } from '../../resource.ts'
import { qualifiedResource } from '../../../machinery/status.ts'
import { quantitiesOf, type Quantities } from './quantities.ts'

/** Core kinds that a quota may also count by their bare name. */
const BARE_NAMES = new Set(['configmaps', 'secrets', 'services', 'resourcequotas', 'replicationcontrollers', 'persistentvolumeclaims', 'pods'])
const STORAGE_CLASS_SUFFIX = '.storageclass.storage.k8s.io/'
const BETA_CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'

/** What one object counts for in quotas, under every name that a quota may give it. */
export function usageOf(resource: AnyResource, object: KubeObject): Quantities {
  const count = countOf(resource)
  if (resource === Pods) return { ...count, ...podUsage(object as Pod) }
  if (resource === Services) return { ...count, ...serviceUsage(object as Service) }
  if (resource === PersistentVolumeClaims) return { ...count, ...claimUsage(object as PersistentVolumeClaim) }
  return count
}

function countOf(resource: AnyResource): Record<string, string> {
  const bare = resource.group === '' && BARE_NAMES.has(resource.plural)
  return { [`count/${qualifiedResource(resource)}`]: '1', ...(bare && { [resource.plural]: '1' }) }
}

/** A pod that has ended holds nothing but its place among the objects. */
function podUsage(pod: Pod): Record<string, string> {
  if (isPodFinished(pod)) return { pods: '0' }
  const usage: Record<string, string> = { pods: '1' }
  for (const [name, quantity] of Object.entries(quantitiesOf(podAmounts(pod.spec, 'requests', true)))) {
    usage[`requests.${name}`] = quantity
    if (!name.includes('/')) usage[name] = quantity
  }
  for (const [name, quantity] of Object.entries(quantitiesOf(podAmounts(pod.spec, 'limits', true)))) usage[`limits.${name}`] = quantity
  return usage
}

function serviceUsage({ spec }: Service): Record<string, string> {
  const ports = spec.ports ?? []
  const allocated = spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts === false ? ports.filter(({ nodePort }) => nodePort) : ports
  return {
    'services.nodeports': spec.type === 'NodePort' || spec.type === 'LoadBalancer' ? String(allocated.length) : '0',
    'services.loadbalancers': spec.type === 'LoadBalancer' ? '1' : '0',
  }
}

function claimUsage({ metadata, spec }: PersistentVolumeClaim): Record<string, string> {
  const storage = spec.resources?.requests?.['storage']
  const className = metadata.annotations?.[BETA_CLASS_ANNOTATION] ?? spec.storageClassName
  const prefix = className ? `${className}${STORAGE_CLASS_SUFFIX}` : undefined
  return {
    ...(storage && { 'requests.storage': storage }), ...(prefix && { [`${prefix}persistentvolumeclaims`]: '1' }), ...(prefix && storage && { [`${prefix}requests.storage`]: storage }),
  }
}

const CONSTRAINED = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']

/** Which of a quota's resources a pod's containers say nothing about, `must specify cpu for: a,b`; empty: none. */
export function unspecified(pod: Pod, hard: readonly string[]): string {
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]
  const faults = CONSTRAINED.filter(name => hard.includes(name)).sort().flatMap(name => {
    const kind = name.startsWith('limits.') ? 'limits' : 'requests'
    const resource = name.replace(/^(requests|limits)\./, '')
    if (pod.spec.resources?.[kind]?.[resource] !== undefined) return []
    const silent = containers.filter(({ resources }) => resources?.[kind]?.[resource] === undefined).map(container => container.name)
    return silent.length > 0 ? [`${name} for: ${[...new Set(silent)].sort().join(',')}`] : []
  })
  return faults.length > 0 ? `must specify ${faults.join('; ')}` : ''
}
