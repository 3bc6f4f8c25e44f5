import { PersistentVolumeClaims, type PersistentVolumeClaim } from '../api/core/persistent-volume-claim.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import type { Cache } from '../client/cache.ts'
import type { ObjectRef } from '../client/client.ts'
import { defineController, watched } from './framework.ts'
import { protect } from './in-use-protection.ts'

export const CLAIM_INDEX = 'claim'

/** The claims that a pod's volumes stand for; an ephemeral volume's claim is named after pod and volume. */
export const claimsOf = ({ metadata, spec }: Pod): ObjectRef[] => (spec.volumes ?? []).flatMap(volume => {
  const name = volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral ? `${metadata.name}-${volume.name}` : undefined)
  return name ? [{ namespace: metadata.namespace, name }] : []
})

/** Keeps pods by the claims that they use. */
export const indexByClaim = (cache: Cache): void => cache.informer(Pods).addIndex(CLAIM_INDEX, pod => claimsOf(pod).map(({ namespace, name }) => `${namespace}/${name}`))

/** Claims go only when no pod on a node uses them. A pod without a node does not count: the kubelet starts none with a claim that is going. */
export const pvcProtectionController = defineController<PersistentVolumeClaim>({
  name: 'pvc-protection',
  for: PersistentVolumeClaims,
  watches: [watched(Pods, claimsOf)],
  prepare: indexByClaim,
  reconcile: (claim, context) => protect(PersistentVolumeClaims, claim, 'kubernetes.io/pvc-protection', () =>
    context.cache.list(Pods, { index: [CLAIM_INDEX, `${claim.metadata.namespace}/${claim.metadata.name}`] }).some(({ spec }) => spec.nodeName), context),
})
