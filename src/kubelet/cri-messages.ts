import type { Message } from './grpc.ts'
import type {
  Container, ContainerConfig, ContainerSecurity, ContainerStats, ContainerStatus, CpuStats, FilesystemUsage, Image, LinuxResources, MemoryStats, Mount,
  NamespaceOptions, NetworkInterfaceStats, PodSandbox, PodSandboxConfig, PodSandboxMetadata, PodSandboxStats, PodSandboxStatus, RuntimeStatus, SandboxSecurity,
  SecurityProfile, SELinuxOptions,
} from './runtime.ts'

// What CRI says differently from the seam, in both directions: enums with prefixes, wrapped numbers, nanoseconds, the `linux` level.

type Labels = Readonly<Record<string, string>>
type Wrapped = { value: number } | null | undefined

const milliseconds = (nanoseconds: unknown): number => Math.floor(Number(nanoseconds ?? 0) / 1e6)
const unwrap = (wrapped: unknown): number | undefined => (wrapped as Wrapped)?.value
const wrap = (value: number | undefined): Message | undefined => (value === undefined ? undefined : { value })

/** An object without the members that are undefined: protobufjs takes `undefined` for a value of some types. */
export const defined = (message: Message): Message => Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined && value !== null))

function resourcesToCri(resources: LinuxResources | undefined): Message | undefined {
  if (!resources) return undefined
  const { memoryLimitBytes, memorySwapLimitBytes, ...same } = resources
  return defined({ ...same, memoryLimitInBytes: memoryLimitBytes, memorySwapLimitInBytes: memorySwapLimitBytes })
}

function resourcesFromCri(message: Message | null | undefined): LinuxResources | undefined {
  const linux = message?.['linux'] as Message | null | undefined
  if (!linux) return undefined
  const { memoryLimitInBytes, memorySwapLimitInBytes, ...same } = linux
  return { ...(same as LinuxResources), memoryLimitBytes: Number(memoryLimitInBytes), memorySwapLimitBytes: Number(memorySwapLimitInBytes) }
}

const namespacesToCri = (namespaces: NamespaceOptions | undefined): Message | undefined =>
  namespaces && defined({
    network: namespaces.network, pid: namespaces.pid, ipc: namespaces.ipc, targetId: namespaces.targetId,
    usernsOptions: namespaces.userNamespace && { mode: 'POD', ...namespaces.userNamespace },
  })

const profileToCri = (profile: SecurityProfile | undefined): Message | undefined =>
  profile && { profileType: profile.type, ...(profile.type === 'Localhost' && { localhostRef: profile.localhostRef }) }

/** SELinux as CRI has it: all four or nothing. */
const selinuxToCri = (options: SELinuxOptions | undefined): Message | undefined => options && { user: '', role: '', type: '', level: '', ...options }

const securityToCri = (security: SandboxSecurity): Message => defined({
  namespaceOptions: namespacesToCri(security.namespaces), selinuxOptions: selinuxToCri(security.selinux),
  runAsUser: wrap(security.runAsUser), runAsGroup: wrap(security.runAsGroup), readonlyRootfs: security.readonlyRootfs,
  supplementalGroups: security.supplementalGroups, supplementalGroupsPolicy: security.supplementalGroupsPolicy, privileged: security.privileged,
  seccomp: profileToCri(security.seccomp), apparmor: profileToCri(security.apparmor),
})

const containerSecurityToCri = (security: ContainerSecurity): Message => defined({
  ...securityToCri(security), runAsUsername: security.runAsUsername, noNewPrivs: security.noNewPrivileges,
  maskedPaths: security.maskedPaths, readonlyPaths: security.readonlyPaths,
  capabilities: security.capabilities && defined({
    addCapabilities: security.capabilities.add, dropCapabilities: security.capabilities.drop, addAmbientCapabilities: security.capabilities.addAmbient,
  }),
})

/** The sandbox's configuration as CRI wants it. */
export function sandboxConfigToCri(config: PodSandboxConfig): Message {
  return defined({
    metadata: config.metadata, hostname: config.hostname, logDirectory: config.logDirectory, dnsConfig: config.dns, portMappings: config.portMappings?.map(
      ({ hostIP, ...mapping }) => ({ ...mapping, hostIp: hostIP ?? '' })),
    labels: config.labels, annotations: config.annotations,
    linux: defined({
      cgroupParent: config.cgroupParent, sysctls: config.sysctls, securityContext: config.security && securityToCri(config.security),
      resources: resourcesToCri(config.resources), overhead: resourcesToCri(config.overhead),
    }),
  })
}

