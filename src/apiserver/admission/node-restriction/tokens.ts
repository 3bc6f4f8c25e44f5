import type { TokenRequest } from '../../../api/authentication/token-request.ts'
import { PersistentVolumeClaims, type PersistentVolumeClaim } from '../../../api/core/persistent-volume-claim.ts'
import { PersistentVolumes, type PersistentVolume } from '../../../api/core/persistent-volume.ts'
import { Pods, type Pod } from '../../../api/core/pod/pod.ts'
import type { Volume } from '../../../api/core/pod/volumes.ts'
import { CSIDrivers, type CSIDriver } from '../../../api/storage/csi-driver.ts'
import { forbidden, notFound } from '../../../machinery/status.ts'
import type { AdmissionContext, AdmissionRequest } from '../admission.ts'

const refuse = (request: AdmissionRequest, message: string): never => { throw forbidden(request.resource, request.shownName, message) }

/** A kubelet gets tokens for the pods that run on its node, each bound to its pod and for an audience that the pod asks for. */
export async function checkNodesToken(request: AdmissionRequest, node: string, context: AdmissionContext): Promise<void> {
  const { spec } = request.object as unknown as TokenRequest
  const reference = spec.boundObjectRef
  if (reference?.apiVersion !== 'v1' || reference.kind !== 'Pod' || !reference.name) return refuse(request, 'node requested token not bound to a pod')
  if (!reference.uid) refuse(request, 'node requested token with a pod binding without a uid')
  const pod = context.get<Pod>(Pods, request.namespace, reference.name)
  if (!pod) throw notFound(Pods, reference.name)
  if (pod.metadata.uid !== reference.uid) refuse(request, `the UID in the bound object reference (${reference.uid}) does not match the UID in record. The object might have been deleted and then recreated`)
  if (pod.spec.nodeName !== node) refuse(request, 'node requested token bound to a pod scheduled on a different node')
  await checkAudience(request, pod, spec.audiences ?? [], context)
}

async function checkAudience(request: AdmissionRequest, pod: Pod, audiences: readonly string[], context: AdmissionContext): Promise<void> {
  if (audiences.length > 1) refuse(request, 'node may only request 0 or 1 audiences')
  const audience = audiences[0] ?? ''
  if (pod.spec.volumes?.some(volume => asksFor(volume, audience, pod, context))) return
  const { user, namespace, name } = request
  if (await context.allowed(user, 'request-serviceaccounts-token-audience', { group: '', plural: audience }, namespace, name)) return
  refuse(request, `audience ${JSON.stringify(audience)} not found in pod spec volume, ${user.name} is not authorized to request tokens for this audience`)
}

/** Whether a volume needs a token for the audience: by itself, or for the driver that mounts it. */
function asksFor(volume: Volume, audience: string, pod: Pod, context: AdmissionContext): boolean {
  if (volume.projected?.sources?.some(({ serviceAccountToken: token }) => token && (token.audience ?? '') === audience)) return true
  const driver = driverOf(volume, pod, context)
  return !!driver && !!context.get<CSIDriver>(CSIDrivers, undefined, driver)?.spec.tokenRequests?.some(token => token.audience === audience)
}

function driverOf(volume: Volume, { metadata: { name, namespace } }: Pod, context: AdmissionContext): string | undefined {
  if (volume.csi) return volume.csi.driver
  const claimName = volume.ephemeral?.volumeClaimTemplate ? `${name}-${volume.name}` : volume.persistentVolumeClaim?.claimName
  const volumeName = claimName && context.get<PersistentVolumeClaim>(PersistentVolumeClaims, namespace, claimName)?.spec.volumeName
  return volumeName ? context.get<PersistentVolume>(PersistentVolumes, undefined, volumeName)?.spec.csi?.driver : undefined
}
