/**
 * The seam between the kubelet and what runs containers. `cri.ts` is the real one (containerd or any CRI v1 endpoint), `simulated.ts` the one
 * without an OS; `runtime-conformance.ts` says in tests what both must do. Times are milliseconds since the epoch, durations are in their names.
 */
export interface Runtime {
  version(signal?: AbortSignal): Promise<RuntimeVersion>
  status(signal?: AbortSignal): Promise<RuntimeStatus>

  /** Makes and starts the pod's sandbox (namespaces, network) and returns its id. The config's `attempt` must be new for this pod. */
  runPodSandbox(config: PodSandboxConfig, options?: { handler?: string; signal?: AbortSignal }): Promise<string>
  /** Kills what still runs in the sandbox and gives its network back. Idempotent. */
  stopPodSandbox(id: string): Promise<void>
  /** Removes the sandbox and its containers. A sandbox that is gone is no error. */
  removePodSandbox(id: string): Promise<void>
  /** `undefined` when there is no such sandbox. */
  podSandboxStatus(id: string): Promise<PodSandboxStatus | undefined>
  listPodSandboxes(filter?: PodSandboxFilter): Promise<PodSandbox[]>

  /** Makes a container in a sandbox from an image that is there already; returns its id. */
  createContainer(sandboxId: string, config: ContainerConfig, sandboxConfig: PodSandboxConfig): Promise<string>
  startContainer(id: string): Promise<void>
  /** Sends the stop signal, then SIGKILL after `graceSeconds`; resolves when the container has exited. Idempotent; a container that is gone is no error. */
  stopContainer(id: string, graceSeconds: number): Promise<void>
  /** Removes a container, killing it if it runs. A container that is gone is no error. The log file stays. */
  removeContainer(id: string): Promise<void>
  /** `undefined` when there is no such container. */
  containerStatus(id: string): Promise<ContainerStatus | undefined>
  listContainers(filter?: ContainerFilter): Promise<Container[]>
  updateContainerResources(id: string, resources: LinuxResources): Promise<void>
  /** Makes the runtime open the container's log path again, after the file was moved away. */
  reopenContainerLog(id: string): Promise<void>

  /** Runs a command in a container to its end; throws `RuntimeError` with code `DeadlineExceeded` when it takes longer than `timeoutMs` (0: no limit). */
  execSync(id: string, command: readonly string[], timeoutMs: number): Promise<ExecResult>
  /** URL of the runtime's streaming server (SPDY/3.1, remotecommand) for one exec session; good for one connection within a minute. */
  exec(request: ExecRequest): Promise<string>
  /** As `exec`, to the container's own process. */
  attach(request: AttachRequest): Promise<string>
  /** As `exec`, for connections to ports inside the sandbox's network. */
  portForward(sandboxId: string, ports: readonly number[]): Promise<string>

  containerStats(id: string): Promise<ContainerStats | undefined>
  listContainerStats(filter?: ContainerFilter): Promise<ContainerStats[]>
  listPodSandboxStats(filter?: PodSandboxFilter): Promise<PodSandboxStats[]>

  /** Downloads an image and returns its reference (digest). */
  pullImage(image: string, options?: PullOptions): Promise<string>
  /** `undefined` when the image is not there. */
  imageStatus(image: string): Promise<Image | undefined>
  listImages(): Promise<Image[]>
  /** An image that is gone is no error. */
  removeImage(image: string): Promise<void>
  imageFsInfo(): Promise<ImageFsInfo>

  /**
   * What happens to sandboxes and containers, until the signal is aborted. The first event, and the first after each lost connection, is `resync`:
   * anything may have been missed, list everything. When `exited` is delivered, `containerStatus` and `podSandboxStatus` already say so.
   */
  events(signal: AbortSignal): AsyncIterable<RuntimeEvent>

  /** Lets go of connections; running containers are not touched. */
  close(): void
}

export interface RuntimeVersion {
  name: string
  version: string
  apiVersion: string
}

export interface RuntimeStatus {
  /** `RuntimeReady` and `NetworkReady`, and what else the runtime tells. */
  conditions: readonly { type: string; status: boolean; reason: string; message: string }[]
  handlers: readonly { name: string; recursiveReadOnlyMounts: boolean; userNamespaces: boolean }[]
  supplementalGroupsPolicy: boolean
}

export interface PodSandboxMetadata {
  name: string
  namespace: string
  uid: string
  attempt: number
}

