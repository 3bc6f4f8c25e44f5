import type { Cause } from '../../../../machinery/status.ts'
import { dnsLabel } from '../../../../machinery/names.ts'
import { inRange, invalid, invalidBy, notSupported, required } from '../../../validation.ts'
import type { Volume } from '../volumes.ts'
import { validateLocalPath } from './env.ts'

type Rules = { readonly [K in keyof Volume]?: (source: NonNullable<Volume[K]>, field: string) => Cause[] }

const need = (field: string, value: unknown): Cause[] => (value ? [] : [required(field)])

const PAIRS = 'must be a host:port pair or multiple pairs separated by commas'
const MANAGED_DISK = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}'
const BLOB = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'
const ISCSI_NAME = /^(iqn\.\d{4}-\d{2}\.[A-Za-z0-9.-]+(:[^,;*&$|\s]+)?|eui\.[A-Za-z0-9]{16}|naa\.[A-Za-z0-9]{32})$/

const oneOf = (field: string, value: string | undefined, supported: readonly string[]): Cause[] => (value === undefined || supported.includes(value) ? [] : [notSupported(field, value, supported)])

function iscsiName(field: string, name: string): Cause[] {
  if (!/^(iqn|eui|naa)/.test(name)) return [invalid(field, name, 'must be valid format starting with iqn, eui, or naa')]
  return ISCSI_NAME.test(name) ? [] : [invalid(field, name, 'must be valid format')]
}

/** Volumes that are part of the API, and on their way out or rarely used: what must be there is checked, nothing more. */
export const legacyRules: Rules = {
  gitRepo: ({ repository, directory }, field) => [...need(`${field}.repository`, repository), ...(directory ? validateLocalPath(`${field}.directory`, directory) : [])],
  gcePersistentDisk: ({ pdName, partition }, field) => {
    const path = field.replace(/gcePersistentDisk$/, 'persistentDisk')
    return [...need(`${path}.pdName`, pdName), ...(partition ? inRange(`${path}.partition`, partition, 1, 255) : [])]
  },
  awsElasticBlockStore: ({ volumeID, partition }, field) => [...need(`${field}.volumeID`, volumeID), ...(partition ? inRange(`${field}.partition`, partition, 1, 255) : [])],
  nfs: ({ server, path }, field) => [
    ...need(`${field}.server`, server), ...need(`${field}.path`, path), ...(path.startsWith('/') ? [] : [invalid(`${field}.path`, path, 'must be an absolute path')]),
  ],
  glusterfs: ({ endpoints, path }, field) => [...need(`${field}.endpoints`, endpoints), ...need(`${field}.path`, path)],
  flocker: ({ datasetName, datasetUUID }, field) => [
    ...(datasetName || datasetUUID ? [] : [required(field, 'one of datasetName and datasetUUID is required')]),
    ...(datasetName && datasetUUID ? [invalid(field, 'resource', 'datasetName and datasetUUID can not be specified simultaneously')] : []),
    ...(datasetName?.includes('/') ? [invalid(`${field}.datasetName`, datasetName, "must not contain '/'")] : []),
  ],
  iscsi: ({ targetPortal, iqn, lun, chapAuthDiscovery, chapAuthSession, secretRef, initiatorName }, field) => [
    ...need(`${field}.targetPortal`, targetPortal), ...(iqn ? iscsiName(`${field}.iqn`, iqn) : [required(`${field}.iqn`)]), ...inRange(`${field}.lun`, lun, 0, 255),
    ...((chapAuthDiscovery || chapAuthSession) && !secretRef ? [required(`${field}.secretRef`)] : []),
    ...(initiatorName === undefined ? [] : iscsiName(`${field}.initiatorname`, initiatorName)),
  ],
  rbd: ({ monitors, image }, field) => [...need(`${field}.monitors`, monitors?.length), ...need(`${field}.image`, image)],
  cinder: ({ volumeID, secretRef }, field) => [...need(`${field}.volumeID`, volumeID), ...(secretRef ? need(`${field}.secretRef.name`, secretRef.name) : [])],
  cephfs: ({ monitors }, field) => need(`${field}.monitors`, monitors?.length),
  quobyte: ({ registry, volume }, field) => [
    ...(registry ? registry.split(',').filter(pair => !/^(\[[^\]]*\]|[^:[\]]*):[^:]*$/.test(pair)).map(() => invalid(`${field}.registry`, registry, PAIRS)) : [required(`${field}.registry`, PAIRS)]),
    ...need(`${field}.volume`, volume),
  ],
  flexVolume: ({ driver, options }, field) => [
    ...need(`${field}.driver`, driver),
    ...Object.keys(options ?? {}).filter(key => /(^|\.)(kubernetes|k8s)\.io\//.test(key)).map(key => invalid(`${field}.options[${key}]`, key, 'kubernetes.io and k8s.io namespaces are reserved')),
  ],
  azureFile: ({ secretName, shareName }, field) => [...need(`${field}.secretName`, secretName), ...need(`${field}.shareName`, shareName)],
  azureDisk: ({ diskName, diskURI, cachingMode, kind }, field) => [
    ...need(`${field}.diskName`, diskName), ...need(`${field}.diskURI`, diskURI), ...oneOf(`${field}.cachingMode`, cachingMode, ['None', 'ReadOnly', 'ReadWrite']),
    ...oneOf(`${field}.kind`, kind, ['Dedicated', 'Managed', 'Shared']),
    ...(kind === 'Managed' && !diskURI.startsWith('/subscriptions/') ? [notSupported(`${field}.diskURI`, diskURI, [MANAGED_DISK])] : []),
    ...(kind !== undefined && kind !== 'Managed' && !diskURI.startsWith('https://') ? [notSupported(`${field}.diskURI`, diskURI, [BLOB])] : []),
  ],
  vsphereVolume: ({ volumePath }, field) => need(`${field}.volumePath`, volumePath),
  photonPersistentDisk: ({ pdID }, field) => need(`${field}.pdID`, pdID),
  portworxVolume: ({ volumeID }, field) => need(`${field}.volumeID`, volumeID),
  storageos: ({ volumeName, volumeNamespace, secretRef }, field) => [
    ...(volumeName ? invalidBy(`${field}.volumeName`, volumeName, dnsLabel) : [required(`${field}.volumeName`)]),
    ...(volumeNamespace ? invalidBy(`${field}.volumeNamespace`, volumeNamespace, dnsLabel) : []), ...(secretRef ? need(`${field}.secretRef.name`, secretRef.name) : []),
  ],
  scaleIO: ({ gateway, system, volumeName }, field) => [...need(`${field}.gateway`, gateway), ...need(`${field}.system`, system), ...need(`${field}.volumeName`, volumeName)],
  fc: ({ targetWWNs, wwids, lun }, field) => [
    ...(targetWWNs?.length || wwids?.length ? [] : [required(`${field}.targetWWNs`, 'must specify either targetWWNs or wwids, but not both')]),
    ...(targetWWNs?.length && wwids?.length ? [invalid(`${field}.targetWWNs`, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously')] : []),
    ...(targetWWNs?.length && lun === undefined ? [required(`${field}.lun`, 'lun is required if targetWWNs is specified')] : []),
    ...(targetWWNs?.length && lun !== undefined ? inRange(`${field}.lun`, lun, 0, 255) : []),
  ],
}
