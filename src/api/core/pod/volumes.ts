import type { Infer, Schema } from '../../../machinery/schema/schema.ts'
import { bool, int32, int64, list, map, object, quantity, ref, string, struct } from '../../../machinery/schema/schema.ts'
import { localObjectReference, objectFieldSelector, objectReference, resourceFieldSelector, secretReference } from '../references.ts'
import { objectMeta } from '../../meta/object-meta.ts'
import { labelSelector } from '../../meta/selectors.ts'

const awsElasticBlockStoreVolumeSourceShape = object('io.k8s.api.core.v1.AWSElasticBlockStoreVolumeSource', {
  volumeID: string(1, { required: true }),
  fsType: string(2),
  partition: int32(3),
  readOnly: bool(4),
})
export interface AWSElasticBlockStoreVolumeSource extends Infer<typeof awsElasticBlockStoreVolumeSourceShape> {}
export const awsElasticBlockStoreVolumeSource: Schema<AWSElasticBlockStoreVolumeSource> = awsElasticBlockStoreVolumeSourceShape

const azureDiskVolumeSourceShape = object('io.k8s.api.core.v1.AzureDiskVolumeSource', {
  diskName: string(1, { required: true }),
  diskURI: string(2, { required: true }),
  cachingMode: string(3, { pointer: true, default: 'ReadWrite', enum: ['None', 'ReadOnly', 'ReadWrite'] }),
  fsType: string(4, { pointer: true, default: 'ext4' }),
  readOnly: bool(5, { pointer: true, default: false }),
  kind: string(6, { pointer: true, default: 'Shared', enum: ['Dedicated', 'Managed', 'Shared'] }),
})
export interface AzureDiskVolumeSource extends Infer<typeof azureDiskVolumeSourceShape> {}
export const azureDiskVolumeSource: Schema<AzureDiskVolumeSource> = azureDiskVolumeSourceShape

const azureFilePersistentVolumeSourceShape = object('io.k8s.api.core.v1.AzureFilePersistentVolumeSource', {
  secretName: string(1, { required: true }),
  shareName: string(2, { required: true }),
  readOnly: bool(3),
  secretNamespace: string(4, { omitEmpty: false, pointer: true }),
})
export interface AzureFilePersistentVolumeSource extends Infer<typeof azureFilePersistentVolumeSourceShape> {}
export const azureFilePersistentVolumeSource: Schema<AzureFilePersistentVolumeSource> = azureFilePersistentVolumeSourceShape

const azureFileVolumeSourceShape = object('io.k8s.api.core.v1.AzureFileVolumeSource', {
  secretName: string(1, { required: true }),
  shareName: string(2, { required: true }),
  readOnly: bool(3),
})
export interface AzureFileVolumeSource extends Infer<typeof azureFileVolumeSourceShape> {}
export const azureFileVolumeSource: Schema<AzureFileVolumeSource> = azureFileVolumeSourceShape

const csiPersistentVolumeSourceShape = object('io.k8s.api.core.v1.CSIPersistentVolumeSource', {
  driver: string(1, { required: true }),
  volumeHandle: string(2, { required: true }),
  readOnly: bool(3),
  fsType: string(4),
  volumeAttributes: map(5, 'string'),
  controllerPublishSecretRef: ref(6, secretReference),
  nodeStageSecretRef: ref(7, secretReference),
  nodePublishSecretRef: ref(8, secretReference),
  controllerExpandSecretRef: ref(9, secretReference),
  nodeExpandSecretRef: ref(10, secretReference),
})
export interface CSIPersistentVolumeSource extends Infer<typeof csiPersistentVolumeSourceShape> {}
export const csiPersistentVolumeSource: Schema<CSIPersistentVolumeSource> = csiPersistentVolumeSourceShape

const csiVolumeSourceShape = object('io.k8s.api.core.v1.CSIVolumeSource', {
  driver: string(1, { required: true }),
  readOnly: bool(2, { pointer: true }),
  fsType: string(3, { pointer: true }),
  volumeAttributes: map(4, 'string'),
  nodePublishSecretRef: ref(5, localObjectReference),
})
export interface CSIVolumeSource extends Infer<typeof csiVolumeSourceShape> {}
export const csiVolumeSource: Schema<CSIVolumeSource> = csiVolumeSourceShape