export interface PodSandboxConfig {
  metadata: PodSandboxMetadata
  /** Empty for a pod in the host's network. */
  hostname: string
  /** Directory under which the containers' `logPath`s lie. */
  logDirectory: string
  dns?: { servers: readonly string[]; searches: readonly string[]; options: readonly string[] }
  portMappings?: readonly PortMapping[]
  labels: Readonly<Record<string, string>>
  annotations: Readonly<Record<string, string>>
  cgroupParent?: string
  sysctls?: Readonly<Record<string, string>>
  security?: SandboxSecurity
  resources?: LinuxResources
  overhead?: LinuxResources
}

export interface PortMapping {
  protocol: 'TCP' | 'UDP' | 'SCTP'
  containerPort: number
  hostPort: number
  hostIP?: string
}

/** Whose namespace is used: the pod's, the container's own, the node's, or that of the container `targetId`. */
export type NamespaceMode = 'POD' | 'CONTAINER' | 'NODE' | 'TARGET'

export interface NamespaceOptions {
  network: NamespaceMode
  pid: NamespaceMode
  ipc: NamespaceMode
  targetId?: string
  /** Maps the pod's ids into a range of the host's; absent: the host's user namespace. */
  userNamespace?: { uids: readonly IdMapping[]; gids: readonly IdMapping[] }
}

export interface IdMapping {
  hostId: number
  containerId: number
  length: number
}

export type SecurityProfile = { type: 'RuntimeDefault' } | { type: 'Unconfined' } | { type: 'Localhost'; localhostRef: string }

export interface SELinuxOptions {
  user?: string
  role?: string
  type?: string
  level?: string
}

export interface SandboxSecurity {
  namespaces?: NamespaceOptions
  runAsUser?: number
  runAsGroup?: number
  supplementalGroups?: readonly number[]
  supplementalGroupsPolicy?: 'Merge' | 'Strict'
  readonlyRootfs?: boolean
  privileged?: boolean
  seccomp?: SecurityProfile
  apparmor?: SecurityProfile
  selinux?: SELinuxOptions
}

export interface ContainerSecurity extends SandboxSecurity {
  /** A name, where the image says a name and none was asked for. */
  runAsUsername?: string
  capabilities?: { add?: readonly string[]; drop?: readonly string[]; addAmbient?: readonly string[] }
  noNewPrivileges?: boolean
  maskedPaths?: readonly string[]
  readonlyPaths?: readonly string[]
}

export interface LinuxResources {
  cpuPeriod?: number
  cpuQuota?: number
  cpuShares?: number
  memoryLimitBytes?: number
  memorySwapLimitBytes?: number
  oomScoreAdj?: number
  cpusetCpus?: string
  cpusetMems?: string
  hugepageLimits?: readonly { pageSize: string; limit: number }[]
  /** cgroup v2 files and what to write into them. */
  unified?: Readonly<Record<string, string>>
}

export interface PodSandbox {
  id: string
  metadata: PodSandboxMetadata
  state: 'Ready' | 'NotReady'
  createdAtMs: number
  labels: Readonly<Record<string, string>>
  annotations: Readonly<Record<string, string>>
  handler: string
}

export interface PodSandboxStatus extends PodSandbox {
  /** First the primary one; none for a pod in the host's network. */
  ips: readonly string[]
}

export interface PodSandboxFilter {
  id?: string
  state?: PodSandbox['state']
  labels?: Readonly<Record<string, string>>
}

export interface Mount {
  containerPath: string
  hostPath: string
  readonly?: boolean
  recursiveReadOnly?: boolean
  selinuxRelabel?: boolean
  propagation?: 'Private' | 'HostToContainer' | 'Bidirectional'
}

export interface ContainerConfig {
  metadata: { name: string; attempt: number }
  /** Reference of an image that is there: best what `pullImage` or `imageStatus` gave. */
  image: string
  /** The image as the user wrote it. */
  userSpecifiedImage?: string
  command?: readonly string[]
  args?: readonly string[]
  workingDir?: string
  env: readonly { name: string; value: string }[]
  mounts: readonly Mount[]
  devices?: readonly { containerPath: string; hostPath: string; permissions: string }[]
  cdiDevices?: readonly string[]
  labels: Readonly<Record<string, string>>
  annotations: Readonly<Record<string, string>>
  /** Relative to the sandbox's `logDirectory`. */
  logPath: string
  stdin?: boolean
  stdinOnce?: boolean
  tty?: boolean
  stopSignal?: string
  resources?: LinuxResources
  security?: ContainerSecurity
}

export type ContainerState = 'Created' | 'Running' | 'Exited' | 'Unknown'

export interface Container {
  id: string
  podSandboxId: string
  metadata: { name: string; attempt: number }
  image: string
  imageRef: string
  state: ContainerState
  createdAtMs: number
  labels: Readonly<Record<string, string>>
  annotations: Readonly<Record<string, string>>
}

