import type { Node } from '../api/core/node.ts'
import { PersistentVolumeClaims, type PersistentVolumeClaim } from '../api/core/persistent-volume-claim.ts'
import { PersistentVolumes, type PersistentVolume } from '../api/core/persistent-volume.ts'
import { matchesNodeTerms } from '../api/core/pod/node-affinity.ts'
import type { Pod } from '../api/core/pod/pod.ts'
import { StorageClasses, type StorageClass } from '../api/storage/storage-class.ts'
import type { CacheReader } from '../client/cache.ts'
import { compareQuantities } from '../machinery/quantity.ts'
import { selectorFrom } from '../machinery/selector.ts'
import { unresolvable, type Rejection } from './plugin.ts'

/** The provisioner that stands for none: volumes are made by hand. */
const BY_HAND = 'kubernetes.io/no-provisioner'
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node'

/** A claim that gets its volume once its pod has a node. */
export interface LateClaim {
  readonly claim: PersistentVolumeClaim
  readonly storageClass: StorageClass
}

export interface PodVolumes {
  readonly bound: readonly PersistentVolume[]
  readonly late: readonly LateClaim[]
}

/** How a late claim gets its volume on a node: one that is there, or one that is made. */
export type Supply = { readonly volume: PersistentVolume } | { readonly provision: true }

/** The names of the claims that the pod's volumes stand for; an ephemeral volume's claim is named after pod and volume. */
export const claimNames = ({ metadata, spec }: Pod): readonly string[] =>
  (spec.volumes ?? []).flatMap(volume => volume.persistentVolumeClaim ? [volume.persistentVolumeClaim.claimName] : volume.ephemeral ? [`${metadata.name}-${volume.name}`] : [])

/** The pod's claims and their volumes, or what is wrong with one of them whatever the node. */
export function podVolumes(pod: Pod, names: readonly string[], objects: CacheReader): PodVolumes | Rejection {
  const bound: PersistentVolume[] = []
  const late: LateClaim[] = []
  for (const name of names) {
    const claim = objects.get(PersistentVolumeClaims, { name, namespace: pod.metadata.namespace })
    const quoted = JSON.stringify(name)
    if (!claim) return unresolvable(`persistentvolumeclaim ${quoted} not found`)
    if (claim.metadata.deletionTimestamp) return unresolvable(`persistentvolumeclaim ${quoted} is being deleted`)
    if (claim.status.phase === 'Lost') return unresolvable(`persistentvolumeclaim ${quoted} bound to non-existent persistentvolume ${JSON.stringify(claim.spec.volumeName ?? '')}`)
    if (claim.status.phase === 'Bound' && claim.spec.volumeName) {
      const volume = objects.get(PersistentVolumes, { name: claim.spec.volumeName })
      if (!volume) return unresolvable('node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)')
      bound.push(volume)
      continue
    }
    const storageClass = claim.spec.storageClassName ? objects.get(StorageClasses, { name: claim.spec.storageClassName }) : undefined
    if (claim.spec.volumeName || storageClass?.volumeBindingMode !== 'WaitForFirstConsumer') return unresolvable('pod has unbound immediate PersistentVolumeClaims')
    late.push({ claim, storageClass })
  }
  return { bound, late }
}

/** Whether a volume can be used on the node. */
export const isReachable = ({ spec }: PersistentVolume, node: Node): boolean => !spec.nodeAffinity?.required || matchesNodeTerms(spec.nodeAffinity.required.nodeSelectorTerms, node)

/** Where a late claim's volume would come from on this node; undefined: from nowhere. */
export function supplyFor({ claim, storageClass }: LateClaim, node: Node, objects: CacheReader): Supply | undefined {
  const selected = claim.metadata.annotations?.[SELECTED_NODE]
  if (selected !== undefined) return selected === node.metadata.name ? { provision: true } : undefined
  const volume = objects.list(PersistentVolumes).filter(each => suits(each, claim) && isReachable(each, node)).sort(smallestFirst)[0]
  if (volume) return { volume }
  return storageClass.provisioner !== BY_HAND && allows(storageClass, node) ? { provision: true } : undefined
}

const capacity = ({ spec }: PersistentVolume): string => spec.capacity?.storage ?? '0'
const smallestFirst = (a: PersistentVolume, b: PersistentVolume): number => compareQuantities(capacity(a), capacity(b)) || (a.metadata.name < b.metadata.name ? -1 : 1)

function suits(volume: PersistentVolume, { metadata, spec }: PersistentVolumeClaim): boolean {
  const { claimRef, storageClassName, accessModes = [], volumeMode = 'Filesystem' } = volume.spec
  if (volume.metadata.deletionTimestamp || storageClassName !== spec.storageClassName || volumeMode !== (spec.volumeMode ?? 'Filesystem')) return false
  if (claimRef && (claimRef.name !== metadata.name || claimRef.namespace !== metadata.namespace || (claimRef.uid && claimRef.uid !== metadata.uid))) return false
  if (!claimRef && volume.status.phase !== 'Available') return false
  if (!(spec.accessModes ?? []).every(mode => accessModes.includes(mode)) || (spec.selector && !selectorFrom(spec.selector).matches(volume.metadata.labels))) return false
  return compareQuantities(capacity(volume), spec.resources?.requests?.storage ?? '0') >= 0
}

const allows = ({ allowedTopologies = [] }: StorageClass, { metadata }: Node): boolean =>
  allowedTopologies.length === 0 || allowedTopologies.some(({ matchLabelExpressions = [] }) => matchLabelExpressions.every(({ key, values }) => values.includes(metadata.labels?.[key] ?? '')))
