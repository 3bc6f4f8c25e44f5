import type { PersistentVolumeClaim } from '../api/core/persistent-volume-claim.ts'
import type { PersistentVolume } from '../api/core/persistent-volume.ts'
import { classOf } from '../api/core/volume/shared.ts'
import { compareQuantities } from '../machinery/quantity.ts'
import { selectorFrom } from '../machinery/selector.ts'

export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller'
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed'
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node'

const capacityOf = ({ spec }: PersistentVolume): string => spec.capacity?.['storage'] ?? '0'
const requestOf = ({ spec }: PersistentVolumeClaim): string => spec.resources?.requests?.['storage'] ?? '0'
const isLargeEnough = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean => compareQuantities(capacityOf(volume), requestOf(claim)) >= 0
const hasModes = ({ spec }: PersistentVolume, claim: PersistentVolumeClaim): boolean => (claim.spec.accessModes ?? []).every(mode => spec.accessModes?.includes(mode))
const sameMode = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean => (volume.spec.volumeMode ?? 'Filesystem') === (claim.spec.volumeMode ?? 'Filesystem')

/** The class that an object names, in the field or in the annotation that was there before. */
export const classNameOf = ({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string => classOf(metadata, spec.storageClassName)

/** Whether a volume is meant for this claim, by name, and by uid once it has one. */
export function isReservedFor({ spec: { claimRef } }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  return claimRef?.name === metadata.name && claimRef.namespace === metadata.namespace && (!claimRef.uid || claimRef.uid === metadata.uid)
}

/** The volume for a claim: one that is reserved for it, else the smallest that suits. A claim that waits for its consumer gets a reserved one only. */
export function bestVolume(claim: PersistentVolumeClaim, volumes: readonly PersistentVolume[], isWaiting: boolean): PersistentVolume | undefined {
  const fitting = volumes.filter(volume => !volume.metadata.deletionTimestamp && sameMode(volume, claim) && isLargeEnough(volume, claim))
  const reserved = fitting.find(volume => isReservedFor(volume, claim) && hasModes(volume, claim))
  if (reserved || isWaiting) return reserved
  return fitting.filter(volume => isFree(volume) && suits(volume, claim)).sort((a, b) => compareQuantities(capacityOf(a), capacityOf(b)) || (a.metadata.name < b.metadata.name ? -1 : 1))[0]
}

const isFree = ({ spec, status }: PersistentVolume): boolean => status.phase === 'Available' && !spec.claimRef

const suits = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  classNameOf(volume) === classNameOf(claim) && hasModes(volume, claim) && (volume.spec.volumeAttributesClassName ?? '') === (claim.spec.volumeAttributesClassName ?? '')
  && (!claim.spec.selector || selectorFrom(claim.spec.selector).matches(volume.metadata.labels))

/** Why the volume that a claim names cannot be its own; undefined: it can. */
export function mismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (!isLargeEnough(volume, claim)) return 'requested PV is too small'
  if (classNameOf(volume) !== classNameOf(claim)) return 'storageClassName does not match'
  if (!sameMode(volume, claim)) return 'incompatible volumeMode'
  return hasModes(volume, claim) ? undefined : 'incompatible accessMode'
}
