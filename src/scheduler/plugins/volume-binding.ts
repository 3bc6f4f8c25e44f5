import { Nodes } from '../../api/core/node.ts'
import { PersistentVolumeClaims, type PersistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts'
import { PersistentVolumes, type PersistentVolume } from '../../api/core/persistent-volume.ts'
import type { Pod } from '../../api/core/pod/pod.ts'
import { StorageClasses } from '../../api/storage/storage-class.ts'
import { claimNames, isReachable, podVolumes, SELECTED_NODE, supplyFor } from '../volumes.ts'
import { definePlugin, FITS, on, prepared, rejected, sameLabels, SKIP, unresolvable, type BindingContext } from '../plugin.ts'

/** So long may a volume take to be made. */
const LONGEST_WAIT_MS = 600_000
const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller'

const isUsed = (pod: Pod, claim: PersistentVolumeClaim | undefined): boolean =>
  claim !== undefined && claim.metadata.namespace === pod.metadata.namespace && claimNames(pod).includes(claim.metadata.name)

/** A pod's claims must have volumes that its node can reach; those of classes that wait for the first consumer get theirs now that the node is known. */
export const volumeBinding = definePlugin({
  name: 'VolumeBinding',
  reads: [PersistentVolumeClaims, PersistentVolumes, StorageClasses],
  requeueOn: [
    on(PersistentVolumeClaims, (pod, _old, object) => isUsed(pod, object)),
    on(PersistentVolumes),
    on(StorageClasses),
    on(Nodes, (_pod, old, object) => object !== undefined && !sameLabels(old, object)),
  ],
  prepare(pod, { objects }) {
    const names = claimNames(pod)
    if (names.length === 0) return SKIP
    const volumes = podVolumes(pod, names, objects)
    return 'reasons' in volumes ? rejected(volumes) : prepared({ ...volumes, objects })
  },
  filter(_pod, { node }, { bound, late, objects }) {
    if (!bound.every(volume => isReachable(volume, node))) return unresolvable("node(s) didn't match PersistentVolume's node affinity")
    return late.every(claim => supplyFor(claim, node, objects)) ? FITS : unresolvable("node(s) didn't find available persistent volumes to bind")
  },
  async preBind(pod, nodeName, context) {
    const names = claimNames(pod)
    const volumes = names.length > 0 ? podVolumes(pod, names, context.cache) : undefined
    if (!volumes || ('late' in volumes && volumes.late.length === 0)) return
    if ('reasons' in volumes) throw new Error(volumes.reasons.join(', '))
    const node = context.cache.get(Nodes, { name: nodeName })
    for (const late of volumes.late) {
      const supply = node && supplyFor(late, node, context.cache)
      if (!supply) throw new Error(`no volume for claim ${late.claim.metadata.name} on node ${nodeName}`)
      await ('volume' in supply ? take(supply.volume, late.claim, context) : askFor(late.claim, nodeName, context))
    }
    await context.idle(untilBound(pod, names, context))
  },
})

/** The volume is the claim's from now on; a conflict means that another claim was faster. */
async function take(volume: PersistentVolume, { metadata: { name, namespace, uid, resourceVersion } }: PersistentVolumeClaim, { client }: BindingContext): Promise<void> {
  if (volume.spec.claimRef?.uid) return
  const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', name, namespace, uid, resourceVersion }
  await client.update(PersistentVolumes, {
    ...volume, metadata: { ...volume.metadata, annotations: { ...volume.metadata.annotations, [BOUND_BY_CONTROLLER]: 'yes' } }, spec: { ...volume.spec, claimRef },
  } as PersistentVolume)
}

async function askFor({ metadata }: PersistentVolumeClaim, node: string, { client }: BindingContext): Promise<void> {
  if (metadata.annotations?.[SELECTED_NODE] === node) return
  await client.patch(PersistentVolumeClaims, metadata, { metadata: { uid: metadata.uid, annotations: { [SELECTED_NODE]: node } } }, { type: 'application/merge-patch+json' })
}

/** Waits for the volume controller and provisioners. */
function untilBound({ metadata: { namespace } }: Pod, names: readonly string[], { cache, clock, signal }: BindingContext): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const check = (): void => {
    if (names.every(name => cache.get(PersistentVolumeClaims, { name, namespace })?.status.phase === 'Bound')) resolve()
  }
  const timer = clock.after(LONGEST_WAIT_MS, () => reject(new Error('binding volumes: context deadline exceeded')))
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  const end = cache.informer(PersistentVolumeClaims).onChange(check)
  check()
  return promise.finally(() => {
    end()
    timer.cancel()
    signal.removeEventListener('abort', onAbort)
  })
}
