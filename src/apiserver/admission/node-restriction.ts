import type { TokenRequest } from '../../api/authentication/token-request.ts'
import { Leases } from '../../api/coordination/lease.ts'
import type { Node } from '../../api/core/node.ts'
import { Nodes } from '../../api/core/node.ts'
import type { Pod } from '../../api/core/pod/pod.ts'
import { Pods } from '../../api/core/pod/pod.ts'
import { referencesOf } from '../../api/core/pod/references.ts'
import { ServiceAccounts } from '../../api/core/service-account.ts'
import type { ResourceSlice } from '../../api/resource/resource-slice.ts'
import { ResourceSlices } from '../../api/resource/resource-slice.ts'
import { CSINodes } from '../../api/storage/csi-node.ts'
import { forbidden, notFound } from '../../machinery/status.ts'
import { nodeOf } from '../authz/node.ts'
import type { AdmissionContext, AdmissionPlugin, AdmissionRequest } from './admission.ts'

const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror'
const LEASE_NAMESPACE = 'kube-node-lease'
/** Labels below kubernetes.io and k8s.io that a kubelet says of its own node. */
const OWN_LABELS = new Set([
  'kubernetes.io/hostname', 'kubernetes.io/arch', 'kubernetes.io/os', 'beta.kubernetes.io/arch', 'beta.kubernetes.io/os', 'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type', 'node.kubernetes.io/windows-build', 'topology.kubernetes.io/region', 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/zone',
])
const OWN_LABEL_DOMAINS = ['kubelet.kubernetes.io', 'node.kubernetes.io']

/** A kubelet changes its own node, the pods that run there, and nothing else: what the node authorizer cannot see in a URL. */
export const nodeRestriction: AdmissionPlugin = {
  name: 'NodeRestriction',
  handles: ({ user }) => nodeOf(user) !== undefined,

  // Before the kind's own rules take away what a kubelet may not even try to write.
  mutate(request, context) {
    const node = nodeOf(request.user)!
    if (request.resource === Pods) checkPod(request, node, context)
    else if (request.resource === Nodes) checkNode(request, node)
    else if (request.resource === ServiceAccounts && request.subresource === 'token') checkToken(request, node, context)
    else if (request.resource === Leases) checkLease(request, node)
    else if (request.resource === CSINodes) checkNamed(request, node, 'CSINode')
    else if (request.resource === ResourceSlices) checkSlice(request, node)
  },
}

function refuse(request: AdmissionRequest, message: string): never {
  throw forbidden(request.resource, request.shownName, message)
}

function checkPod(request: AdmissionRequest, node: string, context: AdmissionContext): void {
  const current = request.oldObject as Pod | undefined
  if (request.subresource === 'status') return checkPodStatus(request, node)
  if (request.subresource === 'eviction') {
    const pod = context.get<Pod>(Pods, request.namespace, request.name)
    if (pod?.spec.nodeName !== node) refuse(request, `node ${node} can only evict pods with spec.nodeName set to itself`)
    return
  }
  if (request.subresource) refuse(request, `unexpected pod subresource ${JSON.stringify(request.subresource)}, only 'status' and 'eviction' are allowed`)
  if (request.operation === 'DELETE') {
    if (current?.spec.nodeName !== node) refuse(request, `node ${JSON.stringify(node)} can only delete pods with spec.nodeName set to itself`)
    return
  }
  if (request.operation !== 'CREATE') refuse(request, `unexpected operation ${JSON.stringify(request.operation)}, node ${JSON.stringify(node)} can only create and delete mirror pods`)
  checkMirrorPod(request, node)
}

/** A kubelet gets tokens for the pods that run on its node, each bound to its pod. */
function checkToken(request: AdmissionRequest, node: string, context: AdmissionContext): void {
  const reference = (request.object as unknown as TokenRequest).spec.boundObjectRef
  if (!reference || reference.apiVersion !== 'v1' || reference.kind !== 'Pod' || !reference.name) refuse(request, 'node requested token not bound to a pod')
  if (!reference.uid) refuse(request, 'node requested token with a pod binding without a uid')
  const pod = context.get<Pod>(Pods, request.namespace, reference.name)
  if (!pod) throw notFound(Pods, reference.name)
  if (pod.metadata.uid !== reference.uid) refuse(request, `the UID in the bound object reference (${reference.uid}) does not match the UID in record. The object might have been deleted and then recreated`)
  if (pod.spec.nodeName !== node) refuse(request, 'node requested token bound to a pod scheduled on a different node')
}

