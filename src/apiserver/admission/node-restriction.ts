import { CertificateSigningRequests, type CertificateSigningRequest } from '../../api/certificates/certificate-signing-request.ts'
import { Leases } from '../../api/coordination/lease.ts'
import type { Node } from '../../api/core/node.ts'
import { Nodes } from '../../api/core/node.ts'
import { PersistentVolumeClaims, type PersistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts'
import { Pods } from '../../api/core/pod/pod.ts'
import { ServiceAccounts } from '../../api/core/service-account.ts'
import type { ResourceSlice } from '../../api/resource/resource-slice.ts'
import { ResourceSlices } from '../../api/resource/resource-slice.ts'
import { CSINodes } from '../../api/storage/csi-node.ts'
import { sameJson } from '../../api/validation.ts'
import { errorMessage } from '../../machinery/log.ts'
import { forbidden } from '../../machinery/status.ts'
import { nodeOf } from '../authz/node.ts'
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts'
import { subjectOf } from './certificates/subject.ts'
import { checkNodesPod } from './node-restriction/pods.ts'
import { checkNodesToken } from './node-restriction/tokens.ts'

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
  async mutate(request, context) {
    const node = nodeOf(request.user)!
    if (request.resource === Pods) checkNodesPod(request, node, context)
    else if (request.resource === Nodes) checkNode(request, node)
    else if (request.resource === ServiceAccounts && request.subresource === 'token') await checkNodesToken(request, node, context)
    else if (request.resource === PersistentVolumeClaims) checkClaim(request, node)
    else if (request.resource === CertificateSigningRequests) await checkRequest(request, node)
    else if (request.resource === Leases) checkLease(request, node)
    else if (request.resource === CSINodes) checkNamed(request, node, 'CSINode')
    else if (request.resource === ResourceSlices) checkSlice(request, node)
  },
}

function refuse(request: AdmissionRequest, message: string): never {
  throw forbidden(request.resource, request.shownName, message)
}

type Labels = Record<string, string> | undefined

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

/** A kubelet says how large a volume has become, and nothing else of a claim. */
function checkClaim(request: AdmissionRequest, node: string): void {
  if (request.subresource !== 'status') refuse(request, 'may only update PVC status')
  if (request.operation !== 'UPDATE') refuse(request, `unexpected operation ${JSON.stringify(request.operation)}`)
  const rest = ({ metadata: { resourceVersion: _version, managedFields: _fields, ...metadata }, spec, status }: PersistentVolumeClaim): unknown => {
    const { capacity: _capacity, conditions: _conditions, allocatedResources: _resources, allocatedResourceStatuses: _statuses, ...others } = status ?? {}
    return { metadata, spec, status: others }
  }
  if (!sameJson(rest(request.object as PersistentVolumeClaim), rest(request.oldObject as PersistentVolumeClaim))) refuse(request, `node ${JSON.stringify(node)} is not allowed to update fields other than status.quantity and status.conditions`)
}

const NODE_SIGNERS = ['kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client-kubelet']

/** A kubelet asks for certificates in its own name only. */
async function checkRequest(request: AdmissionRequest, node: string): Promise<void> {
  if (request.operation !== 'CREATE') return
  const { signerName, request: pem } = (request.object as CertificateSigningRequest).spec
  if (!NODE_SIGNERS.includes(signerName)) return
  const subject = await subjectOf(pem as unknown as string).catch((error: unknown) => refuse(request, `unable to parse csr: ${errorMessage(error)}`))
  if (subject.commonName !== `system:node:${node}`) refuse(request, `can only create a node CSR with CN=system:node:${node}`)
}