const cephFSPersistentVolumeSourceShape = object('io.k8s.api.core.v1.CephFSPersistentVolumeSource', {
  monitors: list(1, 'string', { required: true, listType: 'atomic' }),
  path: string(2),
  user: string(3),
  secretFile: string(4),
  secretRef: ref(5, secretReference),
  readOnly: bool(6),
})
export interface CephFSPersistentVolumeSource extends Infer<typeof cephFSPersistentVolumeSourceShape> {}
export const cephFSPersistentVolumeSource: Schema<CephFSPersistentVolumeSource> = cephFSPersistentVolumeSourceShape

const cephFSVolumeSourceShape = object('io.k8s.api.core.v1.CephFSVolumeSource', {
  monitors: list(1, 'string', { required: true, listType: 'atomic' }),
  path: string(2),
  user: string(3),
  secretFile: string(4),
  secretRef: ref(5, localObjectReference),
  readOnly: bool(6),
})
export interface CephFSVolumeSource extends Infer<typeof cephFSVolumeSourceShape> {}
export const cephFSVolumeSource: Schema<CephFSVolumeSource> = cephFSVolumeSourceShape

const cinderPersistentVolumeSourceShape = object('io.k8s.api.core.v1.CinderPersistentVolumeSource', {
  volumeID: string(1, { required: true }),
  fsType: string(2),
  readOnly: bool(3),
  secretRef: ref(4, secretReference),
})
export interface CinderPersistentVolumeSource extends Infer<typeof cinderPersistentVolumeSourceShape> {}
export const cinderPersistentVolumeSource: Schema<CinderPersistentVolumeSource> = cinderPersistentVolumeSourceShape

const cinderVolumeSourceShape = object('io.k8s.api.core.v1.CinderVolumeSource', {
  volumeID: string(1, { required: true }),
  fsType: string(2),
  readOnly: bool(3),
  secretRef: ref(4, localObjectReference),
})
export interface CinderVolumeSource extends Infer<typeof cinderVolumeSourceShape> {}
export const cinderVolumeSource: Schema<CinderVolumeSource> = cinderVolumeSourceShape

const clusterTrustBundleProjectionShape = object('io.k8s.api.core.v1.ClusterTrustBundleProjection', {
  name: string(1, { pointer: true }),
  signerName: string(2, { pointer: true }),
  labelSelector: ref(3, labelSelector),
  optional: bool(5, { pointer: true }),
  path: string(4, { required: true }),
})
export interface ClusterTrustBundleProjection extends Infer<typeof clusterTrustBundleProjectionShape> {}
export const clusterTrustBundleProjection: Schema<ClusterTrustBundleProjection> = clusterTrustBundleProjectionShape

const keyToPathShape = object('io.k8s.api.core.v1.KeyToPath', {
  key: string(1, { required: true }),
  path: string(2, { required: true }),
  mode: int32(3, { pointer: true }),
})
export interface KeyToPath extends Infer<typeof keyToPathShape> {}
export const keyToPath: Schema<KeyToPath> = keyToPathShape

const configMapProjectionShape = object('io.k8s.api.core.v1.ConfigMapProjection', {
  name: string(1, { default: '', via: [1] }),
  items: list(2, keyToPath, { listType: 'atomic' }),
  optional: bool(4, { pointer: true }),
})
export interface ConfigMapProjection extends Infer<typeof configMapProjectionShape> {}
export const configMapProjection: Schema<ConfigMapProjection> = configMapProjectionShape

const configMapVolumeSourceShape = object('io.k8s.api.core.v1.ConfigMapVolumeSource', {
  name: string(1, { default: '', via: [1] }),
  items: list(2, keyToPath, { listType: 'atomic' }),
  defaultMode: int32(3, { pointer: true }),
  optional: bool(4, { pointer: true }),
})
export interface ConfigMapVolumeSource extends Infer<typeof configMapVolumeSourceShape> {}
export const configMapVolumeSource: Schema<ConfigMapVolumeSource> = configMapVolumeSourceShape

const downwardAPIVolumeFileShape = object('io.k8s.api.core.v1.DownwardAPIVolumeFile', {
  path: string(1, { required: true }),
  fieldRef: ref(2, objectFieldSelector),
  resourceFieldRef: ref(3, resourceFieldSelector),
  mode: int32(4, { pointer: true }),
})
export interface DownwardAPIVolumeFile extends Infer<typeof downwardAPIVolumeFileShape> {}
export const downwardAPIVolumeFile: Schema<DownwardAPIVolumeFile> = downwardAPIVolumeFileShape

