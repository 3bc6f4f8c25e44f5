import type { Infer, Schema } from '../../../machinery/schema/schema.ts'
import { bool, int64, list, object, ref, string } from '../../../machinery/schema/schema.ts'

const appArmorProfileShape = object('io.k8s.api.core.v1.AppArmorProfile', {
  type: string(1, { required: true, enum: ['Localhost', 'RuntimeDefault', 'Unconfined'] }),
  localhostProfile: string(2, { pointer: true }),
}, { unions: [{ discriminator: 'type', members: ['localhostProfile'] }] })
export interface AppArmorProfile extends Infer<typeof appArmorProfileShape> {}
export const appArmorProfile: Schema<AppArmorProfile> = appArmorProfileShape

const capabilitiesShape = object('io.k8s.api.core.v1.Capabilities', {
  add: list(1, 'string', { listType: 'atomic' }),
  drop: list(2, 'string', { listType: 'atomic' }),
})
export interface Capabilities extends Infer<typeof capabilitiesShape> {}
export const capabilities: Schema<Capabilities> = capabilitiesShape

const seLinuxOptionsShape = object('io.k8s.api.core.v1.SELinuxOptions', {
  user: string(1),
  role: string(2),
  type: string(3),
  level: string(4),
})
export interface SELinuxOptions extends Infer<typeof seLinuxOptionsShape> {}
export const seLinuxOptions: Schema<SELinuxOptions> = seLinuxOptionsShape

const windowsSecurityContextOptionsShape = object('io.k8s.api.core.v1.WindowsSecurityContextOptions', {
  gmsaCredentialSpecName: string(1, { pointer: true }),
  gmsaCredentialSpec: string(2, { pointer: true }),
  runAsUserName: string(3, { pointer: true }),
  hostProcess: bool(4, { pointer: true }),
})
export interface WindowsSecurityContextOptions extends Infer<typeof windowsSecurityContextOptionsShape> {}
export const windowsSecurityContextOptions: Schema<WindowsSecurityContextOptions> = windowsSecurityContextOptionsShape

const sysctlShape = object('io.k8s.api.core.v1.Sysctl', {
  name: string(1, { required: true }),
  value: string(2, { required: true }),
})
export interface Sysctl extends Infer<typeof sysctlShape> {}
export const sysctl: Schema<Sysctl> = sysctlShape

const seccompProfileShape = object('io.k8s.api.core.v1.SeccompProfile', {
  type: string(1, { required: true, enum: ['Localhost', 'RuntimeDefault', 'Unconfined'] }),
  localhostProfile: string(2, { pointer: true }),
}, { unions: [{ discriminator: 'type', members: ['localhostProfile'] }] })
export interface SeccompProfile extends Infer<typeof seccompProfileShape> {}
export const seccompProfile: Schema<SeccompProfile> = seccompProfileShape

const podSecurityContextShape = object('io.k8s.api.core.v1.PodSecurityContext', {
  seLinuxOptions: ref(1, seLinuxOptions),
  windowsOptions: ref(8, windowsSecurityContextOptions),
  runAsUser: int64(2, { pointer: true }),
  runAsGroup: int64(6, { pointer: true }),
  runAsNonRoot: bool(3, { pointer: true }),
  supplementalGroups: list(4, 'int64', { listType: 'atomic' }),
  supplementalGroupsPolicy: string(12, { pointer: true, enum: ['Merge', 'Strict'] }),
  fsGroup: int64(5, { pointer: true }),
  sysctls: list(7, sysctl, { listType: 'atomic' }),
  fsGroupChangePolicy: string(9, { pointer: true, enum: ['Always', 'OnRootMismatch'] }),
  seccompProfile: ref(10, seccompProfile),
  appArmorProfile: ref(11, appArmorProfile),
  seLinuxChangePolicy: string(13, { pointer: true }),
})
export interface PodSecurityContext extends Infer<typeof podSecurityContextShape> {}
export const podSecurityContext: Schema<PodSecurityContext> = podSecurityContextShape

const securityContextShape = object('io.k8s.api.core.v1.SecurityContext', {
  capabilities: ref(1, capabilities),
  privileged: bool(2, { pointer: true }),
  seLinuxOptions: ref(3, seLinuxOptions),
  windowsOptions: ref(10, windowsSecurityContextOptions),
  runAsUser: int64(4, { pointer: true }),
  runAsGroup: int64(8, { pointer: true }),
  runAsNonRoot: bool(5, { pointer: true }),
  readOnlyRootFilesystem: bool(6, { pointer: true }),
  allowPrivilegeEscalation: bool(7, { pointer: true }),
  procMount: string(9, { pointer: true, enum: ['Default', 'Unmasked'] }),
  seccompProfile: ref(11, seccompProfile),
  appArmorProfile: ref(12, appArmorProfile),
})
export interface SecurityContext extends Infer<typeof securityContextShape> {}
export const securityContext: Schema<SecurityContext> = securityContextShape