const propagations = { Private: 'PROPAGATION_PRIVATE', HostToContainer: 'PROPAGATION_HOST_TO_CONTAINER', Bidirectional: 'PROPAGATION_BIDIRECTIONAL' } as const

const mountToCri = ({ propagation = 'Private', recursiveReadOnly, ...mount }: Mount): Message =>
  defined({ ...mount, recursiveReadOnly, propagation: propagations[propagation] })

function mountFromCri(message: Message): Mount {
  const propagation = Object.entries(propagations).find(([, name]) => name === message['propagation'])?.[0] as Mount['propagation']
  return {
    containerPath: String(message['containerPath']), hostPath: String(message['hostPath']), readonly: message['readonly'] === true,
    ...(propagation && { propagation }),
  }
}

/** The container's configuration as CRI wants it. */
export function containerConfigToCri(config: ContainerConfig): Message {
  return defined({
    metadata: config.metadata, image: defined({ image: config.image, userSpecifiedImage: config.userSpecifiedImage }), command: config.command, args: config.args,
    workingDir: config.workingDir, envs: config.env.map(({ name, value }) => ({ key: name, value: Buffer.from(value) })), mounts: config.mounts.map(mountToCri),
    devices: config.devices, CDIDevices: config.cdiDevices?.map(name => ({ name })), labels: config.labels, annotations: config.annotations,
    logPath: config.logPath, stdin: config.stdin, stdinOnce: config.stdinOnce, tty: config.tty, stopSignal: config.stopSignal,
    linux: defined({ resources: resourcesToCri(config.resources), securityContext: config.security && containerSecurityToCri(config.security) }),
  })
}

/** Resources for `UpdateContainerResources`. */
export const updateToCri = (id: string, resources: LinuxResources): Message => ({ containerId: id, linux: resourcesToCri(resources) })

/** One line of `ListPodSandbox`, or the part that a status shares with it. */
export const sandboxFromCri = (message: Message): PodSandbox => ({
  id: String(message['id']), metadata: message['metadata'] as PodSandboxMetadata, state: message['state'] === 'SANDBOX_READY' ? 'Ready' : 'NotReady',
  createdAtMs: milliseconds(message['createdAt']), labels: message['labels'] as Labels, annotations: message['annotations'] as Labels,
  handler: String(message['runtimeHandler'] ?? ''),
})

/** A sandbox's status with its addresses, the primary one first. */
export function sandboxStatusFromCri(message: Message): PodSandboxStatus {
  const network = message['network'] as { ip: string; additionalIps: { ip: string }[] } | null
  const ips = network ? [network.ip, ...network.additionalIps.map(({ ip }) => ip)].filter(Boolean) : []
  return { ...sandboxFromCri(message), ips }
}

const containerStates: Readonly<Record<string, Container['state']>> = {
  CONTAINER_CREATED: 'Created', CONTAINER_RUNNING: 'Running', CONTAINER_EXITED: 'Exited', CONTAINER_UNKNOWN: 'Unknown',
}

const commonFromCri = (message: Message) => ({
  id: String(message['id']), metadata: message['metadata'] as Container['metadata'], image: (message['image'] as { image: string } | null)?.image ?? '',
  imageRef: String(message['imageRef']), state: containerStates[String(message['state'])] ?? 'Unknown', createdAtMs: milliseconds(message['createdAt']),
  labels: message['labels'] as Labels, annotations: message['annotations'] as Labels,
})

/** One line of `ListContainers`. */
export const containerFromCri = (message: Message): Container => ({ ...commonFromCri(message), podSandboxId: String(message['podSandboxId']) })

/** A container's status. */
export function containerStatusFromCri(message: Message): ContainerStatus {
  const user = (message['user'] as { linux: ContainerStatus['user'] } | null)?.linux
  const resources = resourcesFromCri(message['resources'] as Message | null)
  const stopSignal = String(message['stopSignal'] ?? '')
  return {
    ...commonFromCri(message), imageId: String(message['imageId'] || message['imageRef']), startedAtMs: milliseconds(message['startedAt']),
    finishedAtMs: milliseconds(message['finishedAt']), exitCode: Number(message['exitCode']), reason: String(message['reason']), message: String(message['message']),
    mounts: (message['mounts'] as Message[]).map(mountFromCri), logPath: String(message['logPath']),
    ...(resources && { resources }), ...(user && { user }), ...(stopSignal && stopSignal !== 'RUNTIME_DEFAULT' && { stopSignal }),
  }
}

/** The state filter's name in CRI. */
export const containerStateToCri = (state: Container['state']): string => `CONTAINER_${state.toUpperCase()}`