const downwardAPIProjectionShape = object('io.k8s.api.core.v1.DownwardAPIProjection', {
  items: list(1, downwardAPIVolumeFile, { listType: 'atomic' }),
})
export interface DownwardAPIProjection extends Infer<typeof downwardAPIProjectionShape> {}
export const downwardAPIProjection: Schema<DownwardAPIProjection> = downwardAPIProjectionShape

const downwardAPIVolumeSourceShape = object('io.k8s.api.core.v1.DownwardAPIVolumeSource', {
  items: list(1, downwardAPIVolumeFile, { listType: 'atomic' }),
  defaultMode: int32(2, { pointer: true }),
})
export interface DownwardAPIVolumeSource extends Infer<typeof downwardAPIVolumeSourceShape> {}
export const downwardAPIVolumeSource: Schema<DownwardAPIVolumeSource> = downwardAPIVolumeSourceShape

const emptyDirVolumeSourceShape = object('io.k8s.api.core.v1.EmptyDirVolumeSource', {
  medium: string(1),
  sizeLimit: quantity(2, { pointer: true }),
})
export interface EmptyDirVolumeSource extends Infer<typeof emptyDirVolumeSourceShape> {}
export const emptyDirVolumeSource: Schema<EmptyDirVolumeSource> = emptyDirVolumeSourceShape

const volumeResourceRequirementsShape = object('io.k8s.api.core.v1.VolumeResourceRequirements', {
  limits: map(1, 'quantity'),
  requests: map(2, 'quantity'),
})
export interface VolumeResourceRequirements extends Infer<typeof volumeResourceRequirementsShape> {}
export const volumeResourceRequirements: Schema<VolumeResourceRequirements> = volumeResourceRequirementsShape

const typedLocalObjectReferenceShape = object('io.k8s.api.core.v1.TypedLocalObjectReference', {
  apiGroup: string(1, { omitEmpty: false, pointer: true }),
  kind: string(2, { required: true }),
  name: string(3, { required: true }),
}, { atomic: true })
export interface TypedLocalObjectReference extends Infer<typeof typedLocalObjectReferenceShape> {}
export const typedLocalObjectReference: Schema<TypedLocalObjectReference> = typedLocalObjectReferenceShape

const typedObjectReferenceShape = object('io.k8s.api.core.v1.TypedObjectReference', {
  apiGroup: string(1, { omitEmpty: false, pointer: true }),
  kind: string(2, { required: true }),
  name: string(3, { required: true }),
  namespace: string(4, { pointer: true }),
})
export interface TypedObjectReference extends Infer<typeof typedObjectReferenceShape> {}
export const typedObjectReference: Schema<TypedObjectReference> = typedObjectReferenceShape

const persistentVolumeClaimSpecShape = object('io.k8s.api.core.v1.PersistentVolumeClaimSpec', {
  accessModes: list(1, 'string', { listType: 'atomic' }),
  selector: ref(4, labelSelector),
  resources: struct(2, volumeResourceRequirements),
  volumeName: string(3),
  storageClassName: string(5, { pointer: true }),
  volumeMode: string(6, { pointer: true, enum: ['Block', 'Filesystem'] }),
  dataSource: ref(7, typedLocalObjectReference),
  dataSourceRef: ref(8, typedObjectReference),
  volumeAttributesClassName: string(9, { pointer: true }),
})
export interface PersistentVolumeClaimSpec extends Infer<typeof persistentVolumeClaimSpecShape> {}
export const persistentVolumeClaimSpec: Schema<PersistentVolumeClaimSpec> = persistentVolumeClaimSpecShape

const persistentVolumeClaimTemplateShape = object('io.k8s.api.core.v1.PersistentVolumeClaimTemplate', {
  metadata: struct(1, objectMeta),
  spec: struct(2, persistentVolumeClaimSpec, { required: true }),
})
export interface PersistentVolumeClaimTemplate extends Infer<typeof persistentVolumeClaimTemplateShape> {}
export const persistentVolumeClaimTemplate: Schema<PersistentVolumeClaimTemplate> = persistentVolumeClaimTemplateShape

const ephemeralVolumeSourceShape = object('io.k8s.api.core.v1.EphemeralVolumeSource', {
  volumeClaimTemplate: ref(1, persistentVolumeClaimTemplate),
})
export interface EphemeralVolumeSource extends Infer<typeof ephemeralVolumeSourceShape> {}
export const ephemeralVolumeSource: Schema<EphemeralVolumeSource> = ephemeralVolumeSourceShape

