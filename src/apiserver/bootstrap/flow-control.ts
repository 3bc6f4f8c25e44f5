import { FlowSchemas } from '../../api/flowcontrol/flow-schema.ts'
import { PriorityLevelConfigurations } from '../../api/flowcontrol/priority-level-configuration.ts'
import type { AnyResource } from '../../api/resource.ts'
import type { BootstrapObject } from './bootstrap-object.ts'

const build = (resource: AnyResource, name: string, spec: Record<string, unknown>): BootstrapObject => ({
  resource,
  object: { kind: resource.kind, apiVersion: 'flowcontrol.apiserver.k8s.io/v1', metadata: { name, annotations: { 'apf.kubernetes.io/autoupdate-spec': 'true' } }, spec },
})

const queue = (queues: number, handSize: number) => ({ type: 'Queue', queuing: { queues, handSize, queueLengthLimit: 50 } })

const level = (name: string, nominalConcurrencyShares: number, lendablePercent: number, limitResponse: object): BootstrapObject =>
  build(PriorityLevelConfigurations, name, { type: 'Limited', limited: { nominalConcurrencyShares, lendablePercent, limitResponse } })

const levels: readonly BootstrapObject[] = [
  build(PriorityLevelConfigurations, 'exempt', { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } }),
  level('catch-all', 5, 0, { type: 'Reject' }),
  level('system', 30, 33, queue(64, 6)),
  level('node-high', 40, 25, queue(64, 6)),
  level('leader-election', 10, 0, queue(16, 4)),
  level('workload-high', 40, 50, queue(128, 6)),
  level('workload-low', 100, 90, queue(128, 6)),
  level('global-default', 20, 50, queue(128, 6)),
]

const user = (name: string): object => ({ kind: 'User', user: { name } })
const group = (name: string): object => ({ kind: 'Group', group: { name } })
const accountsOf = (namespace: string): object => ({ kind: 'ServiceAccount', serviceAccount: { namespace, name: '*' } })
const everybody = [group('system:unauthenticated'), group('system:authenticated')]

const ANY_RESOURCE = { apiGroups: ['*'], clusterScope: true, namespaces: ['*'], resources: ['*'], verbs: ['*'] }
const ANY_PATH = { nonResourceURLs: ['*'], verbs: ['*'] }
const everything = (subjects: readonly object[]): object => ({ subjects, resourceRules: [ANY_RESOURCE], nonResourceRules: [ANY_PATH] })

const schema = (name: string, matchingPrecedence: number, levelName: string, by: 'ByUser' | 'ByNamespace' | undefined, rule: object): BootstrapObject =>
  build(FlowSchemas, name, { priorityLevelConfiguration: { name: levelName }, matchingPrecedence, ...(by && { distinguisherMethod: { type: by } }), rules: [rule] })

const schemas: readonly BootstrapObject[] = [
  schema('exempt', 1, 'exempt', undefined, everything([group('system:masters')])),
  schema('probes', 2, 'exempt', undefined, { subjects: everybody, nonResourceRules: [{ nonResourceURLs: ['/healthz', '/readyz', '/livez'], verbs: ['get'] }] }),
  schema('system-leader-election', 100, 'leader-election', 'ByUser', {
    subjects: [user('system:kube-controller-manager'), user('system:kube-scheduler'), accountsOf('kube-system')],
    resourceRules: [{ apiGroups: ['coordination.k8s.io'], namespaces: ['*'], resources: ['leases'], verbs: ['get', 'create', 'update'] }],
  }),
  schema('system-node-high', 400, 'node-high', 'ByUser', {
    subjects: [group('system:nodes')],
    resourceRules: [
      { apiGroups: [''], clusterScope: true, namespaces: ['*'], resources: ['nodes', 'nodes/status'], verbs: ['*'] },
      { apiGroups: ['coordination.k8s.io'], namespaces: ['*'], resources: ['leases'], verbs: ['*'] },
    ],
  }),
  schema('system-nodes', 500, 'system', 'ByUser', everything([group('system:nodes')])),
  schema('kube-controller-manager', 800, 'workload-high', 'ByNamespace', everything([user('system:kube-controller-manager')])),
  schema('kube-scheduler', 800, 'workload-high', 'ByNamespace', everything([user('system:kube-scheduler')])),
  schema('kube-system-service-accounts', 900, 'workload-high', 'ByNamespace', everything([accountsOf('kube-system')])),
  schema('service-accounts', 9000, 'workload-low', 'ByUser', everything([group('system:serviceaccounts')])),
  schema('global-default', 9900, 'global-default', 'ByUser', everything(everybody)),
  schema('catch-all', 10_000, 'catch-all', 'ByUser', everything(everybody)),
]

/** The priority levels and flow schemas that every server starts with (KEP-1040). */
export const flowControl: readonly BootstrapObject[] = [...levels, ...schemas]
