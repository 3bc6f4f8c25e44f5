import { PersistentVolumeClaims, type PersistentVolumeClaim } from '../api/core/persistent-volume-claim.ts'
import { PersistentVolumes, type PersistentVolume } from '../api/core/persistent-volume.ts'
import { Pods } from '../api/core/pod/pod.ts'
import { isPodFinished } from '../api/core/pod/predicates.ts'
import { StorageClasses } from '../api/storage/storage-class.ts'
import type { CacheReader } from '../client/cache.ts'
import type { ObjectRef } from '../client/client.ts'
import { sameJson } from './conditions.ts'
import { defineController, watched, type Context } from './framework.ts'
import { CLAIM_INDEX, claimsOf, indexByClaim } from './pvc-protection.ts'
import { bestVolume, BIND_COMPLETED, BOUND_BY_CONTROLLER, classNameOf, isReservedFor, mismatch, SELECTED_NODE } from './volume-match.ts'

const UNBOUND = 'unbound'
const PROVISIONER_ANNOTATIONS = ['volume.beta.kubernetes.io/storage-provisioner', 'volume.kubernetes.io/storage-provisioner']
const IN_TREE = 'kubernetes.io/'

type Phase = NonNullable<PersistentVolumeClaim['status']['phase']>
const isBindingDone = ({ metadata }: PersistentVolumeClaim): boolean => metadata.annotations?.[BIND_COMPLETED] !== undefined

const unbound = (cache: CacheReader, className: string): ObjectRef[] => cache.list(PersistentVolumeClaims, { index: [UNBOUND, className] }).map(({ metadata }) => metadata)

/** Gives every claim a volume: one that is there, or one that the class's provisioner is asked for. */
export const pvcBinder = defineController<PersistentVolumeClaim>({
  name: 'persistentvolumeclaim-binder',
  identity: 'persistent-volume-binder',
  eventSource: 'persistentvolume-controller',
  for: PersistentVolumeClaims,
  watches: [
    watched(PersistentVolumes, (volume, cache) => {
      const { claimRef } = volume.spec
      return claimRef ? [{ name: claimRef.name!, namespace: claimRef.namespace }] : unbound(cache, classNameOf(volume))
    }),
    watched(StorageClasses, ({ metadata }, cache) => unbound(cache, metadata.name)),
    watched(Pods, claimsOf),
  ],
  prepare(cache) {
    indexByClaim(cache)
    cache.informer(PersistentVolumeClaims).addIndex(UNBOUND, claim => (isBindingDone(claim) ? [] : [classNameOf(claim)]))
  },
  reconcile: (claim, context) => (isBindingDone(claim) ? keepBound(claim, context) : bindNew(claim, context)),
})

async function bindNew(claim: PersistentVolumeClaim, context: Context): Promise<void> {
  const { cache, events } = context
  const { volumeName } = claim.spec
  if (!volumeName) return findVolume(claim, context)
  const volume = cache.get(PersistentVolumes, { name: volumeName })
  if (!volume) return setPhase(claim, 'Pending', context)
  if (volume.spec.claimRef) {
    if (isReservedFor(volume, claim)) return bind(claim, volume, context)
    events.event(claim, 'Warning', 'FailedBinding', `volume ${JSON.stringify(volumeName)} already bound to a different claim.`)
    return setPhase(claim, 'Pending', context)
  }
  const fault = mismatch(volume, claim)
  if (!fault) return bind(claim, volume, context)
  events.event(claim, 'Warning', 'VolumeMismatch', `Cannot bind to requested volume ${JSON.stringify(volumeName)}: ${fault}`)
  return setPhase(claim, 'Pending', context)
}

