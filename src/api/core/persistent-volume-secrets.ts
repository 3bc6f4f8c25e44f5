import type { PersistentVolume } from './persistent-volume.ts'

/** A secret that somebody who mounts a volume must read. */
export interface NamespacedName {
  readonly namespace: string
  readonly name: string
}

/** The secrets that a kubelet reads to mount a volume. Those that do not say where they are stand beside the claim. */
export function mountSecretsOf({ spec }: PersistentVolume): readonly NamespacedName[] {
  const { azureFile, cephfs, cinder, flexVolume, rbd, scaleIO, iscsi, storageos, csi } = spec
  const besideClaim = spec.claimRef?.namespace ?? ''
  const references = [
    azureFile && { namespace: azureFile.secretNamespace, name: azureFile.secretName }, cephfs?.secretRef, cinder?.secretRef, flexVolume?.secretRef, rbd?.secretRef, scaleIO?.secretRef, iscsi?.secretRef, storageos?.secretRef,
    csi?.nodePublishSecretRef, csi?.nodeStageSecretRef, csi?.nodeExpandSecretRef,
  ]
  return references.flatMap(reference => (reference?.name ? [{ namespace: reference.namespace || besideClaim, name: reference.name }] : []))
}
