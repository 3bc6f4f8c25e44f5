import type { Container, EphemeralContainer } from '../../api/core/pod/container.ts'
import type { Pod } from '../../api/core/pod/pod.ts'
import type { AppArmorProfile, SeccompProfile } from '../../api/core/pod/security.ts'
import type { ContainerSecurity, Image, NamespaceOptions, SandboxSecurity, SecurityProfile, SELinuxOptions } from '../runtime.ts'
import { ContainerConfigError } from './config-error.ts'

/** Paths of /proc and /sys that an ordinary container does not see, or only reads. */
const MASKED_PATHS = [
  '/proc/asound', '/proc/acpi', '/proc/interrupts', '/proc/kcore', '/proc/keys', '/proc/latency_stats', '/proc/timer_list', '/proc/timer_stats',
  '/proc/sched_debug', '/proc/scsi', '/sys/firmware', '/sys/devices/virtual/powercap',
]
const READONLY_PATHS = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger']

type Profile = SeccompProfile | AppArmorProfile | undefined

/** `seccompRoot` is where local profiles lie. */
function securityProfile(profile: Profile, fallback: SecurityProfile | undefined, localRoot = ''): SecurityProfile | undefined {
  if (!profile) return fallback
  if (profile.type === 'Localhost') return { type: 'Localhost', localhostRef: `${localRoot}${profile.localhostProfile ?? ''}` }
  return { type: profile.type }
}

/** Which namespaces a pod's containers share with each other and with the node. */
export function podNamespaces({ spec }: Pod): NamespaceOptions {
  return {
    network: spec.hostNetwork ? 'NODE' : 'POD', ipc: spec.hostIPC ? 'NODE' : 'POD',
    pid: spec.hostPID ? 'NODE' : spec.shareProcessNamespace ? 'POD' : 'CONTAINER',
  }
}

const selinux = (options: { user?: string | undefined; role?: string | undefined; type?: string | undefined; level?: string | undefined } | undefined): { selinux?: SELinuxOptions } =>
  options ? { selinux: Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) } : {}

const groupsOf = ({ spec }: Pod): number[] => [
  ...(spec.securityContext?.fsGroup !== undefined ? [spec.securityContext.fsGroup] : []), ...(spec.securityContext?.supplementalGroups ?? []),
]

export interface SecurityOptions {
  /** Directory of local seccomp profiles. */
  readonly seccompRoot: string
  readonly seccompDefault: boolean
}

/** The sandbox's own process runs under these. */
export function sandboxSecurity(pod: Pod, options: SecurityOptions): SandboxSecurity {
  const context = pod.spec.securityContext ?? {}
  const privileged = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].some(({ securityContext }) => securityContext?.privileged)
  const groups = groupsOf(pod)
  const seccomp = securityProfile(context.seccompProfile, { type: 'RuntimeDefault' }, options.seccompRoot)
  return {
    namespaces: podNamespaces(pod), privileged,
    ...(seccomp && { seccomp: privileged ? { type: 'Unconfined' } : seccomp }),
    ...(context.runAsUser !== undefined && { runAsUser: context.runAsUser }),
    ...(context.runAsGroup !== undefined && context.runAsUser !== undefined && { runAsGroup: context.runAsGroup }),
    ...(groups.length && { supplementalGroups: groups }),
    ...supplementalPolicy(pod), ...selinux(context.seLinuxOptions),
  }
}

const supplementalPolicy = ({ spec }: Pod): { supplementalGroupsPolicy?: 'Merge' | 'Strict' } =>
  spec.securityContext?.supplementalGroupsPolicy ? { supplementalGroupsPolicy: spec.securityContext.supplementalGroupsPolicy as 'Merge' | 'Strict' } : {}

/** Refuses a container that must not run as root and would. */
export function verifyNonRoot(pod: Pod, container: Container | EphemeralContainer, image: Image | undefined): void {
  const { runAsNonRoot, runAsUser } = { ...pod.spec.securityContext, ...definedOf(container.securityContext) }
  if (!runAsNonRoot) return
  const where = `(pod: "${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})", container: ${container.name})`
  if (runAsUser === 0) throw new ContainerConfigError(`container's runAsUser breaks non-root policy ${where}`)
  if (runAsUser !== undefined) return
  if (image && (image.uid ?? (image.username ? undefined : 0)) === 0) throw new ContainerConfigError(`container has runAsNonRoot and image will run as root ${where}`)
  if (image?.uid === undefined && image?.username) {
    throw new ContainerConfigError(`container has runAsNonRoot and image has non-numeric user (${image.username}), cannot verify user is non-root ${where}`)
  }
}

const definedOf = <T extends object>(value: T | undefined): Partial<T> =>
  Object.fromEntries(Object.entries(value ?? {}).filter(([, field]) => field !== undefined)) as Partial<T>

/** What a container's processes may do: its own settings over the pod's over the image's. */
export function containerSecurity(
  pod: Pod, container: Container | EphemeralContainer, image: Image | undefined, options: SecurityOptions, targetId?: string,
): ContainerSecurity {
  const podContext = pod.spec.securityContext ?? {}
  const own = container.securityContext ?? {}
  const privileged = own.privileged ?? false
  const user = own.runAsUser ?? podContext.runAsUser
  const group = own.runAsGroup ?? podContext.runAsGroup
  const groups = groupsOf(pod)
  const fallback: SecurityProfile = options.seccompDefault ? { type: 'RuntimeDefault' } : { type: 'Unconfined' }
  const seccomp = privileged ? { type: 'Unconfined' } as const : securityProfile(own.seccompProfile ?? podContext.seccompProfile, fallback, options.seccompRoot)
  const apparmor = securityProfile(own.appArmorProfile ?? podContext.appArmorProfile, undefined)
  const namespaces = podNamespaces(pod)
  return {
    namespaces: targetId === undefined ? namespaces : { ...namespaces, pid: 'TARGET', targetId },
    privileged, readonlyRootfs: own.readOnlyRootFilesystem ?? false,
    // A container that may add privileges through set-user-id programs must not have the kernel's flag against it.
    noNewPrivileges: own.allowPrivilegeEscalation === false,
    ...(seccomp && { seccomp }), ...(apparmor && { apparmor }), ...selinux(own.seLinuxOptions ?? podContext.seLinuxOptions),
    ...(own.capabilities && { capabilities: { add: own.capabilities.add ?? [], drop: own.capabilities.drop ?? [] } }),
    ...runAs(user, group, image), ...(groups.length && { supplementalGroups: groups }), ...supplementalPolicy(pod),
    ...(own.procMount === 'Unmasked' || privileged ? {} : { maskedPaths: MASKED_PATHS, readonlyPaths: READONLY_PATHS }),
  }
}

function runAs(user: number | undefined, group: number | undefined, image: Image | undefined): Pick<ContainerSecurity, 'runAsUser' | 'runAsUsername' | 'runAsGroup'> {
  // An image that names nobody runs as root.
  const uid = user ?? image?.uid ?? (image?.username ? undefined : 0)
  return {
    ...(uid !== undefined ? { runAsUser: uid } : image?.username ? { runAsUsername: image.username } : {}),
    ...(group !== undefined && { runAsGroup: group }),
  }
}
