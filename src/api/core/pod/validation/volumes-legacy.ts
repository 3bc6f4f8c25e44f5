import type { Cause } from '../../../../machinery/status.ts'
import { inRange, invalid, required } from '../../../validation.ts'
import type { Volume } from '../volumes.ts'

type Rules = { readonly [K in keyof Volume]?: (source: NonNullable<Volume[K]>, field: string) => Cause[] }

const need = (field: string, value: unknown): Cause[] => (value ? [] : [required(field)])

/** Volumes that are part of the API, and on their way out or rarely used: what must be there is checked, nothing more. */
export const legacyRules: Rules = {
  gitRepo: ({ repository }, field) => need(`${field}.repository`, repository),
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
  iscsi: ({ targetPortal, iqn, lun }, field) => [...need(`${field}.targetPortal`, targetPortal), ...need(`${field}.iqn`, iqn), ...inRange(`${field}.lun`, lun, 0, 255)],
  rbd: ({ monitors, image }, field) => [...need(`${field}.monitors`, monitors?.length), ...need(`${field}.image`, image)],
  cinder: ({ volumeID }, field) => need(`${field}.volumeID`, volumeID),
  cephfs: ({ monitors }, field) => need(`${field}.monitors`, monitors?.length),
  quobyte: ({ registry, volume }, field) => [
    ...(registry ? [] : [required(`${field}.registry`, 'must be a host:port pair or multiple pairs separated by commas')]), ...need(`${field}.volume`, volume),
  ],
  flexVolume: ({ driver, options }, field) => [
    ...need(`${field}.driver`, driver),
    ...Object.keys(options ?? {}).filter(key => /(^|\.)(kubernetes|k8s)\.io\//.test(key)).map(key => invalid(`${field}.options[${key}]`, key, 'kubernetes.io and k8s.io namespaces are reserved')),
  ],
  azureFile: ({ secretName, shareName }, field) => [...need(`${field}.secretName`, secretName), ...need(`${field}.shareName`, shareName)],
  azureDisk: ({ diskName, diskURI }, field) => [...need(`${field}.diskName`, diskName), ...need(`${field}.diskURI`, diskURI)],
  vsphereVolume: ({ volumePath }, field) => need(`${field}.volumePath`, volumePath),
  photonPersistentDisk: ({ pdID }, field) => need(`${field}.pdID`, pdID),
  portworxVolume: ({ volumeID }, field) => need(`${field}.volumeID`, volumeID),
  storageos: ({ volumeName }, field) => need(`${field}.volumeName`, volumeName),
  scaleIO: ({ gateway, system, volumeName }, field) => [...need(`${field}.gateway`, gateway), ...need(`${field}.system`, system), ...need(`${field}.volumeName`, volumeName)],
  fc: ({ targetWWNs, wwids, lun }, field) => [
    ...(targetWWNs?.length || wwids?.length ? [] : [required(`${field}.targetWWNs`, 'must specify either targetWWNs or wwids, but not both')]),
    ...(targetWWNs?.length && wwids?.length ? [invalid(`${field}.targetWWNs`, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously')] : []),
    ...(targetWWNs?.length && lun === undefined ? [required(`${field}.lun`, 'lun is required if targetWWNs is specified')] : []),
    ...(targetWWNs?.length && lun !== undefined ? inRange(`${field}.lun`, lun, 0, 255) : []),
  ],
}