async function findVolume(claim: PersistentVolumeClaim, context: Context): Promise<void> {
  const { cache, events } = context
  const className = classNameOf(claim)
  const storageClass = className ? cache.get(StorageClasses, { name: className }) : undefined
  const isWaiting = storageClass?.volumeBindingMode === 'WaitForFirstConsumer' && claim.metadata.annotations?.[SELECTED_NODE] === undefined
  const volume = bestVolume(claim, cache.list(PersistentVolumes), isWaiting)
  if (volume) return bind(claim, volume, context)
  let latest = claim
  if (isWaiting) tellWaiting(claim, context)
  else if (!className) events.event(claim, 'Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set')
  else if (!storageClass) events.event(claim, 'Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io ${JSON.stringify(className)} not found`)
  else latest = await askProvisioner(claim, storageClass.provisioner, context)
  return setPhase(latest, 'Pending', context)
}

function tellWaiting(claim: PersistentVolumeClaim, { cache, events }: Context): void {
  const { namespace, name } = claim.metadata
  const pods = cache.list(Pods, { index: [CLAIM_INDEX, `${namespace}/${name}`] }).filter(pod => !pod.spec.nodeName && !isPodFinished(pod)).map(({ metadata }) => metadata.name).sort()
  if (pods.length === 0) events.event(claim, 'Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding')
  else events.event(claim, 'Normal', 'WaitForPodScheduled', `waiting for ${pods.length > 1 ? 'pods' : 'pod'} ${pods.join(',')} to be scheduled`)
}

/** Volumes are made by whoever answers to the class's provisioner; nothing is made here. */
async function askProvisioner(claim: PersistentVolumeClaim, provisioner: string, { client, events }: Context): Promise<PersistentVolumeClaim> {
  if (provisioner.startsWith(IN_TREE)) {
    events.event(claim, 'Warning', 'ProvisioningFailed', `no volume plugin matched name: ${provisioner}`)
    return claim
  }
  const annotations = { ...claim.metadata.annotations, ...Object.fromEntries(PROVISIONER_ANNOTATIONS.map(name => [name, provisioner])) }
  const latest = sameJson(annotations, claim.metadata.annotations) ? claim : await client.update(PersistentVolumeClaims, { ...claim, metadata: { ...claim.metadata, annotations } })
  events.event(latest, 'Normal', 'ExternalProvisioning', `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`)
  return latest
}

async function keepBound(claim: PersistentVolumeClaim, context: Context): Promise<void> {
  const { cache } = context
  const { volumeName } = claim.spec
  const volume = volumeName ? cache.get(PersistentVolumes, { name: volumeName }) : undefined
  if (!volumeName) return lose(claim, 'ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!', context)
  if (!volume) return lose(claim, 'ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!', context)
  if (!volume.spec.claimRef || volume.spec.claimRef.uid === claim.metadata.uid) return bind(claim, volume, context)
  return lose(claim, 'ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly', context)
}

async function lose(claim: PersistentVolumeClaim, reason: string, message: string, context: Context): Promise<void> {
  if (claim.status.phase === 'Lost') return
  await setPhase(claim, 'Lost', context)
  context.events.event(claim, 'Warning', reason, message)
}

async function setPhase(claim: PersistentVolumeClaim, phase: Phase, { client }: Context): Promise<void> {
  if (claim.status.phase === phase) return
  const { accessModes: _modes, capacity: _capacity, ...status } = claim.status
  await client.updateStatus(PersistentVolumeClaims, { ...claim, status: { ...status, phase } })
}

/** In four steps, each written only where it is not yet so: a binding that was broken off is taken up again wherever it stood. The volume comes first: whoever has it has won. */
async function bind(claim: PersistentVolumeClaim, volume: PersistentVolume, { client }: Context): Promise<void> {
  const reserved = reservation(volume, claim)
  let latest = reserved === volume ? volume : await client.update(PersistentVolumes, reserved)
  if (latest.status.phase !== 'Bound') latest = await client.updateStatus(PersistentVolumes, { ...latest, status: { ...latest.status, phase: 'Bound', message: '', reason: '' } })
  const assigned = assignment(claim, volume.metadata.name)
  const written = assigned === claim ? claim : await client.update(PersistentVolumeClaims, assigned)
  const { accessModes, capacity, volumeAttributesClassName } = volume.spec
  const status = {
    ...written.status, phase: 'Bound' as const, ...(accessModes && { accessModes }), capacity: written.status.phase === 'Bound' && written.status.capacity ? written.status.capacity : { ...capacity },
    ...(volumeAttributesClassName !== undefined && written.status.phase !== 'Bound' && { currentVolumeAttributesClassName: volumeAttributesClassName }),
  }
  if (!sameJson(status, written.status)) await client.updateStatus(PersistentVolumeClaims, { ...written, status })
}

function reservation(volume: PersistentVolume, { metadata: { name, namespace, uid, resourceVersion } }: PersistentVolumeClaim): PersistentVolume {
  const { claimRef } = volume.spec
  if (claimRef?.uid === uid) return volume
  const annotations = claimRef ? volume.metadata.annotations : { ...volume.metadata.annotations, [BOUND_BY_CONTROLLER]: 'yes' }
  return {
    ...volume, metadata: { ...volume.metadata, ...(annotations && { annotations }) },
    spec: { ...volume.spec, claimRef: { kind: 'PersistentVolumeClaim', apiVersion: 'v1', name, namespace, uid, resourceVersion } },
  } as PersistentVolume
}

function assignment(claim: PersistentVolumeClaim, volumeName: string): PersistentVolumeClaim {
  const isChosenHere = claim.spec.volumeName !== volumeName
  if (!isChosenHere && isBindingDone(claim)) return claim
  const annotations = { ...claim.metadata.annotations, ...(isChosenHere && { [BOUND_BY_CONTROLLER]: 'yes' }), [BIND_COMPLETED]: 'yes' }
  return { ...claim, metadata: { ...claim.metadata, annotations }, spec: { ...claim.spec, volumeName } }
}