export interface ContainerStatus extends Omit<Container, 'podSandboxId'> {
  imageId: string
  /** 0 while it has not started or not finished. */
  startedAtMs: number
  finishedAtMs: number
  exitCode: number
  /** `Completed`, `Error`, `OOMKilled`, `StartError`… */
  reason: string
  message: string
  mounts: readonly Mount[]
  /** Absolute. */
  logPath: string
  stopSignal?: string
  resources?: LinuxResources
  user?: { uid: number; gid: number; supplementalGroups: readonly number[] }
}

export interface ContainerFilter {
  id?: string
  podSandboxId?: string
  state?: ContainerState
  labels?: Readonly<Record<string, string>>
}

export interface ExecResult {
  exitCode: number
  stdout: Uint8Array
  stderr: Uint8Array
}

export interface AttachRequest {
  containerId: string
  stdin: boolean
  stdout: boolean
  stderr: boolean
  tty: boolean
}

export interface ExecRequest extends AttachRequest {
  command: readonly string[]
}

export interface CpuStats {
  atMs: number
  usageCoreNanoSeconds: number
  usageNanoCores?: number
}

export interface MemoryStats {
  atMs: number
  workingSetBytes: number
  usageBytes?: number
  availableBytes?: number
  rssBytes?: number
  pageFaults?: number
  majorPageFaults?: number
}

export interface FilesystemUsage {
  atMs: number
  mountpoint: string
  usedBytes: number
  inodesUsed: number
}

export interface ContainerStats {
  id: string
  metadata: { name: string; attempt: number }
  labels: Readonly<Record<string, string>>
  cpu?: CpuStats
  memory?: MemoryStats
  writableLayer?: FilesystemUsage
  swapUsageBytes?: number
}

export interface NetworkInterfaceStats {
  name: string
  rxBytes: number
  rxErrors: number
  txBytes: number
  txErrors: number
}

export interface PodSandboxStats {
  id: string
  metadata: PodSandboxMetadata
  labels: Readonly<Record<string, string>>
  cpu?: CpuStats
  memory?: MemoryStats
  network?: { atMs: number; defaultInterface?: NetworkInterfaceStats; interfaces: readonly NetworkInterfaceStats[] }
  processCount?: number
  containers: readonly ContainerStats[]
}

export interface PullOptions {
  auth?: RegistryAuth
  /** The pod it is pulled for, with its runtime handler. */
  sandboxConfig?: PodSandboxConfig
  signal?: AbortSignal
}

export interface RegistryAuth {
  username?: string
  password?: string
  /** base64 of `user:password`. */
  auth?: string
  serverAddress?: string
  identityToken?: string
  registryToken?: string
}

export interface Image {
  /** The digest of the image's configuration. */
  id: string
  repoTags: readonly string[]
  repoDigests: readonly string[]
  sizeBytes: number
  /** The user that the image says, as a number or a name. */
  uid?: number
  username?: string
  pinned: boolean
}

export interface ImageFsInfo {
  imageFilesystems: readonly FilesystemUsage[]
  containerFilesystems: readonly FilesystemUsage[]
}

/** `id` is a container's or a sandbox's; the runtime does not say which. */
export type RuntimeEvent =
  | { type: 'resync' }
  | { type: 'created'; id: string; atMs: number }
  | { type: 'started'; id: string; pid: number; atMs: number }
  | { type: 'exited'; id: string; exitCode: number; atMs: number }
  | { type: 'oom'; id: string; atMs: number }
  | { type: 'deleted'; id: string; atMs: number }

/** Names of gRPC's codes, as the runtime's errors carry them and `kubectl describe` prints them. */
export type RuntimeErrorCode =
  | 'Canceled' | 'Unknown' | 'InvalidArgument' | 'DeadlineExceeded' | 'NotFound' | 'AlreadyExists' | 'PermissionDenied' | 'ResourceExhausted'
  | 'FailedPrecondition' | 'Aborted' | 'OutOfRange' | 'Unimplemented' | 'Internal' | 'Unavailable' | 'DataLoss' | 'Unauthenticated'

/** What a runtime answers when it cannot; the message reads as upstream's in events and waiting reasons. */
export class RuntimeError extends Error {
  readonly code: RuntimeErrorCode
  /** The runtime's own words, without the code. */
  readonly description: string

  constructor(code: RuntimeErrorCode, description: string, options?: ErrorOptions) {
    super(`rpc error: code = ${code} desc = ${description}`, options)
    this.name = 'RuntimeError'
    this.code = code
    this.description = description
  }
}

/** Whether an error is the runtime's, with this code. */
export const isRuntimeError = (error: unknown, code: RuntimeErrorCode): error is RuntimeError => error instanceof RuntimeError && error.code === code
