import { PersistentVolumeClaims, type PersistentVolumeClaim } from '../api/core/persistent-volume-claim.ts'
import { PersistentVolumes, type PersistentVolume } from '../api/core/persistent-volume.ts'
import { isReason } from '../machinery/status.ts'
import { defineController, watched, type Context } from './framework.ts'
import { BOUND_BY_CONTROLLER } from './volume-match.ts'

const CLAIM = 'claim'
const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by'
/** The only host paths that are deleted with their volumes, as upstream has it. */
const DELETABLE = /^\/tmp\/.+/

type Phase = NonNullable<PersistentVolume['status']['phase']>

/** Says of every volume whether it is free, and reclaims those whose claim is gone. */
export const pvBinder = defineController<PersistentVolume>({
  name: 'persistentvolume-binder',
  identity: 'persistent-volume-binder',
  eventSource: 'persistentvolume-controller',
  for: PersistentVolumes,
  watches: [watched(PersistentVolumeClaims, ({ metadata, spec }, cache) => [
    ...cache.list(PersistentVolumes, { index: [CLAIM, `${metadata.namespace}/${metadata.name}`] }).map(volume => volume.metadata), ...(spec.volumeName ? [{ name: spec.volumeName }] : []),
  ])],
  prepare: cache => cache.informer(PersistentVolumes).addIndex(CLAIM, ({ spec: { claimRef } }) => (claimRef ? [`${claimRef.namespace}/${claimRef.name}`] : [])),
  async reconcile(volume, context) {
    const { claimRef } = volume.spec
    if (!claimRef?.uid) return setPhase(volume, 'Available', context)
    const claim = await findClaim(volume, context)
    if (!claim) return release(volume, context)
    // The claim goes on binding by itself.
    if (!claim.spec.volumeName) return
    if (claim.spec.volumeName === volume.metadata.name) return setPhase(volume, 'Bound', context)
    if (isProvisioned(volume) && volume.spec.persistentVolumeReclaimPolicy === 'Delete') return release(volume, context)
    return unbind(volume, context)
  },
})

const isProvisioned = ({ metadata }: PersistentVolume): boolean => metadata.annotations?.[PROVISIONED_BY] !== undefined

/** The cache may be older than the volume's reference: whether a claim is really gone is asked. */
async function findClaim({ spec: { claimRef } }: PersistentVolume, { cache, client }: Context): Promise<PersistentVolumeClaim | undefined> {
  const ref = { namespace: claimRef!.namespace, name: claimRef!.name! }
  const cached = cache.get(PersistentVolumeClaims, ref)
  if (cached?.metadata.uid === claimRef!.uid) return cached
  const claim = await client.get(PersistentVolumeClaims, ref).catch(error => {
    if (!isReason(error, 'NotFound')) throw error
    return undefined
  })
  return claim?.metadata.uid === claimRef!.uid ? claim : undefined
}

async function setPhase(volume: PersistentVolume, phase: Phase, { client }: Context, message = ''): Promise<void> {
  if (volume.status.phase === phase && (volume.status.message ?? '') === message) return
  const { message: _message, reason: _reason, ...status } = volume.status
  await client.updateStatus(PersistentVolumes, { ...volume, status: { ...status, phase, ...(message && { message }) } })
}

/** The claim took another volume: this one is for others again, unless somebody reserved it for the claim by hand. */
async function unbind(volume: PersistentVolume, context: Context): Promise<void> {
  const { [BOUND_BY_CONTROLLER]: byController, ...annotations } = volume.metadata.annotations ?? {}
  const { claimRef, ...spec } = volume.spec
  const { uid: _uid, resourceVersion: _version, ...reserved } = claimRef!
  const free = { ...volume, metadata: { ...volume.metadata, annotations }, spec: byController === undefined ? { ...spec, claimRef: reserved } : spec } as PersistentVolume
  await setPhase(await context.client.update(PersistentVolumes, free), 'Available', context)
}

async function release(volume: PersistentVolume, context: Context): Promise<void> {
  const { phase } = volume.status
  if (phase !== 'Released' && phase !== 'Failed') return setPhase(volume, 'Released', context)
  const { persistentVolumeReclaimPolicy: policy } = volume.spec
  if (policy === 'Recycle' && phase === 'Released') return fail(volume, 'VolumeFailedRecycle', 'No recycler plugin found for the volume!', context)
  if (policy === 'Delete' && !volume.metadata.deletionTimestamp) await deleteVolume(volume, context)
}

/** What a provisioner made it takes away itself, as soon as it sees the volume released. */
async function deleteVolume(volume: PersistentVolume, context: Context): Promise<void> {
  if (isProvisioned(volume) || volume.spec.csi) return
  const fault = await deleteData(volume, context)
  if (fault) return volume.status.phase === 'Failed' ? undefined : fail(volume, 'VolumeFailedDelete', fault, context)
  await context.client.delete(PersistentVolumes, volume.metadata, { preconditions: { uid: volume.metadata.uid } }).catch(error => { if (!isReason(error, 'NotFound')) throw error })
}

async function deleteData({ metadata, spec }: PersistentVolume, { settings }: Context): Promise<string | undefined> {
  if (!spec.hostPath || !settings.removeHostPath) return `error getting deleter volume plugin for volume ${JSON.stringify(metadata.name)}: no deletable volume plugin matched`
  if (!DELETABLE.test(spec.hostPath.path)) return `host_path deleter only supports /tmp/.+ but received provided ${spec.hostPath.path}`
  return settings.removeHostPath(spec.hostPath.path).then(() => undefined, (error: Error) => error.message)
}

async function fail(volume: PersistentVolume, reason: string, message: string, context: Context): Promise<void> {
  await setPhase(volume, 'Failed', context, message)
  context.events.event(volume, 'Warning', reason, message)
}
