import { layoutOf } from './layout.ts'
import type { ClusterOptions } from './options.ts'

/** The two authorities: the cluster's own, and the one whose clients may speak for others (API aggregation). */
export const authorities = { 'ca': 'kubernetes', 'front-proxy-ca': 'front-proxy-ca' } as const
export type Authority = keyof typeof authorities

/** One certificate that the cluster needs; kept as `<name>.crt` and `<name>.key`. */
export interface CertificateSpec {
  name: string
  authority: Authority
  /** The user, for a client certificate. */
  commonName: string
  /** The user's groups. */
  organizations?: readonly string[]
  usages: readonly ('server' | 'client')[]
  dnsNames?: readonly string[]
  ipAddresses?: readonly string[]
}

const client = (name: string, commonName: string, ...organizations: readonly string[]): CertificateSpec =>
  ({ name, authority: 'ca', commonName, organizations, usages: ['client'] })

const unique = (values: readonly string[]): string[] => [...new Set(values)]

/** Every certificate of a cluster whose machine has these addresses; names of users and groups are upstream's (RBAC's bootstrap bindings know them). */
export function certificateSpecs(options: ClusterOptions, machineAddresses: readonly string[]): CertificateSpec[] {
  const { nodeName, nodeIp, clusterDomain } = options
  const addresses = unique(['127.0.0.1', ...(nodeIp ? [nodeIp] : []), ...machineAddresses])
  const services = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', `kubernetes.default.svc.${clusterDomain}`]
  return [
    {
      name: 'apiserver', authority: 'ca', commonName: 'kube-apiserver', usages: ['server'],
      dnsNames: unique([...services, 'localhost', nodeName]), ipAddresses: unique([layoutOf(options).apiServiceIp, ...addresses]),
    },
    {
      name: 'kubelet', authority: 'ca', commonName: `system:node:${nodeName}`, organizations: ['system:nodes'], usages: ['server'],
      dnsNames: unique([nodeName, 'localhost']), ipAddresses: addresses,
    },
    client('admin', 'kubernetes-admin', 'system:masters'),
    client('apiserver-kubelet-client', 'kube-apiserver-kubelet-client', 'system:masters'),
    client('controller-manager', 'system:kube-controller-manager'),
    client('scheduler', 'system:kube-scheduler'),
    client('kubelet-client', `system:node:${nodeName}`, 'system:nodes'),
    client('proxy', 'system:kube-proxy'),
    client('dns', 'system:serviceaccount:kube-system:coredns', 'system:serviceaccounts', 'system:serviceaccounts:kube-system'),
    { name: 'front-proxy-client', authority: 'front-proxy-ca', commonName: 'front-proxy-client', usages: ['client'] },
  ]
}