const fcVolumeSourceShape = object('io.k8s.api.core.v1.FCVolumeSource', {
  targetWWNs: list(1, 'string', { listType: 'atomic' }),
  lun: int32(2, { pointer: true }),
  fsType: string(3),
  readOnly: bool(4),
  wwids: list(5, 'string', { listType: 'atomic' }),
})
export interface FCVolumeSource extends Infer<typeof fcVolumeSourceShape> {}
export const fcVolumeSource: Schema<FCVolumeSource> = fcVolumeSourceShape

const flexPersistentVolumeSourceShape = object('io.k8s.api.core.v1.FlexPersistentVolumeSource', {
  driver: string(1, { required: true }),
  fsType: string(2),
  secretRef: ref(3, secretReference),
  readOnly: bool(4),
  options: map(5, 'string'),
})
export interface FlexPersistentVolumeSource extends Infer<typeof flexPersistentVolumeSourceShape> {}
export const flexPersistentVolumeSource: Schema<FlexPersistentVolumeSource> = flexPersistentVolumeSourceShape

const flexVolumeSourceShape = object('io.k8s.api.core.v1.FlexVolumeSource', {
  driver: string(1, { required: true }),
  fsType: string(2),
  secretRef: ref(3, localObjectReference),
  readOnly: bool(4),
  options: map(5, 'string'),
})
export interface FlexVolumeSource extends Infer<typeof flexVolumeSourceShape> {}
export const flexVolumeSource: Schema<FlexVolumeSource> = flexVolumeSourceShape

const flockerVolumeSourceShape = object('io.k8s.api.core.v1.FlockerVolumeSource', {
  datasetName: string(1),
  datasetUUID: string(2),
})
export interface FlockerVolumeSource extends Infer<typeof flockerVolumeSourceShape> {}
export const flockerVolumeSource: Schema<FlockerVolumeSource> = flockerVolumeSourceShape

const gcePersistentDiskVolumeSourceShape = object('io.k8s.api.core.v1.GCEPersistentDiskVolumeSource', {
  pdName: string(1, { required: true }),
  fsType: string(2),
  partition: int32(3),
  readOnly: bool(4),
})
export interface GCEPersistentDiskVolumeSource extends Infer<typeof gcePersistentDiskVolumeSourceShape> {}
export const gcePersistentDiskVolumeSource: Schema<GCEPersistentDiskVolumeSource> = gcePersistentDiskVolumeSourceShape

const gitRepoVolumeSourceShape = object('io.k8s.api.core.v1.GitRepoVolumeSource', {
  repository: string(1, { required: true }),
  revision: string(2),
  directory: string(3),
})
export interface GitRepoVolumeSource extends Infer<typeof gitRepoVolumeSourceShape> {}
export const gitRepoVolumeSource: Schema<GitRepoVolumeSource> = gitRepoVolumeSourceShape

const glusterfsPersistentVolumeSourceShape = object('io.k8s.api.core.v1.GlusterfsPersistentVolumeSource', {
  endpoints: string(1, { required: true }),
  path: string(2, { required: true }),
  readOnly: bool(3),
  endpointsNamespace: string(4, { pointer: true }),
})
export interface GlusterfsPersistentVolumeSource extends Infer<typeof glusterfsPersistentVolumeSourceShape> {}
export const glusterfsPersistentVolumeSource: Schema<GlusterfsPersistentVolumeSource> = glusterfsPersistentVolumeSourceShape

const glusterfsVolumeSourceShape = object('io.k8s.api.core.v1.GlusterfsVolumeSource', {
  endpoints: string(1, { required: true }),
  path: string(2, { required: true }),
  readOnly: bool(3),
})
export interface GlusterfsVolumeSource extends Infer<typeof glusterfsVolumeSourceShape> {}
export const glusterfsVolumeSource: Schema<GlusterfsVolumeSource> = glusterfsVolumeSourceShape

