import { Nodes, type Node } from '../../../api/core/node.ts'
import { Pods, type Pod } from '../../../api/core/pod/pod.ts'
import { referencesOf } from '../../../api/core/pod/references.ts'
import type { Volume } from '../../../api/core/pod/volumes.ts'
import type { OwnerReference } from '../../../api/meta/object-meta.ts'
import { sameJson } from '../../../api/validation.ts'
import { forbidden, notFound } from '../../../machinery/status.ts'
import type { AdmissionContext, AdmissionRequest } from '../admission.ts'

const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror'

const refuse = (request: AdmissionRequest, message: string): never => { throw forbidden(request.resource, request.shownName, message) }

/** A kubelet makes mirrors of its own static pods, deletes and evicts the pods that run on its node, and tells their status. */
export function checkNodesPod(request: AdmissionRequest, node: string, context: AdmissionContext): void {
  const quoted = JSON.stringify(node)
  if (request.subresource === 'status') return checkStatus(request, node)
  if (request.subresource === 'eviction') {
    if (existing(request, context).spec.nodeName !== node) refuse(request, `node ${node} can only evict pods with spec.nodeName set to itself`)
    return
  }
  if (request.subresource) refuse(request, `unexpected pod subresource ${JSON.stringify(request.subresource)}, only 'status' and 'eviction' are allowed`)
  if (request.operation === 'DELETE') {
    if (existing(request, context).spec.nodeName !== node) refuse(request, `node ${quoted} can only delete pods with spec.nodeName set to itself`)
    return
  }
  if (request.operation !== 'CREATE') refuse(request, `unexpected operation ${JSON.stringify(request.operation)}, node ${quoted} can only create and delete mirror pods`)
  checkMirror(request, request.object as Pod, node, context)
}

function existing({ namespace, name }: AdmissionRequest, context: AdmissionContext): Pod {
  const pod = context.get<Pod>(Pods, namespace, name)
  if (!pod) throw notFound(Pods, name)
  return pod
}

function checkMirror(request: AdmissionRequest, pod: Pod, node: string, context: AdmissionContext): void {
  const quoted = JSON.stringify(node)
  if (pod.metadata.annotations?.[MIRROR_ANNOTATION] === undefined) refuse(request, `pod does not have ${JSON.stringify(MIRROR_ANNOTATION)} annotation, node ${quoted} can only create mirror pods`)
  if (pod.spec.nodeName !== node) refuse(request, `node ${quoted} can only create pods with spec.nodeName set to itself`)
  const owners = pod.metadata.ownerReferences ?? []
  if (owners.length > 1) refuse(request, `node ${quoted} can only create pods with a single owner reference set to itself`)
  checkOwner(request, owners[0], node, context)
  const what = outsideReference(pod)
  if (what !== undefined) refuse(request, `node ${quoted} can not create pods that reference ${what}`)
}

function checkOwner(request: AdmissionRequest, owner: OwnerReference | undefined, name: string, context: AdmissionContext): void {
  const quoted = JSON.stringify(name)
  if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== name) return refuse(request, `node ${quoted} can only create pods with an owner reference set to itself`)
  if (!owner.controller) refuse(request, `node ${quoted} can only create pods with a controller owner reference set to itself`)
  if (owner.blockOwnerDeletion) refuse(request, `node ${quoted} must not set blockOwnerDeletion on an owner reference`)
  const node = context.get<Node>(Nodes, undefined, name)
  if (!node) throw notFound(Nodes, name)
  if (owner.uid !== node.metadata.uid) refuse(request, `node ${name} UID mismatch: expected ${owner.uid} got ${node.metadata.uid}`)
}

/** What a pod needs of the API: a node must not give itself rights by naming things in pods of its own making. */
function outsideReference(pod: Pod): string | undefined {
  const { secrets, configMaps, serviceAccounts } = referencesOf(pod)
  if (serviceAccounts.size > 0) return 'serviceaccounts'
  if (secrets.size > 0) return 'secrets'
  if (configMaps.size > 0) return 'configmaps'
  if (pod.spec.resourceClaims?.length) return 'resourceclaims'
  for (const volume of pod.spec.volumes ?? []) {
    const what = volumeReference(volume)
    if (what !== undefined) return what
  }
  return undefined
}

function volumeReference(volume: Volume): string | undefined {
  if (volume.configMap) return 'configmaps (via configmap volumes)'
  if (volume.secret) return 'secrets (via secret volumes)'
  if (volume.csi) return 'csidrivers (via CSI volumes)'
  if (volume.glusterfs) return 'endpoints (via glusterFS volumes)'
  if (volume.persistentVolumeClaim) return 'persistentvolumeclaims'
  if (volume.ephemeral) return 'persistentvolumeclaims (via ephemeral volumes)'
  if (volume.azureFile) return 'secrets (via azureFile volumes)'
  for (const source of volume.projected?.sources ?? []) {
    if (source.configMap) return 'configmaps (via projected volumes)'
    if (source.secret) return 'secrets (via projected volumes)'
    if (source.serviceAccountToken) return 'serviceaccounts (via projected volumes)'
    if (source.clusterTrustBundle) return 'clustertrustbundles'
    if (source.podCertificate) return 'podcertificates'
  }
  return undefined
}

function checkStatus(request: AdmissionRequest, node: string): void {
  const quoted = JSON.stringify(node)
  if (request.operation !== 'UPDATE') refuse(request, `unexpected operation ${JSON.stringify(request.operation)}`)
  const [next, old] = [request.object as Pod, request.oldObject as Pod | undefined]
  if (old?.spec.nodeName !== node) return refuse(request, `node ${quoted} can only update pod status for pods with spec.nodeName set to itself`)
  if (!sameJson(old.metadata.labels, next.metadata.labels)) refuse(request, `node ${quoted} cannot update labels through pod status`)
  if (!sameJson(old.status.resourceClaimStatuses, next.status.resourceClaimStatuses)) refuse(request, `node ${quoted} cannot update resource claim statues`)
  if (!sameJson(old.status.extendedResourceClaimStatus, next.status.extendedResourceClaimStatus)) refuse(request, `node ${quoted} cannot update extended resource claim status`)
}
