import { Nodes } from '../../api/core/node.ts'
import { PersistentVolumeClaims, type PersistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts'
import { PersistentVolumes, type PersistentVolume } from '../../api/core/persistent-volume.ts'
import { matchesNodeTerms } from '../../api/core/pod/node-affinity.ts'
import type { Pod } from '../../api/core/pod/pod.ts'
import type { CacheReader } from '../../client/cache.ts'
import { definePlugin, FITS, on, prepared, rejected, sameLabels, SKIP, unresolvable, type Rejection } from '../plugin.ts'

/** The names of the claims that the pod's volumes stand for; an ephemeral volume's claim is named after pod and volume. */
export const claimNames = ({ metadata, spec }: Pod): readonly string[] =>
  (spec.volumes ?? []).flatMap(volume => volume.persistentVolumeClaim ? [volume.persistentVolumeClaim.claimName] : volume.ephemeral ? [`${metadata.name}-${volume.name}`] : [])

/** Says what is wrong with a claim, or the volume that it is bound to. */
function volumeOf(claim: PersistentVolumeClaim | undefined, name: string, objects: CacheReader): { volume: PersistentVolume } | Rejection {
  if (!claim) return unresolvable(`persistentvolumeclaim ${JSON.stringify(name)} not found`)
  if (claim.metadata.deletionTimestamp) return unresolvable(`persistentvolumeclaim ${JSON.stringify(name)} is being deleted`)
  if (claim.status.phase === 'Lost') return unresolvable(`persistentvolumeclaim ${JSON.stringify(name)} bound to non-existent persistentvolume ${JSON.stringify(claim.spec.volumeName ?? '')}`)
  if (!claim.spec.volumeName || claim.status.phase !== 'Bound') return unresolvable('pod has unbound immediate PersistentVolumeClaims')
  const volume = objects.get(PersistentVolumes, { name: claim.spec.volumeName })
  return volume ? { volume } : unresolvable('node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)')
}

const isUsed = (pod: Pod, claim: PersistentVolumeClaim | undefined): boolean => claim !== undefined && claim.metadata.namespace === pod.metadata.namespace && claimNames(pod).includes(claim.metadata.name)

/** A pod's claims must be bound, to volumes that its node can reach. Claims are bound by the volume controller: late binding is not done here. */
export const volumeBinding = definePlugin({
  name: 'VolumeBinding',
  reads: [PersistentVolumeClaims, PersistentVolumes],
  requeueOn: [
    on(PersistentVolumeClaims, (pod, _old, object) => isUsed(pod, object)),
    on(PersistentVolumes),
    on(Nodes, (_pod, old, object) => object !== undefined && !sameLabels(old, object)),
  ],
  prepare(pod, { objects }) {
    const names = claimNames(pod)
    if (names.length === 0) return SKIP
    const volumes: PersistentVolume[] = []
    for (const name of names) {
      const found = volumeOf(objects.get(PersistentVolumeClaims, { name, namespace: pod.metadata.namespace }), name, objects)
      if (!('volume' in found)) return rejected(found)
      volumes.push(found.volume)
    }
    return prepared(volumes)
  },
  filter: (_pod, { node }, volumes) =>
    volumes.every(({ spec }) => !spec.nodeAffinity?.required || matchesNodeTerms(spec.nodeAffinity.required.nodeSelectorTerms, node)) ? FITS : unresolvable("node(s) didn't match PersistentVolume's node affinity"),
})