const hostPathVolumeSourceShape = object('io.k8s.api.core.v1.HostPathVolumeSource', {
  path: string(1, { required: true }),
  type: string(2, { pointer: true, enum: ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'] }),
})
export interface HostPathVolumeSource extends Infer<typeof hostPathVolumeSourceShape> {}
export const hostPathVolumeSource: Schema<HostPathVolumeSource> = hostPathVolumeSourceShape

const iscsiPersistentVolumeSourceShape = object('io.k8s.api.core.v1.ISCSIPersistentVolumeSource', {
  targetPortal: string(1, { required: true }),
  iqn: string(2, { required: true }),
  lun: int32(3, { required: true }),
  iscsiInterface: string(4, { default: 'default' }),
  fsType: string(5),
  readOnly: bool(6),
  portals: list(7, 'string', { listType: 'atomic' }),
  chapAuthDiscovery: bool(8),
  chapAuthSession: bool(11),
  secretRef: ref(10, secretReference),
  initiatorName: string(12, { pointer: true }),
})
export interface ISCSIPersistentVolumeSource extends Infer<typeof iscsiPersistentVolumeSourceShape> {}
export const iscsiPersistentVolumeSource: Schema<ISCSIPersistentVolumeSource> = iscsiPersistentVolumeSourceShape

const iscsiVolumeSourceShape = object('io.k8s.api.core.v1.ISCSIVolumeSource', {
  targetPortal: string(1, { required: true }),
  iqn: string(2, { required: true }),
  lun: int32(3, { required: true }),
  iscsiInterface: string(4, { default: 'default' }),
  fsType: string(5),
  readOnly: bool(6),
  portals: list(7, 'string', { listType: 'atomic' }),
  chapAuthDiscovery: bool(8),
  chapAuthSession: bool(11),
  secretRef: ref(10, localObjectReference),
  initiatorName: string(12, { pointer: true }),
})
export interface ISCSIVolumeSource extends Infer<typeof iscsiVolumeSourceShape> {}
export const iscsiVolumeSource: Schema<ISCSIVolumeSource> = iscsiVolumeSourceShape

const imageVolumeSourceShape = object('io.k8s.api.core.v1.ImageVolumeSource', {
  reference: string(1),
  pullPolicy: string(2, { enum: ['Always', 'IfNotPresent', 'Never'] }),
})
export interface ImageVolumeSource extends Infer<typeof imageVolumeSourceShape> {}
export const imageVolumeSource: Schema<ImageVolumeSource> = imageVolumeSourceShape

const localVolumeSourceShape = object('io.k8s.api.core.v1.LocalVolumeSource', {
  path: string(1, { required: true }),
  fsType: string(2, { pointer: true }),
})
export interface LocalVolumeSource extends Infer<typeof localVolumeSourceShape> {}
export const localVolumeSource: Schema<LocalVolumeSource> = localVolumeSourceShape

const nfsVolumeSourceShape = object('io.k8s.api.core.v1.NFSVolumeSource', {
  server: string(1, { required: true }),
  path: string(2, { required: true }),
  readOnly: bool(3),
})
export interface NFSVolumeSource extends Infer<typeof nfsVolumeSourceShape> {}
export const nfsVolumeSource: Schema<NFSVolumeSource> = nfsVolumeSourceShape

const persistentVolumeClaimVolumeSourceShape = object('io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource', {
  claimName: string(1, { required: true }),
  readOnly: bool(2),
})
export interface PersistentVolumeClaimVolumeSource extends Infer<typeof persistentVolumeClaimVolumeSourceShape> {}
export const persistentVolumeClaimVolumeSource: Schema<PersistentVolumeClaimVolumeSource> = persistentVolumeClaimVolumeSourceShape

const photonPersistentDiskVolumeSourceShape = object('io.k8s.api.core.v1.PhotonPersistentDiskVolumeSource', {
  pdID: string(1, { required: true }),
  fsType: string(2),
})
export interface PhotonPersistentDiskVolumeSource extends Infer<typeof photonPersistentDiskVolumeSourceShape> {}
export const photonPersistentDiskVolumeSource: Schema<PhotonPersistentDiskVolumeSource> = photonPersistentDiskVolumeSourceShape

const podCertificateProjectionShape = object('io.k8s.api.core.v1.PodCertificateProjection', {
  signerName: string(1, { required: true, omitEmpty: true }),
  keyType: string(2, { required: true, omitEmpty: true }),
  maxExpirationSeconds: int32(3, { pointer: true }),
  credentialBundlePath: string(4),
  keyPath: string(5),
  certificateChainPath: string(6),
  userAnnotations: map(7, 'string'),
})
export interface PodCertificateProjection extends Infer<typeof podCertificateProjectionShape> {}
export const podCertificateProjection: Schema<PodCertificateProjection> = podCertificateProjectionShape

const portworxVolumeSourceShape = object('io.k8s.api.core.v1.PortworxVolumeSource', {
  volumeID: string(1, { required: true }),
  fsType: string(2),
  readOnly: bool(3),
})
export interface PortworxVolumeSource extends Infer<typeof portworxVolumeSourceShape> {}
export const portworxVolumeSource: Schema<PortworxVolumeSource> = portworxVolumeSourceShape

const secretProjectionShape = object('io.k8s.api.core.v1.SecretProjection', {
  name: string(1, { default: '', via: [1] }),
  items: list(2, keyToPath, { listType: 'atomic' }),
  optional: bool(4, { pointer: true }),
})
export interface SecretProjection extends Infer<typeof secretProjectionShape> {}
export const secretProjection: Schema<SecretProjection> = secretProjectionShape

const serviceAccountTokenProjectionShape = object('io.k8s.api.core.v1.ServiceAccountTokenProjection', {
  audience: string(1),
  expirationSeconds: int64(2, { pointer: true }),
  path: string(3, { required: true }),
})
export interface ServiceAccountTokenProjection extends Infer<typeof serviceAccountTokenProjectionShape> {}
export const serviceAccountTokenProjection: Schema<ServiceAccountTokenProjection> = serviceAccountTokenProjectionShape

const volumeProjectionShape = object('io.k8s.api.core.v1.VolumeProjection', {
  secret: ref(1, secretProjection),
  downwardAPI: ref(2, downwardAPIProjection),
  configMap: ref(3, configMapProjection),
  serviceAccountToken: ref(4, serviceAccountTokenProjection),
  clusterTrustBundle: ref(5, clusterTrustBundleProjection),
  podCertificate: ref(6, podCertificateProjection),
})
export interface VolumeProjection extends Infer<typeof volumeProjectionShape> {}
export const volumeProjection: Schema<VolumeProjection> = volumeProjectionShape

const projectedVolumeSourceShape = object('io.k8s.api.core.v1.ProjectedVolumeSource', {
  sources: list(1, volumeProjection, { omitEmpty: false, listType: 'atomic' }),
  defaultMode: int32(2, { pointer: true }),
})
export interface ProjectedVolumeSource extends Infer<typeof projectedVolumeSourceShape> {}
export const projectedVolumeSource: Schema<ProjectedVolumeSource> = projectedVolumeSourceShape

const quobyteVolumeSourceShape = object('io.k8s.api.core.v1.QuobyteVolumeSource', {
  registry: string(1, { required: true }),
  volume: string(2, { required: true }),
  readOnly: bool(3),
  user: string(4),
  group: string(5),
  tenant: string(6),
})
export interface QuobyteVolumeSource extends Infer<typeof quobyteVolumeSourceShape> {}
export const quobyteVolumeSource: Schema<QuobyteVolumeSource> = quobyteVolumeSourceShape

const rbdPersistentVolumeSourceShape = object('io.k8s.api.core.v1.RBDPersistentVolumeSource', {
  monitors: list(1, 'string', { required: true, listType: 'atomic' }),
  image: string(2, { required: true }),
  fsType: string(3),
  pool: string(4, { default: 'rbd' }),
  user: string(5, { default: 'admin' }),
  keyring: string(6, { default: '/etc/ceph/keyring' }),
  secretRef: ref(7, secretReference),
  readOnly: bool(8),
})
export interface RBDPersistentVolumeSource extends Infer<typeof rbdPersistentVolumeSourceShape> {}
export const rbdPersistentVolumeSource: Schema<RBDPersistentVolumeSource> = rbdPersistentVolumeSourceShape

const rbdVolumeSourceShape = object('io.k8s.api.core.v1.RBDVolumeSource', {
  monitors: list(1, 'string', { required: true, listType: 'atomic' }),
  image: string(2, { required: true }),
  fsType: string(3),
  pool: string(4, { default: 'rbd' }),
  user: string(5, { default: 'admin' }),
  keyring: string(6, { default: '/etc/ceph/keyring' }),
  secretRef: ref(7, localObjectReference),
  readOnly: bool(8),
})
export interface RBDVolumeSource extends Infer<typeof rbdVolumeSourceShape> {}
export const rbdVolumeSource: Schema<RBDVolumeSource> = rbdVolumeSourceShape

const scaleIOPersistentVolumeSourceShape = object('io.k8s.api.core.v1.ScaleIOPersistentVolumeSource', {
  gateway: string(1, { required: true }),
  system: string(2, { required: true }),
  secretRef: ref(3, secretReference, { required: true }),
  sslEnabled: bool(4),
  protectionDomain: string(5),
  storagePool: string(6),
  storageMode: string(7, { default: 'ThinProvisioned' }),
  volumeName: string(8),
  fsType: string(9, { default: 'xfs' }),
  readOnly: bool(10),
})
export interface ScaleIOPersistentVolumeSource extends Infer<typeof scaleIOPersistentVolumeSourceShape> {}
export const scaleIOPersistentVolumeSource: Schema<ScaleIOPersistentVolumeSource> = scaleIOPersistentVolumeSourceShape

const scaleIOVolumeSourceShape = object('io.k8s.api.core.v1.ScaleIOVolumeSource', {
  gateway: string(1, { required: true }),
  system: string(2, { required: true }),
  secretRef: ref(3, localObjectReference, { required: true }),
  sslEnabled: bool(4),
  protectionDomain: string(5),
  storagePool: string(6),
  storageMode: string(7, { default: 'ThinProvisioned' }),
  volumeName: string(8),
  fsType: string(9, { default: 'xfs' }),
  readOnly: bool(10),
})
export interface ScaleIOVolumeSource extends Infer<typeof scaleIOVolumeSourceShape> {}
export const scaleIOVolumeSource: Schema<ScaleIOVolumeSource> = scaleIOVolumeSourceShape

const secretVolumeSourceShape = object('io.k8s.api.core.v1.SecretVolumeSource', {
  secretName: string(1),
  items: list(2, keyToPath, { listType: 'atomic' }),
  defaultMode: int32(3, { pointer: true }),
  optional: bool(4, { pointer: true }),
})
export interface SecretVolumeSource extends Infer<typeof secretVolumeSourceShape> {}
export const secretVolumeSource: Schema<SecretVolumeSource> = secretVolumeSourceShape

const storageOSPersistentVolumeSourceShape = object('io.k8s.api.core.v1.StorageOSPersistentVolumeSource', {
  volumeName: string(1),
  volumeNamespace: string(2),
  fsType: string(3),
  readOnly: bool(4),
  secretRef: ref(5, objectReference),
})
export interface StorageOSPersistentVolumeSource extends Infer<typeof storageOSPersistentVolumeSourceShape> {}
export const storageOSPersistentVolumeSource: Schema<StorageOSPersistentVolumeSource> = storageOSPersistentVolumeSourceShape

const storageOSVolumeSourceShape = object('io.k8s.api.core.v1.StorageOSVolumeSource', {
  volumeName: string(1),
  volumeNamespace: string(2),
  fsType: string(3),
  readOnly: bool(4),
  secretRef: ref(5, localObjectReference),
})
export interface StorageOSVolumeSource extends Infer<typeof storageOSVolumeSourceShape> {}
export const storageOSVolumeSource: Schema<StorageOSVolumeSource> = storageOSVolumeSourceShape

const vsphereVirtualDiskVolumeSourceShape = object('io.k8s.api.core.v1.VsphereVirtualDiskVolumeSource', {
  volumePath: string(1, { required: true }),
  fsType: string(2),
  storagePolicyName: string(3),
  storagePolicyID: string(4),
})
export interface VsphereVirtualDiskVolumeSource extends Infer<typeof vsphereVirtualDiskVolumeSourceShape> {}
export const vsphereVirtualDiskVolumeSource: Schema<VsphereVirtualDiskVolumeSource> = vsphereVirtualDiskVolumeSourceShape

const volumeShape = object('io.k8s.api.core.v1.Volume', {
  name: string(1, { required: true }),
  hostPath: ref(1, hostPathVolumeSource, { via: [2] }),
  emptyDir: ref(2, emptyDirVolumeSource, { via: [2] }),
  gcePersistentDisk: ref(3, gcePersistentDiskVolumeSource, { via: [2], deprecated: true }),
  awsElasticBlockStore: ref(4, awsElasticBlockStoreVolumeSource, { via: [2], deprecated: true }),
  gitRepo: ref(5, gitRepoVolumeSource, { via: [2], deprecated: true }),
  secret: ref(6, secretVolumeSource, { via: [2] }),
  nfs: ref(7, nfsVolumeSource, { via: [2] }),
  iscsi: ref(8, iscsiVolumeSource, { via: [2] }),
  glusterfs: ref(9, glusterfsVolumeSource, { via: [2], deprecated: true }),
  persistentVolumeClaim: ref(10, persistentVolumeClaimVolumeSource, { via: [2] }),
  rbd: ref(11, rbdVolumeSource, { via: [2], deprecated: true }),
  flexVolume: ref(12, flexVolumeSource, { via: [2], deprecated: true }),
  cinder: ref(13, cinderVolumeSource, { via: [2], deprecated: true }),
  cephfs: ref(14, cephFSVolumeSource, { via: [2], deprecated: true }),
  flocker: ref(15, flockerVolumeSource, { via: [2], deprecated: true }),
  downwardAPI: ref(16, downwardAPIVolumeSource, { via: [2] }),
  fc: ref(17, fcVolumeSource, { via: [2] }),
  azureFile: ref(18, azureFileVolumeSource, { via: [2], deprecated: true }),
  configMap: ref(19, configMapVolumeSource, { via: [2] }),
  vsphereVolume: ref(20, vsphereVirtualDiskVolumeSource, { via: [2], deprecated: true }),
  quobyte: ref(21, quobyteVolumeSource, { via: [2], deprecated: true }),
  azureDisk: ref(22, azureDiskVolumeSource, { via: [2], deprecated: true }),
  photonPersistentDisk: ref(23, photonPersistentDiskVolumeSource, { via: [2], deprecated: true }),
  projected: ref(26, projectedVolumeSource, { via: [2] }),
  portworxVolume: ref(24, portworxVolumeSource, { via: [2], deprecated: true }),
  scaleIO: ref(25, scaleIOVolumeSource, { via: [2], deprecated: true }),
  storageos: ref(27, storageOSVolumeSource, { via: [2], deprecated: true }),
  csi: ref(28, csiVolumeSource, { via: [2] }),
  ephemeral: ref(29, ephemeralVolumeSource, { via: [2] }),
  image: ref(30, imageVolumeSource, { via: [2] }),
})
export interface Volume extends Infer<typeof volumeShape> {}
export const volume: Schema<Volume> = volumeShape

const volumeSourceShape = object('io.k8s.api.core.v1.VolumeSource', {
  hostPath: ref(1, hostPathVolumeSource),
  emptyDir: ref(2, emptyDirVolumeSource),
  gcePersistentDisk: ref(3, gcePersistentDiskVolumeSource, { deprecated: true }),
  awsElasticBlockStore: ref(4, awsElasticBlockStoreVolumeSource, { deprecated: true }),
  gitRepo: ref(5, gitRepoVolumeSource, { deprecated: true }),
  secret: ref(6, secretVolumeSource),
  nfs: ref(7, nfsVolumeSource),
  iscsi: ref(8, iscsiVolumeSource),
  glusterfs: ref(9, glusterfsVolumeSource, { deprecated: true }),
  persistentVolumeClaim: ref(10, persistentVolumeClaimVolumeSource),
  rbd: ref(11, rbdVolumeSource, { deprecated: true }),
  flexVolume: ref(12, flexVolumeSource, { deprecated: true }),
  cinder: ref(13, cinderVolumeSource, { deprecated: true }),
  cephfs: ref(14, cephFSVolumeSource, { deprecated: true }),
  flocker: ref(15, flockerVolumeSource, { deprecated: true }),
  downwardAPI: ref(16, downwardAPIVolumeSource),
  fc: ref(17, fcVolumeSource),
  azureFile: ref(18, azureFileVolumeSource, { deprecated: true }),
  configMap: ref(19, configMapVolumeSource),
  vsphereVolume: ref(20, vsphereVirtualDiskVolumeSource, { deprecated: true }),
  quobyte: ref(21, quobyteVolumeSource, { deprecated: true }),
  azureDisk: ref(22, azureDiskVolumeSource, { deprecated: true }),
  photonPersistentDisk: ref(23, photonPersistentDiskVolumeSource, { deprecated: true }),
  projected: ref(26, projectedVolumeSource),
  portworxVolume: ref(24, portworxVolumeSource, { deprecated: true }),
  scaleIO: ref(25, scaleIOVolumeSource, { deprecated: true }),
  storageos: ref(27, storageOSVolumeSource, { deprecated: true }),
  csi: ref(28, csiVolumeSource),
  ephemeral: ref(29, ephemeralVolumeSource),
  image: ref(30, imageVolumeSource),
})
export interface VolumeSource extends Infer<typeof volumeSourceShape> {}
export const volumeSource: Schema<VolumeSource> = volumeSourceShape
