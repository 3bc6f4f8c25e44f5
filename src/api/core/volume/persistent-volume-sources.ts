import { dnsLabel, dnsSubdomain } from '../../../machinery/names.ts'
import type { Cause } from '../../../machinery/status.ts'
import { forbidden, inRange, invalid, invalidBy, notSupported, required } from '../../validation.ts'
import type { PersistentVolumeSpec } from '../pod/pod-spec.ts'
import { legacyRules } from '../pod/validation/volumes-legacy.ts'
import { validateNoBacksteps } from '../pod/validation/env.ts'
import { validateDriver } from '../pod/validation/volumes.ts'

/** In the order in which causes are reported. */
export const SOURCES = [
  'hostPath', 'gcePersistentDisk', 'awsElasticBlockStore', 'glusterfs', 'flocker', 'nfs', 'rbd', 'quobyte', 'cephfs', 'iscsi', 'cinder', 'fc', 'flexVolume', 'azureFile', 'vsphereVolume',
  'photonPersistentDisk', 'portworxVolume', 'azureDisk', 'scaleIO', 'local', 'storageos', 'csi',
] as const

type Rules = { readonly [K in (typeof SOURCES)[number]]?: (source: NonNullable<PersistentVolumeSpec[K]>, field: string) => Cause[] }

interface SecretReference {
  readonly name?: string | undefined
  readonly namespace?: string | undefined
}

const need = (field: string, value: unknown): Cause[] => (value ? [] : [required(field)])

const HOST_PATH_TYPES = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket']
const HOST_AND_PORT = 'must be a host:port pair or multiple pairs separated by commas'
const INITIATORS = [/^iqn\.\d{4}-\d{2}\.([A-Za-z0-9.-]+)(:[^,;*&$|\s]+)$/, /^eui.[A-Za-z0-9]{16}$/, /^naa.[A-Za-z0-9]{32}$/]
const CACHING = ['None', 'ReadOnly', 'ReadWrite']
const DISK_KINDS = ['Dedicated', 'Managed', 'Shared']
const MANAGED_URI = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}'
const BLOB_URI = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'

