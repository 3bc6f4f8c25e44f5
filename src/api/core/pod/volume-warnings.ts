import { fractionalBytes } from '../volume/shared.ts'
import type { Volume } from './volumes.ts'

/** Kinds of volumes that are gone, or will be. */
const DEPRECATED: readonly (readonly [keyof Volume, string, string?])[] = [
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+', 'storageOS'],
  ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
]

/** What the author of a pod should know of its volumes. */
export function volumeWarnings(volumes: readonly Volume[] | undefined, field: string): string[] {
  const kinds = (volumes ?? []).flatMap((volume, index) => {
    const path = `${field}[${index}]`
    const claim = volume.ephemeral?.volumeClaimTemplate?.spec.resources
    const claimPath = `${path}.ephemeral.volumeClaimTemplate.spec.resources`
    const found = DEPRECATED.flatMap(([kind, why, shown = kind]) => (volume[kind] === undefined ? [] : [`${path}.${shown}: ${why}`]))
    return [...found, ...fractionalBytes(claim?.requests, `${claimPath}.requests`), ...fractionalBytes(claim?.limits, `${claimPath}.limits`)]
  })
  return [...kinds, ...(volumes ?? []).flatMap(overlaps)]
}

interface Place {
  readonly path: string
  readonly source: string
}

const shown = ({ path, source }: Place): string => JSON.stringify(path) + (source && ` (${source})`)
const placesOf = (items: readonly { path: string }[] | undefined, source = ''): Place[] => (items ?? []).map(({ path }) => ({ path, source }))

/** Files of one volume that lie on or in each other. */
function overlaps({ name, configMap, secret, downwardAPI, projected }: Volume): string[] {
  const warn = (kind: string, places: readonly Place[]): string[] => collisions(places).map(text => `volume ${JSON.stringify(name)} (${kind}): overlapping paths: ${text}`)
  const warnings = [
    ...warn(`ConfigMap ${JSON.stringify(configMap?.name ?? '')}`, placesOf(configMap?.items)), ...warn(`Secret ${JSON.stringify(secret?.secretName ?? '')}`, placesOf(secret?.items)),
    ...warn('DownwardAPI', placesOf(downwardAPI?.items)),
  ]
  for (const source of projected?.sources ?? []) if (Object.keys(source).length === 0) warnings.push(`volume ${JSON.stringify(name)} (Projected) has no sources provided`)
  return [...warnings, ...warn('Projected', (projected?.sources ?? []).flatMap(projectedPlaces))]
}

function projectedPlaces({ configMap, secret, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate }: NonNullable<NonNullable<Volume['projected']>['sources']>[number]): Place[] {
  if (configMap?.items) return placesOf(configMap.items, `ConfigMap ${JSON.stringify(configMap.name ?? '')}`)
  if (secret?.items) return placesOf(secret.items, `Secret ${JSON.stringify(secret.name ?? '')}`)
  if (downwardAPI?.items) return placesOf(downwardAPI.items, 'DownwardAPI')
  if (serviceAccountToken) return [{ path: serviceAccountToken.path, source: 'ServiceAccountToken' }]
  if (clusterTrustBundle) return [{ path: clusterTrustBundle.path, source: `ClusterTrustBundle ${JSON.stringify(clusterTrustBundle.name ?? clusterTrustBundle.signerName ?? '')}` }]
  const { certificateChainPath = '', keyPath = '', credentialBundlePath = '' } = podCertificate ?? {}
  return [
    { path: certificateChainPath, source: 'PodCertificate chain' }, { path: keyPath, source: 'PodCertificate key' }, { path: credentialBundlePath, source: 'PodCertificate credential bundle' },
  ].filter(({ path }) => path !== '')
}

function collisions(places: readonly Place[]): string[] {
  const trimmed = places.map(({ path, source }) => ({ path: path.replace(/\/+$/, ''), source }))
  const isWithin = (outer: Place, inner: Place): boolean => `${inner.path}/`.startsWith(`${outer.path}/`)
  return trimmed.flatMap((place, index) => trimmed.slice(0, index).filter(other => place.path && other.path && (isWithin(place, other) || isWithin(other, place)))
    .map(other => `${shown(place)} with ${shown(other)}`))
}