function checkMirrorPod(request: AdmissionRequest, node: string): void {
  const pod = request.object as Pod
  const quoted = JSON.stringify(node)
  if (pod.metadata.annotations?.[MIRROR_ANNOTATION] === undefined) refuse(request, `pod does not have ${JSON.stringify(MIRROR_ANNOTATION)} annotation, node ${quoted} can only create mirror pods`)
  if (pod.spec.nodeName !== node) refuse(request, `node ${quoted} can only create pods with spec.nodeName set to itself`)
  if ((pod.metadata.ownerReferences?.length ?? 0) > 1) refuse(request, `node ${quoted} can only create pods with a single owner reference set to itself`)
  const { secrets, configMaps, claims, serviceAccounts } = referencesOf(pod)
  if (serviceAccounts.size > 0) refuse(request, `node ${quoted} can not create pods that reference a service account`)
  if (secrets.size > 0) refuse(request, `node ${quoted} can not create pods that reference secrets`)
  if (configMaps.size > 0) refuse(request, `node ${quoted} can not create pods that reference configmaps`)
  if (claims.size > 0) refuse(request, `node ${quoted} can not create pods that reference persistentvolumeclaims`)
}

function checkPodStatus(request: AdmissionRequest, node: string): void {
  const old = request.oldObject as Pod | undefined
  if (old?.spec.nodeName !== node) refuse(request, `node ${JSON.stringify(node)} can only update pod status for pods with spec.nodeName set to itself`)
  if (!sameMap(old.metadata.labels, (request.object as Pod).metadata.labels)) refuse(request, `node ${JSON.stringify(node)} cannot update labels through pod status`)
}

type Labels = Record<string, string> | undefined
const sameMap = (a: Labels, b: Labels): boolean => changedLabels(a, b).length === 0

function checkNode(request: AdmissionRequest, node: string): void {
  if (request.name !== node) refuse(request, `node ${JSON.stringify(node)} is not allowed to modify node ${JSON.stringify(request.name)}`)
  const next = request.object as Node | undefined
  const old = request.oldObject as Node | undefined
  if (request.operation === 'CREATE' && next) {
    const reserved = changedLabels(undefined, next.metadata.labels).filter(isReservedLabel)
    if (reserved.length > 0) refuse(request, `node ${JSON.stringify(node)} is not allowed to set the following labels: ${reserved.sort().join(', ')}`)
    if (next.metadata.ownerReferences?.length) refuse(request, `node ${JSON.stringify(node)} is not allowed to modify ownerReferences`)
  }
  if (request.operation !== 'UPDATE' || !next || !old) return
  if (next.spec.configSource && !old.spec.configSource) refuse(request, `node ${JSON.stringify(node)} is not allowed to update configSource to a new non-nil configSource`)
  if (JSON.stringify(next.spec.taints ?? []) !== JSON.stringify(old.spec.taints ?? [])) refuse(request, `node ${JSON.stringify(node)} is not allowed to modify taints`)
  const reserved = changedLabels(old.metadata.labels, next.metadata.labels).filter(isReservedLabel)
  if (reserved.length > 0) refuse(request, `is not allowed to modify labels: ${reserved.sort().join(', ')}`)
  if (JSON.stringify(next.metadata.ownerReferences ?? []) !== JSON.stringify(old.metadata.ownerReferences ?? [])) refuse(request, `node ${JSON.stringify(node)} is not allowed to modify ownerReferences`)
}

const changedLabels = (before: Labels, after: Labels): string[] =>
  [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].filter(label => before?.[label] !== after?.[label])

const inDomain = (namespace: string, domain: string): boolean => namespace === domain || namespace.endsWith(`.${domain}`)

/** KEP-279: what administrators say of nodes may not be said by the node itself. */
function isReservedLabel(label: string): boolean {
  const namespace = label.includes('/') ? label.slice(0, label.indexOf('/')) : ''
  if (inDomain(namespace, 'node-restriction.kubernetes.io')) return true
  if (!inDomain(namespace, 'kubernetes.io') && !inDomain(namespace, 'k8s.io')) return false
  return !OWN_LABELS.has(label) && !OWN_LABEL_DOMAINS.some(domain => inDomain(namespace, domain))
}

function checkLease(request: AdmissionRequest, node: string): void {
  if (request.namespace !== LEASE_NAMESPACE) refuse(request, `can only access leases in the ${JSON.stringify(LEASE_NAMESPACE)} system namespace`)
  checkNamed(request, node, 'node lease')
}

function checkNamed(request: AdmissionRequest, node: string, what: string): void {
  if (request.name !== node) refuse(request, `can only access ${what} with the same name as the requesting node`)
}

function checkSlice(request: AdmissionRequest, node: string): void {
  const slice = (request.object ?? request.oldObject) as ResourceSlice
  if (slice.spec.nodeName === node) return
  refuse(request, request.operation === 'CREATE'
    ? 'can only create ResourceSlice with the same NodeName as the requesting node'
    : 'can only delete ResourceSlice with the same NodeName as the requesting node')
}
