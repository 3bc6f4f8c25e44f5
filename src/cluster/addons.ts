import { ServiceAccounts } from '../api/core/service-account.ts'
import { Services } from '../api/core/service.ts'
import type { EndpointSlice } from '../api/discovery/endpoint-slice.ts'
import { EndpointSlices } from '../api/discovery/endpoint-slice.ts'
import { ClusterRoleBindings } from '../api/rbac/cluster-role-binding.ts'
import { ClusterRoles } from '../api/rbac/cluster-role.ts'
import { RoleBindings } from '../api/rbac/role-binding.ts'
import { Roles } from '../api/rbac/role.ts'
import type { BootstrapObject } from '../apiserver/bootstrap/bootstrap-object.ts'
import type { Client } from '../client/client.ts'
import type { Draft } from '../machinery/schema/schema.ts'
import { isReason } from '../machinery/status.ts'

const DNS_SERVICE = 'kube-dns'
const DNS_ACCOUNT = 'coredns'
const SYSTEM = 'kube-system'
const RBAC = 'rbac.authorization.k8s.io/v1'
const subjects = [{ kind: 'ServiceAccount', name: DNS_ACCOUNT, namespace: SYSTEM }]
const roleRef = (kind: string, name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name })

/** What the cluster adds to a fresh API server: the DNS service under the names by which add-ons know it, and what its server may do. */
export const dnsObjects = (clusterDns: string, dnsPort: number): readonly BootstrapObject[] => [
  { resource: ServiceAccounts, object: { kind: 'ServiceAccount', apiVersion: 'v1', metadata: { name: DNS_ACCOUNT, namespace: SYSTEM } } },
  {
    resource: ClusterRoles,
    object: {
      kind: 'ClusterRole', apiVersion: RBAC, metadata: { name: 'system:coredns' },
      rules: [
        { apiGroups: [''], resources: ['services', 'namespaces'], verbs: ['list', 'watch'] },
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
      ],
    },
  },
  { resource: ClusterRoleBindings, object: { kind: 'ClusterRoleBinding', apiVersion: RBAC, metadata: { name: 'system:coredns' }, roleRef: roleRef('ClusterRole', 'system:coredns'), subjects } },
  {
    resource: Roles,
    object: {
      kind: 'Role', apiVersion: RBAC, metadata: { name: 'system:coredns', namespace: SYSTEM },
      rules: [{ apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'create', 'update'] }],
    },
  },
  { resource: RoleBindings, object: { kind: 'RoleBinding', apiVersion: RBAC, metadata: { name: 'system:coredns', namespace: SYSTEM }, roleRef: roleRef('Role', 'system:coredns'), subjects } },
  {
    resource: Services,
    object: {
      kind: 'Service', apiVersion: 'v1',
      metadata: { name: DNS_SERVICE, namespace: SYSTEM, labels: { 'k8s-app': 'kube-dns', 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' } },
      spec: {
        clusterIP: clusterDns,
        ports: [{ name: 'dns', port: 53, protocol: 'UDP', targetPort: dnsPort }, { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: dnsPort }],
      },
    },
  },
]

/** Points the DNS service at the server of this node. The service has no selector, so this slice is its only one. */
export async function announceDns(client: Client, server: { readonly address: string; readonly port: number; readonly nodeName: string }): Promise<void> {
  const slice: Draft<EndpointSlice> = {
    metadata: {
      name: `${DNS_SERVICE}-${server.nodeName}`, namespace: SYSTEM,
      labels: { 'kubernetes.io/service-name': DNS_SERVICE, 'endpointslice.kubernetes.io/managed-by': 'dns.k8ts.io' },
    },
    addressType: 'IPv4',
    ports: [{ name: 'dns', port: server.port, protocol: 'UDP' }, { name: 'dns-tcp', port: server.port, protocol: 'TCP' }],
    endpoints: [{ addresses: [server.address], nodeName: server.nodeName, conditions: { ready: true, serving: true, terminating: false } }],
  }
  try {
    await client.create(EndpointSlices, slice)
  } catch (error) {
    if (!isReason(error, 'AlreadyExists')) throw error
    const old = await client.get(EndpointSlices, { namespace: SYSTEM, name: slice.metadata!.name! })
    if (JSON.stringify([old.endpoints, old.ports]) === JSON.stringify([slice.endpoints, slice.ports])) return
    await client.update(EndpointSlices, { ...old, endpoints: slice.endpoints as EndpointSlice['endpoints'], ports: slice.ports as EndpointSlice['ports'] })
  }
}