/** An image. */
export function imageFromCri(message: Message): Image {
  const uid = unwrap(message['uid'])
  const username = String(message['username'])
  return {
    id: String(message['id']), repoTags: message['repoTags'] as string[], repoDigests: message['repoDigests'] as string[], sizeBytes: Number(message['size']),
    pinned: message['pinned'] === true, ...(uid !== undefined && { uid }), ...(username && { username }),
  }
}

/** What the runtime says of itself. */
export function runtimeStatusFromCri(message: Message): RuntimeStatus {
  const status = message['status'] as { conditions: RuntimeStatus['conditions'] } | null
  const handlers = message['runtimeHandlers'] as { name: string; features: { recursiveReadOnlyMounts: boolean; userNamespaces: boolean } | null }[]
  return {
    conditions: status?.conditions ?? [], supplementalGroupsPolicy: (message['features'] as { supplementalGroupsPolicy?: boolean } | null)?.supplementalGroupsPolicy ?? false,
    handlers: handlers.map(({ name, features }) => ({
      name, recursiveReadOnlyMounts: features?.recursiveReadOnlyMounts ?? false, userNamespaces: features?.userNamespaces ?? false,
    })),
  }
}

/** Only the members that are numbers: stats leave out what they do not know. */
const numbers = <Key extends string>(fields: Record<Key, number | undefined>): Partial<Record<Key, number>> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Record<Key, number>>

const cpuFromCri = (message: Message): CpuStats => ({
  atMs: milliseconds(message['timestamp']), usageCoreNanoSeconds: unwrap(message['usageCoreNanoSeconds']) ?? 0,
  ...numbers({ usageNanoCores: unwrap(message['usageNanoCores']) }),
})

const memoryFromCri = (message: Message): MemoryStats => ({
  atMs: milliseconds(message['timestamp']), workingSetBytes: unwrap(message['workingSetBytes']) ?? 0,
  ...numbers({
    usageBytes: unwrap(message['usageBytes']), availableBytes: unwrap(message['availableBytes']), rssBytes: unwrap(message['rssBytes']),
    pageFaults: unwrap(message['pageFaults']), majorPageFaults: unwrap(message['majorPageFaults']),
  }),
})

/** Space that a file system or a layer takes. */
export const filesystemFromCri = (message: Message): FilesystemUsage => ({
  atMs: milliseconds(message['timestamp']), mountpoint: (message['fsId'] as { mountpoint: string } | null)?.mountpoint ?? '',
  usedBytes: unwrap(message['usedBytes']) ?? 0, inodesUsed: unwrap(message['inodesUsed']) ?? 0,
})

interface Attributes {
  id: string
  metadata: never
  labels: Labels
}

/** A container's consumption. */
export function containerStatsFromCri(message: Message): ContainerStats {
  const { id, metadata, labels } = message['attributes'] as Attributes
  const part = (name: string): Message | undefined => (message[name] as Message | null) ?? undefined
  const [cpu, memory, layer, swap] = [part('cpu'), part('memory'), part('writableLayer'), part('swap')]
  return {
    id, metadata, labels, ...(cpu && { cpu: cpuFromCri(cpu) }), ...(memory && { memory: memoryFromCri(memory) }),
    ...(layer && { writableLayer: filesystemFromCri(layer) }), ...(swap && { swapUsageBytes: unwrap(swap['swapUsageBytes']) ?? 0 }),
  }
}

const interfaceFromCri = (message: Message): NetworkInterfaceStats => ({
  name: String(message['name']), rxBytes: unwrap(message['rxBytes']) ?? 0, rxErrors: unwrap(message['rxErrors']) ?? 0,
  txBytes: unwrap(message['txBytes']) ?? 0, txErrors: unwrap(message['txErrors']) ?? 0,
})

/** A pod's consumption. */
export function sandboxStatsFromCri(message: Message): PodSandboxStats {
  const { id, metadata, labels } = message['attributes'] as Attributes
  const linux = (message['linux'] ?? {}) as Message
  const part = (name: string): Message | undefined => (linux[name] as Message | null) ?? undefined
  const [cpu, memory, network, process] = [part('cpu'), part('memory'), part('network'), part('process')]
  const first = network?.['defaultInterface'] as Message | null | undefined
  const processCount = unwrap(process?.['processCount'])
  return {
    id, metadata, labels, ...(cpu && { cpu: cpuFromCri(cpu) }), ...(memory && { memory: memoryFromCri(memory) }),
    ...(network && {
      network: {
        atMs: milliseconds(network['timestamp']), ...(first && { defaultInterface: interfaceFromCri(first) }),
        interfaces: (network['interfaces'] as Message[]).map(interfaceFromCri),
      },
    }),
    ...(processCount !== undefined && { processCount }), containers: ((linux['containers'] ?? []) as Message[]).map(containerStatsFromCri),
  }
}