const rules: Rules = {
  hostPath: ({ path, type }, field) => (!path ? [required(`${field}.path`)] : [
    ...validateNoBacksteps(`${field}.path`, path),
    ...(type !== undefined && !HOST_PATH_TYPES.includes(type) ? [notSupported(`${field}.type`, type, HOST_PATH_TYPES)] : []),
  ]),
  glusterfs: ({ endpoints, path, endpointsNamespace }, field) => [
    ...need(`${field}.endpoints`, endpoints), ...need(`${field}.path`, path),
    ...(endpointsNamespace === '' ? [invalid(`${field}.endpointsNamespace`, '', 'if the endpointnamespace is set, it must be a valid namespace name')] : invalidBy(`${field}.endpointsNamespace`, endpointsNamespace ?? 'unset', dnsLabel)),
  ],
  rbd: ({ monitors, image }, field) => [...need(`${field}.monitors`, monitors?.length), ...need(`${field}.image`, image)],
  quobyte: ({ registry, volume }, field) => [...validateRegistry(registry, `${field}.registry`), ...need(`${field}.volume`, volume)],
  cephfs: ({ monitors }, field) => need(`${field}.monitors`, monitors?.length),
  iscsi: ({ targetPortal, iqn, lun, chapAuthDiscovery, chapAuthSession, secretRef, initiatorName }, field) => [
    ...need(`${field}.targetPortal`, targetPortal), ...(iqn ? validateInitiator(iqn, `${field}.iqn`) : [required(`${field}.iqn`)]), ...inRange(`${field}.lun`, lun, 0, 255),
    ...((chapAuthDiscovery || chapAuthSession) && !secretRef ? [required(`${field}.secretRef`)] : []),
    ...(initiatorName === undefined ? [] : validateInitiator(initiatorName, `${field}.initiatorname`)),
    ...(secretRef ? need(`${field}.secretRef.name`, secretRef.name) : []),
  ],
  cinder: ({ volumeID, secretRef }, field) => [
    ...need(`${field}.volumeID`, volumeID),
    ...(secretRef ? [...need(`${field}.secretRef.name`, secretRef.name), ...need(`${field}.secretRef.namespace`, secretRef.namespace)] : []),
  ],
  flexVolume: ({ driver, options }, field) => [
    ...need(`${field}.driver`, driver),
    ...Object.keys(options ?? {}).filter(key => /(^|\.)(kubernetes|k8s)\.io\//.test(key)).map(key => invalid(`${field}.options[${key}]`, key, 'kubernetes.io and k8s.io namespaces are reserved')),
  ],
  azureFile: ({ secretName, shareName, secretNamespace }, field) => [
    ...need(`${field}.secretName`, secretName), ...need(`${field}.shareName`, shareName), ...(secretNamespace === '' ? [required(`${field}.secretNamespace`)] : []),
  ],
  azureDisk: ({ diskName, diskURI, cachingMode, kind }, field) => [
    ...need(`${field}.diskName`, diskName), ...need(`${field}.diskURI`, diskURI),
    ...(cachingMode !== undefined && !CACHING.includes(cachingMode) ? [notSupported(`${field}.cachingMode`, cachingMode, CACHING)] : []),
    ...(kind !== undefined && !DISK_KINDS.includes(kind) ? [notSupported(`${field}.kind`, kind, DISK_KINDS)] : []),
    ...(kind === 'Managed' && !diskURI.startsWith('/subscriptions/') ? [notSupported(`${field}.diskURI`, diskURI, [MANAGED_URI])] : []),
    ...(kind !== undefined && kind !== 'Managed' && !diskURI.startsWith('https://') ? [notSupported(`${field}.diskURI`, diskURI, [BLOB_URI])] : []),
  ],
  scaleIO: ({ gateway, system, volumeName }, field) => [...need(`${field}.gateway`, gateway), ...need(`${field}.system`, system), ...need(`${field}.volumeName`, volumeName)],
  local: ({ path }, field) => (path ? validateNoBacksteps(`${field}.path`, path) : [required(`${field}.path`)]),
  storageos: ({ volumeName, volumeNamespace, secretRef }, field) => [
    ...(volumeName ? invalidBy(`${field}.volumeName`, volumeName, dnsLabel) : [required(`${field}.volumeName`)]),
    ...(volumeNamespace ? invalidBy(`${field}.volumeNamespace`, volumeNamespace, dnsLabel) : []),
    ...(secretRef ? [...need(`${field}.secretRef.name`, secretRef.name), ...need(`${field}.secretRef.namespace`, secretRef.namespace)] : []),
  ],
  csi: (source, field) => [
    ...validateDriver(source.driver, `${field}.driver`), ...need(`${field}.volumeHandle`, source.volumeHandle),
    ...(['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef'] as const).flatMap(name => validateSecret(source[name], `${field}.${name}`)),
  ],
}

/** Where the volume is: exactly one source. */
export function validateVolumeSource(spec: PersistentVolumeSpec, field: string): Cause[] {
  const causes: Cause[] = []
  let count = 0
  for (const kind of SOURCES) {
    const source = spec[kind]
    if (source === undefined) continue
    if (count++ > 0) causes.push(forbidden(`${field}.${kind}`, 'may not specify more than 1 volume type'))
    else causes.push(...((rules[kind] ?? legacyRules[kind as keyof typeof legacyRules]) as ((source: unknown, field: string) => Cause[]) | undefined)?.(source, `${field}.${kind}`) ?? [])
    if (kind === 'local' && !spec.nodeAffinity) causes.push(required(`${field}.nodeAffinity`, 'Local volume requires node affinity'))
  }
  return count > 0 ? causes : [required(field, 'must specify a volume type')]
}

const validateInitiator = (name: string, field: string): Cause[] => (INITIATORS.some(form => form.test(name)) ? [] : [invalid(field, name, 'must be valid format')])

function validateRegistry(registry: string, field: string): Cause[] {
  if (!registry) return [required(field, HOST_AND_PORT)]
  return registry.split(',').filter(pair => !/^(\[[^\]]*\]|[^:]*):[^:]*$/.test(pair)).map(pair => invalid(field, pair, HOST_AND_PORT))
}

function validateSecret(secret: SecretReference | undefined, field: string): Cause[] {
  if (!secret) return []
  return [
    ...(secret.name ? invalidBy(`${field}.name`, secret.name, dnsSubdomain) : [required(`${field}.name`)]),
    ...(secret.namespace ? invalidBy(`${field}.namespace`, secret.namespace, dnsLabel) : [required(`${field}.namespace`)]),
  ]
}
