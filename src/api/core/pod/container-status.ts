import type { Infer, Schema } from '../../../machinery/schema/schema.ts'
import { bool, int32, int64, list, map, object, ref, string, struct, time } from '../../../machinery/schema/schema.ts'
import { resourceRequirements } from './container.ts'

const containerStateWaitingShape = object('io.k8s.api.core.v1.ContainerStateWaiting', {
  reason: string(1),
  message: string(2),
})
export interface ContainerStateWaiting extends Infer<typeof containerStateWaitingShape> {}
export const containerStateWaiting: Schema<ContainerStateWaiting> = containerStateWaitingShape

const containerStateRunningShape = object('io.k8s.api.core.v1.ContainerStateRunning', {
  startedAt: time(1),
})
export interface ContainerStateRunning extends Infer<typeof containerStateRunningShape> {}
export const containerStateRunning: Schema<ContainerStateRunning> = containerStateRunningShape

const containerStateTerminatedShape = object('io.k8s.api.core.v1.ContainerStateTerminated', {
  exitCode: int32(1, { required: true }),
  signal: int32(2),
  reason: string(3),
  message: string(4),
  startedAt: time(5),
  finishedAt: time(6),
  containerID: string(7),
})
export interface ContainerStateTerminated extends Infer<typeof containerStateTerminatedShape> {}
export const containerStateTerminated: Schema<ContainerStateTerminated> = containerStateTerminatedShape

const containerStateShape = object('io.k8s.api.core.v1.ContainerState', {
  waiting: ref(1, containerStateWaiting),
  running: ref(2, containerStateRunning),
  terminated: ref(3, containerStateTerminated),
})
export interface ContainerState extends Infer<typeof containerStateShape> {}
export const containerState: Schema<ContainerState> = containerStateShape

const imageVolumeStatusShape = object('io.k8s.api.core.v1.ImageVolumeStatus', {
  imageRef: string(1, { required: true, omitEmpty: true }),
})
export interface ImageVolumeStatus extends Infer<typeof imageVolumeStatusShape> {}
export const imageVolumeStatus: Schema<ImageVolumeStatus> = imageVolumeStatusShape

const volumeStatusShape = object('io.k8s.api.core.v1.VolumeStatus', {
  image: ref(1, imageVolumeStatus),
})
export interface VolumeStatus extends Infer<typeof volumeStatusShape> {}
export const volumeStatus: Schema<VolumeStatus> = volumeStatusShape

const volumeMountStatusShape = object('io.k8s.api.core.v1.VolumeMountStatus', {
  name: string(1, { required: true }),
  mountPath: string(2, { required: true }),
  readOnly: bool(3),
  recursiveReadOnly: string(4, { pointer: true }),
  volumeStatus: ref(5, volumeStatus),
})
export interface VolumeMountStatus extends Infer<typeof volumeMountStatusShape> {}
export const volumeMountStatus: Schema<VolumeMountStatus> = volumeMountStatusShape

const linuxContainerUserShape = object('io.k8s.api.core.v1.LinuxContainerUser', {
  uid: int64(1, { required: true }),
  gid: int64(2, { required: true }),
  supplementalGroups: list(3, 'int64', { listType: 'atomic' }),
})
export interface LinuxContainerUser extends Infer<typeof linuxContainerUserShape> {}
export const linuxContainerUser: Schema<LinuxContainerUser> = linuxContainerUserShape

const containerUserShape = object('io.k8s.api.core.v1.ContainerUser', {
  linux: ref(1, linuxContainerUser),
})
export interface ContainerUser extends Infer<typeof containerUserShape> {}
export const containerUser: Schema<ContainerUser> = containerUserShape

const resourceHealthShape = object('io.k8s.api.core.v1.ResourceHealth', {
  resourceID: string(1, { required: true }),
  health: string(2),
  message: string(6, { pointer: true }),
})
export interface ResourceHealth extends Infer<typeof resourceHealthShape> {}
export const resourceHealth: Schema<ResourceHealth> = resourceHealthShape

const resourceStatusShape = object('io.k8s.api.core.v1.ResourceStatus', {
  name: string(1, { required: true }),
  resources: list(2, resourceHealth, { listType: 'map', listMapKeys: ['resourceID'] }),
})
export interface ResourceStatus extends Infer<typeof resourceStatusShape> {}
export const resourceStatus: Schema<ResourceStatus> = resourceStatusShape

const containerStatusShape = object('io.k8s.api.core.v1.ContainerStatus', {
  name: string(1, { required: true }),
  state: struct(2, containerState),
  lastState: struct(3, containerState),
  ready: bool(4, { required: true }),
  restartCount: int32(5, { required: true }),
  image: string(6, { required: true }),
  imageID: string(7, { required: true }),
  containerID: string(8),
  started: bool(9, { pointer: true }),
  allocatedResources: map(10, 'quantity'),
  resources: ref(11, resourceRequirements),
  volumeMounts: list(12, volumeMountStatus, { patchStrategy: 'merge', patchMergeKey: 'mountPath', listType: 'map', listMapKeys: ['mountPath'] }),
  user: ref(13, containerUser),
  allocatedResourcesStatus: list(14, resourceStatus, { patchStrategy: 'merge', patchMergeKey: 'name', listType: 'map', listMapKeys: ['name'] }),
  stopSignal: string(15, { pointer: true, enum: ['SIGABRT', 'SIGALRM', 'SIGBUS', 'SIGCHLD', 'SIGCLD', 'SIGCONT', 'SIGFPE', 'SIGHUP', 'SIGILL', 'SIGINT', 'SIGIO', 'SIGIOT', 'SIGKILL', 'SIGPIPE', 'SIGPOLL', 'SIGPROF', 'SIGPWR', 'SIGQUIT', 'SIGRTMAX', 'SIGRTMAX-1', 'SIGRTMAX-10', 'SIGRTMAX-11', 'SIGRTMAX-12', 'SIGRTMAX-13', 'SIGRTMAX-14', 'SIGRTMAX-2', 'SIGRTMAX-3', 'SIGRTMAX-4', 'SIGRTMAX-5', 'SIGRTMAX-6', 'SIGRTMAX-7', 'SIGRTMAX-8', 'SIGRTMAX-9', 'SIGRTMIN', 'SIGRTMIN+1', 'SIGRTMIN+10', 'SIGRTMIN+11', 'SIGRTMIN+12', 'SIGRTMIN+13', 'SIGRTMIN+14', 'SIGRTMIN+15', 'SIGRTMIN+2', 'SIGRTMIN+3', 'SIGRTMIN+4', 'SIGRTMIN+5', 'SIGRTMIN+6', 'SIGRTMIN+7', 'SIGRTMIN+8', 'SIGRTMIN+9', 'SIGSEGV', 'SIGSTKFLT', 'SIGSTOP', 'SIGSYS', 'SIGTERM', 'SIGTRAP', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU', 'SIGURG', 'SIGUSR1', 'SIGUSR2', 'SIGVTALRM', 'SIGWINCH', 'SIGXCPU', 'SIGXFSZ'] }),
})
export interface ContainerStatus extends Infer<typeof containerStatusShape> {}
export const containerStatus: Schema<ContainerStatus> = containerStatusShape
