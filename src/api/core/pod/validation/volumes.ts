import { compareQuantities } from '../../../../machinery/quantity.ts'
import { byteLength, dnsLabel, dnsSubdomain } from '../../../../machinery/names.ts'
import type { Cause } from '../../../../machinery/status.ts'
import { duplicate, forbidden, invalid, invalidBy, notSupported, required, tooLong } from '../../../validation.ts'
import type { DownwardAPIVolumeFile, KeyToPath, ProjectedVolumeSource, Volume } from '../volumes.ts'
import { validateFieldRef, validateLocalPath, validateNoBacksteps, validateResourceRef } from './env.ts'
import { legacyRules } from './volumes-legacy.ts'
import { validateClaimTemplate } from './volume-claim.ts'

const VOLUME_FIELDS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid']
const HOST_PATH_TYPES = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket']

/** The pod's volumes: one source each, names told apart. `usable` are those that nothing is wrong with. */
export function validateVolumes(volumes: readonly Volume[] | undefined, field: string, podName: string): { causes: Cause[]; usable: Volume[] } {
  const usable: Volume[] = []
  const causes: Cause[] = []
  const names = new Set<string>()
  const made = new Set<string>()
  for (const [index, volume] of (volumes ?? []).entries()) {
    const path = `${field}[${index}]`
    const own = validateSource(volume, path, podName)
    if (!volume.name) own.push(required(`${path}.name`))
    else own.push(...invalidBy(`${path}.name`, volume.name, dnsLabel))
    if (names.has(volume.name)) own.push(duplicate(`${path}.name`, volume.name))
    // The name of a volume that is wrong is not taken.
    if (own.length === 0) {
      names.add(volume.name)
      usable.push(volume)
    }
    causes.push(...own)
    if (volume.ephemeral) made.add(`${podName}-${volume.name}`)
  }
  for (const [index, { persistentVolumeClaim: claim }] of (volumes ?? []).entries()) {
    if (claim && podName && made.has(claim.claimName)) {
      causes.push(invalid(`${field}[${index}].persistentVolumeClaim.claimName`, claim.claimName, 'must not reference a PVC that gets created for an ephemeral volume'))
    }
  }
  return { causes, usable }
}

type Rules = { readonly [K in keyof Volume]?: (source: NonNullable<Volume[K]>, field: string) => Cause[] }

const mode = (field: string, bits: number | undefined): Cause[] =>
  bits !== undefined && (bits < 0 || bits > 0o777) ? [invalid(field, bits, 'must be a number between 0 and 0777 (octal), both inclusive')] : []

const named = (field: string, name: string | undefined): Cause[] => (name ? [] : [required(field)])

