import { PersistentVolumeClaims } from '../../api/core/persistent-volume-claim.ts'
import { Pods } from '../../api/core/pod/pod.ts'
import { definePlugin, FITS, on, prepared, SKIP, unschedulable } from '../plugin.ts'
import { claimNames } from '../volumes.ts'

/** A claim for one pod only (ReadWriteOncePod) is not shared, on no node. */
export const volumeRestrictions = definePlugin({
  name: 'VolumeRestrictions',
  looksAtPods: true,
  reads: [PersistentVolumeClaims],
  requeueOn: [
    on(Pods, (pod, old, object) => old !== undefined && old.metadata.namespace === pod.metadata.namespace && (!object || object.status.phase !== old.status.phase)),
    on(PersistentVolumeClaims, (pod, _old, object) => object?.metadata.namespace === pod.metadata.namespace),
  ],
  prepare(pod, { nodes, objects }) {
    const { namespace } = pod.metadata
    const exclusive = claimNames(pod).filter(name => objects.get(PersistentVolumeClaims, { name, namespace })?.spec.accessModes?.includes('ReadWriteOncePod'))
    if (exclusive.length === 0) return SKIP
    return prepared(nodes.some(({ pods }) => pods.some(other => other.pod.metadata.namespace === namespace && claimNames(other.pod).some(name => exclusive.includes(name)))))
  },
  filter: (_pod, _node, inUse) => (inUse ? unschedulable('node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod') : FITS),
})
