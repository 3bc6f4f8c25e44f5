import type { Pod } from './pod.ts'
import type { Volume } from './volumes.ts'

/** Names of the objects in its own namespace that a pod needs in order to run. */
export interface PodReferences {
  readonly secrets: ReadonlySet<string>
  readonly configMaps: ReadonlySet<string>
  readonly claims: ReadonlySet<string>
  readonly resourceClaims: ReadonlySet<string>
  readonly serviceAccounts: ReadonlySet<string>
}

/** Everything a pod refers to by name: in volumes, environments, pull secrets, claims and its service account. */
export function referencesOf(pod: Pod): PodReferences {
  const secrets = new Set<string>()
  const configMaps = new Set<string>()
  const claims = new Set<string>()
  const add = (set: Set<string>, name: string | undefined): void => void (name && set.add(name))
  for (const secret of pod.spec.imagePullSecrets ?? []) add(secrets, secret.name)
  for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers, ...(pod.spec.ephemeralContainers ?? [])]) {
    for (const { secretRef, configMapRef } of container.envFrom ?? []) {
      add(secrets, secretRef?.name)
      add(configMaps, configMapRef?.name)
    }
    for (const { valueFrom } of container.env ?? []) {
      add(secrets, valueFrom?.secretKeyRef?.name)
      add(configMaps, valueFrom?.configMapKeyRef?.name)
    }
  }
  for (const volume of pod.spec.volumes ?? []) {
    for (const name of volumeSecrets(volume)) add(secrets, name)
    add(configMaps, volume.configMap?.name)
    for (const source of volume.projected?.sources ?? []) add(configMaps, source.configMap?.name)
    add(claims, volume.persistentVolumeClaim?.claimName)
    if (volume.ephemeral) add(claims, `${pod.metadata.name}-${volume.name}`)
  }
  const resourceClaims = new Set<string>()
  for (const claim of pod.spec.resourceClaims ?? []) {
    add(resourceClaims, claim.resourceClaimName)
    add(resourceClaims, pod.status?.resourceClaimStatuses?.find(status => status.name === claim.name)?.resourceClaimName)
  }
  add(resourceClaims, pod.status?.extendedResourceClaimStatus?.resourceClaimName)
  return { secrets, configMaps, claims, resourceClaims, serviceAccounts: new Set(pod.spec.serviceAccountName ? [pod.spec.serviceAccountName] : []) }
}

/** The secrets that a volume reads, whatever its type. */
function volumeSecrets(volume: Volume): (string | undefined)[] {
  return [
    volume.secret?.secretName, volume.azureFile?.secretName, volume.csi?.nodePublishSecretRef?.name, volume.cephfs?.secretRef?.name,
    volume.cinder?.secretRef?.name, volume.flexVolume?.secretRef?.name, volume.rbd?.secretRef?.name, volume.scaleIO?.secretRef.name,
    volume.iscsi?.secretRef?.name, volume.storageos?.secretRef?.name,
    ...(volume.projected?.sources ?? []).map(source => source.secret?.name),
  ]
}