/** In the order in which causes are reported. */
const rules: Rules = {
  emptyDir: ({ sizeLimit }, field) => (sizeLimit !== undefined && compareQuantities(sizeLimit, '0') < 0 ? [forbidden(`${field}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')] : []),
  hostPath: ({ path, type }, field) => [
    ...(path ? validateNoBacksteps(`${field}.path`, path) : [required(`${field}.path`)]),
    ...(type !== undefined && !HOST_PATH_TYPES.includes(type) ? [notSupported(`${field}.type`, type, HOST_PATH_TYPES)] : []),
  ],
  secret: ({ secretName, defaultMode, items }, field) => [...named(`${field}.secretName`, secretName), ...mode(`${field}.defaultMode`, defaultMode), ...validateItems(items, field)],
  configMap: ({ name, defaultMode, items }, field) => [...named(`${field}.name`, name), ...mode(`${field}.defaultMode`, defaultMode), ...validateItems(items, field)],
  persistentVolumeClaim: ({ claimName }, field) => named(`${field}.claimName`, claimName),
  downwardAPI: ({ items, defaultMode }, field) => [...mode(`${field}.defaultMode`, defaultMode), ...(items ?? []).flatMap(file => validateDownwardFile(file, field))],
  projected: (source, field) => [...mode(`${field}.defaultMode`, source.defaultMode), ...validateProjected(source, field)],
  csi: ({ driver, nodePublishSecretRef }, field) => [
    ...validateDriver(driver, `${field}.driver`),
    ...(nodePublishSecretRef ? (nodePublishSecretRef.name ? invalidBy(`${field}.name`, nodePublishSecretRef.name, dnsSubdomain) : [required(`${field}.nodePublishSecretRef.name`)]) : []),
  ],
  ephemeral: ({ volumeClaimTemplate }, field) => (volumeClaimTemplate ? validateClaimTemplate(volumeClaimTemplate, `${field}.volumeClaimTemplate`) : [required(`${field}.volumeClaimTemplate`)]),
  image: ({ reference, pullPolicy }, field) => [
    ...named(`${field}.reference`, reference),
    ...(pullPolicy && !['Always', 'IfNotPresent', 'Never'].includes(pullPolicy) ? [notSupported(`${field}.pullPolicy`, pullPolicy, ['Always', 'IfNotPresent', 'Never'])] : []),
  ],
}

function validateSource(volume: Volume, field: string, podName: string): Cause[] {
  const causes: Cause[] = []
  let sources = 0
  for (const kind of ORDER) {
    const source = volume[kind]
    if (source === undefined) continue
    if (sources++ > 0) causes.push(forbidden(`${field}.${MISSPELT[kind] ?? kind}`, 'may not specify more than 1 volume type'))
    else causes.push(...((rules[kind] ?? legacyRules[kind]) as ((source: unknown, field: string) => Cause[]) | undefined)?.(source, `${field}.${kind}`) ?? [])
  }
  const { iscsi } = volume
  if (iscsi?.initiatorName !== undefined && byteLength(`${volume.name}:${iscsi.targetPortal}`) > 64) {
    causes.push(invalid(`${field}.name`, volume.name, 'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.'))
  }
  if (sources === 0) causes.push(required(field, 'must specify a volume type'))
  if (volume.ephemeral && podName) {
    const claim = `${podName}-${volume.name}`
    const problems = dnsSubdomain(claim)
    if (volume.name && problems.length) causes.push(invalid(`${field}.name`, volume.name, `PVC name ${JSON.stringify(claim)}: ${problems.join('; ')}`))
  }
  return causes
}

/** Two kinds of volumes have other names where there is one too many. */
const MISSPELT: Partial<Record<keyof Volume, string>> = { cephfs: 'cephFS', downwardAPI: 'downwarAPI' }

const ORDER = [
  'emptyDir', 'hostPath', 'gitRepo', 'gcePersistentDisk', 'awsElasticBlockStore', 'secret', 'nfs', 'iscsi', 'glusterfs', 'flocker', 'persistentVolumeClaim', 'rbd', 'cinder', 'cephfs', 'quobyte',
  'downwardAPI', 'fc', 'flexVolume', 'configMap', 'azureFile', 'vsphereVolume', 'photonPersistentDisk', 'portworxVolume', 'azureDisk', 'storageos', 'projected', 'scaleIO', 'csi', 'ephemeral', 'image',
] as const


function validateItems(items: readonly KeyToPath[] | undefined, field: string): Cause[] {
  return (items ?? []).flatMap(({ key, path, mode: bits }, index) => {
    const at = `${field}.items[${index}]`
    return [...named(`${at}.key`, key), ...named(`${at}.path`, path), ...validateLocalPath(`${at}.path`, path, true).concat(path === '..' ? [invalid(`${at}.path`, path, "must not start with '..'")] : []).filter(uniqueCause), ...mode(`${at}.mode`, bits)]
  })
}

const uniqueCause = (cause: Cause, index: number, all: readonly Cause[]): boolean => all.findIndex(({ message }) => message === cause.message) === index

function validateDownwardFile(file: DownwardAPIVolumeFile, field: string): Cause[] {
  const causes: Cause[] = file.path ? validateLocalPath(`${field}.path`, file.path, true) : [required(`${field}.path`)]
  if (file.fieldRef) {
    causes.push(...validateFieldRef(file.fieldRef, `${field}.fieldRef`, VOLUME_FIELDS))
    if (file.resourceFieldRef) causes.push(invalid(field, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'))
  } else if (file.resourceFieldRef) causes.push(...validateResourceRef(file.resourceFieldRef, `${field}.resourceFieldRef`, true))
  else causes.push(required(field, 'one of fieldRef and resourceFieldRef is required'))
  return [...causes, ...mode(`${field}.mode`, file.mode)]
}

const LONGEST_TOKEN_SECONDS = 2 ** 32

function validateProjected({ sources }: ProjectedVolumeSource, field: string): Cause[] {
  const causes: Cause[] = []
  const paths = new Set<string>()
  const take = (path: string, shown: string): void => {
    if (path && paths.has(path)) causes.push(invalid(field, shown, 'conflicting duplicate paths'))
    paths.add(path)
  }
  for (const [index, source] of (sources ?? []).entries()) {
    const at = `${field}.sources[${index}]`
    for (const kind of ['secret', 'configMap'] as const) {
      const given = source[kind]
      if (!given) continue
      causes.push(...named(`${at}.${kind}.name`, given.name), ...validateItems(given.items, `${at}.${kind}`))
      for (const { path } of given.items ?? []) take(path, given.name ?? '')
    }
    if (source.downwardAPI) {
      for (const file of source.downwardAPI.items ?? []) {
        causes.push(...validateDownwardFile(file, `${at}.downwardAPI`))
        take(file.path, file.path)
      }
    }
    if (source.serviceAccountToken) {
      const { expirationSeconds = 0, path } = source.serviceAccountToken
      causes.push(...validateTokenLife(expirationSeconds, `${at}.serviceAccountToken.expirationSeconds`))
      causes.push(...(path ? validateLocalPath(`${field}.path`, path, true) : [required(`${field}.path`)]))
    }
    if (Object.values(source).filter(given => given !== undefined).length > 1) causes.push(forbidden(at, 'may not specify more than 1 volume type per source'))
  }
  return causes
}

function validateTokenLife(seconds: number, field: string): Cause[] {
  if (seconds < 600) return [invalid(field, seconds, 'may not specify a duration less than 10 minutes')]
  return seconds > LONGEST_TOKEN_SECONDS ? [invalid(field, seconds, 'may not specify a duration larger than 2^32 seconds')] : []
}

/** A CSI driver's name. */
export function validateDriver(driver: string, field: string): Cause[] {
  if (!driver) return [required(field)]
  const causes = driver.length > 63 ? [tooLong(field, 63)] : []
  return [...causes, ...dnsSubdomain(driver.toLowerCase()).map(problem => invalid(field, driver, problem))]
}
