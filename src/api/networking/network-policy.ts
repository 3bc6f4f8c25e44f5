import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { formatLabelSelector } from '../../machinery/selector.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { networkPolicyWarnings, validateNetworkPolicy } from './network-policy-validation.ts'
import type { NetworkPolicy } from './network-policy-schema.ts'
import { networkPolicy } from './network-policy-schema.ts'

export * from './network-policy-schema.ts'

/** The handle for networkpolicies of networking.k8s.io. */
export const NetworkPolicies: Resource<NetworkPolicy> = defineResource<NetworkPolicy>({
  group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy', plural: 'networkpolicies', shortNames: ['netpol'],
  storageVersionHash: 'YpfwF18m1G8=',
  schema: networkPolicy,
  columns: [nameColumn, { name: 'Pod-Selector', type: 'string', cell: ({ spec }) => formatLabelSelector(spec.podSelector) }, ageColumn],
  generationOf: ({ spec }) => spec,
  defaults({ spec }) {
    for (const { ports } of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) for (const port of ports ?? []) port.protocol ??= 'TCP'
    // A policy without types is for incoming traffic, and for outgoing traffic when it has rules for it.
    if (!spec.policyTypes?.length) spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress']
  },
  validate: (object, { isNew }) => (isNew === false ? [] : validateNetworkPolicy(object)),
  validateUpdate: validateNetworkPolicy,
  warnings: networkPolicyWarnings,
})
