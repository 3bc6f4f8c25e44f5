import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { CLASS_ANNOTATION, validateIngress, validateIngressStatus, validateIngressUpdate } from './ingress-validation.ts'
import type { IngressRule, IngressLoadBalancerStatus, Ingress } from './ingress-schema.ts'
import { ingress } from './ingress-schema.ts'

export * from './ingress-schema.ts'

/** The handle for ingresses of networking.k8s.io. */
export const Ingresses: Resource<Ingress> = defineResource<Ingress>({
  group: 'networking.k8s.io', version: 'v1', kind: 'Ingress', plural: 'ingresses', shortNames: ['ing'],
  subresources: [
    { name: 'status', group: 'networking.k8s.io', version: 'v1', kind: 'Ingress', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: '39NQlfNR+bo=',
  storagePrefix: 'ingress',
  schema: ingress,
  columns: [
    nameColumn,
    { name: 'Class', type: 'string', cell: ({ spec }) => spec.ingressClassName ?? '<none>' },
    { name: 'Hosts', type: 'string', cell: ({ spec }) => hostsText(spec.rules ?? []) },
    { name: 'Address', type: 'string', cell: ({ status }) => addressText(status.loadBalancer) },
    { name: 'Ports', type: 'string', cell: ({ spec }) => (spec.tls?.length ? '80, 443' : '80') },
    ageColumn,
  ],
  generationOf: ({ spec }) => spec,
  validate: (object, { isNew }) => (isNew === false ? [] : validateIngress(object)),
  validateUpdate: validateIngressUpdate,
  validateStatusUpdate: validateIngressStatus,
  warnings({ metadata, spec }, old) {
    if (old || metadata.annotations?.[CLASS_ANNOTATION] === undefined || spec.ingressClassName !== undefined) return []
    return [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`]
  },
})

const MOST_HOSTS = 3

function hostsText(rules: readonly IngressRule[]): string {
  const hosts = rules.flatMap(({ host }) => (host ? [host] : []))
  if (hosts.length === 0) return '*'
  const shown = hosts.slice(0, MOST_HOSTS).join(',')
  const full = hosts.length > MOST_HOSTS || (hosts.length === MOST_HOSTS && rules.at(-1)?.host !== hosts.at(-1))
  return full ? `${shown} + ${rules.length - MOST_HOSTS} more...` : shown
}

/** Every address once, in order. */
const addressText = ({ ingress = [] }: IngressLoadBalancerStatus): string => [...new Set(ingress.map(({ ip, hostname }) => ip || hostname || '').filter(Boolean))].sort().join(',')
