import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { roundToMilli } from '../../machinery/quantity.ts'
import { validateNode, validateNodeStatus, validateNodeUpdate } from './node-validation.ts'
import type { Node, NodeSpec, NodeStatus } from './node-schema.ts'
import { node } from './node-schema.ts'

export * from './node-schema.ts'

/** The handle for nodes. */
export const Nodes: Resource<Node> = defineResource<Node>({
  version: 'v1', kind: 'Node', plural: 'nodes', shortNames: ['no'], namespaced: false,
  subresources: [
    { name: 'proxy', version: 'v1', kind: 'NodeProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] },
    { name: 'status', version: 'v1', kind: 'Node', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: 'XwShjMxG9Fs=',
  storagePrefix: 'minions',
  schema: node,
  columns: [
    nameColumn,
    { name: 'Status', type: 'string', cell: statusText },
    { name: 'Roles', type: 'string', cell: rolesText },
    ageColumn,
    { name: 'Version', type: 'string', cell: ({ status }) => status.nodeInfo.kubeletVersion },
    { name: 'Internal-IP', type: 'string', priority: 1, cell: ({ status }) => addressOf(status, 'InternalIP') },
    { name: 'External-IP', type: 'string', priority: 1, cell: ({ status }) => addressOf(status, 'ExternalIP') },
    { name: 'OS-Image', type: 'string', priority: 1, cell: ({ status }) => status.nodeInfo.osImage || '<unknown>' },
    { name: 'Kernel-Version', type: 'string', priority: 1, cell: ({ status: { nodeInfo } }) => (nodeInfo.kernelVersion ? `${nodeInfo.kernelVersion}${nodeInfo.architecture && ` (${nodeInfo.architecture})`}` : '<unknown>') },
    { name: 'Container-Runtime', type: 'string', priority: 1, cell: ({ status }) => status.nodeInfo.containerRuntimeVersion || '<unknown>' },
  ],
  keepsStatusOnCreate: true,
  prepareForCreate({ spec, status }) {
    delete spec.configSource
    delete status.config
  },
  prepareForUpdate({ spec }, old) {
    if (!old.spec.configSource) delete spec.configSource
  },
  prepareForSubresource({ status }, old, subresource) {
    if (subresource === 'status' && !old.status.config) delete status.config
  },
  fieldSelectors: { 'spec.unschedulable': ({ spec }) => `${spec.unschedulable ?? false}` },
  defaults({ spec, status }) {
    mirrorPodCIDRs(spec)
    if (!status.allocatable && status.capacity) status.allocatable = { ...status.capacity }
    for (const list of [status.allocatable, status.capacity]) for (const name in list) list[name] = roundToMilli(list[name]!)
  },
  warnings: ({ spec }) => [
    ...(spec.configSource ? ['spec.configSource: the feature is no longer supported'] : []),
    ...(spec.externalID ? ['spec.externalID: this field is deprecated, and is unused by Kubernetes'] : []),
  ],
  validate: validateNode,
  validateUpdate: validateNodeUpdate,
  validateStatusUpdate: ({ status }) => validateNodeStatus(status),
})

function statusText({ spec, status }: Node): string {
  const ready = status.conditions?.find(({ type }) => type === 'Ready')
  const state = !ready ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'
  return spec.unschedulable ? `${state},SchedulingDisabled` : state
}

/** The roles that labels give a node: `node-role.kubernetes.io/infra`, `kubernetes.io/role=worker`. */
function rolesText({ metadata }: Node): string {
  const prefix = 'node-role.kubernetes.io/'
  const roles = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) =>
    key.startsWith(prefix) && key !== prefix ? [key.slice(prefix.length)] : key === 'kubernetes.io/role' && value ? [value] : [])
  return [...new Set(roles)].sort().join(',') || '<none>'
}

const addressOf = (status: NodeStatus, type: string): string => status.addresses?.find(address => address.type === type)?.address ?? '<none>'

/** Whether the node's kubelet says that pods can run there. */
export const isNodeReady = ({ status }: Node): boolean => status.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True') ?? false

/** `podCIDR` is the first of `podCIDRs`. */
function mirrorPodCIDRs(spec: NodeSpec): void {
  if (spec.podCIDR && spec.podCIDRs?.[0] !== spec.podCIDR) spec.podCIDRs = [spec.podCIDR]
  else if (spec.podCIDRs?.length) spec.podCIDR = spec.podCIDRs[0]
}
