import type { Cause } from '../../../../machinery/status.ts'
import { duplicate, forbidden, inRange, invalid, notSupported, required } from '../../../validation.ts'
import type { PodSpec } from '../pod-spec.ts'
import type { AppArmorProfile, SeccompProfile, SecurityContext, Sysctl } from '../security.ts'
import { validateLocalPath } from './env.ts'

const LARGEST_ID = 2 ** 31 - 1
const PROFILE_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined']
const SYSCTL = String.raw`^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$`
const sysctlName = new RegExp(SYSCTL)
const IPC_SYSCTL = /^(kernel\.(shmmax|shmall|shmmni|shm_rmid_forced|msgmax|msgmnb|msgmni|sem)|fs\.mqueue\..*)$/

const id = (field: string, value: number | undefined): Cause[] => (value === undefined ? [] : inRange(field, value, 0, LARGEST_ID))
const oneOf = (field: string, value: string | undefined, supported: readonly string[]): Cause[] => (value === undefined || supported.includes(value) ? [] : [notSupported(field, value, supported)])

function validateProfile(profile: SeccompProfile | AppArmorProfile | undefined, field: string, what: string): Cause[] {
  if (!profile) return []
  const { type, localhostProfile } = profile
  if (type === 'Localhost') {
    if (!localhostProfile) return [required(`${field}.localhostProfile`, `must be set when ${what} type is Localhost`)]
    return validateLocalPath(`${field}.localhostProfile`, localhostProfile)
  }
  const causes = localhostProfile !== undefined ? [invalid(`${field}.localhostProfile`, localhostProfile, `can only be set when ${what} type is Localhost`)] : []
  if (!type) return [required(`${field}.type`), ...causes]
  return [...oneOf(`${field}.type`, type, PROFILE_TYPES), ...causes]
}

/** Who a container runs as and what it may do. */
export function validateSecurityContext(context: SecurityContext | undefined, field: string, hostUsers: boolean | undefined): Cause[] {
  if (!context) return []
  const causes = [...id(`${field}.runAsUser`, context.runAsUser), ...id(`${field}.runAsGroup`, context.runAsGroup), ...oneOf(`${field}.procMount`, context.procMount, ['Default', 'Unmasked'])]
  if (hostUsers !== false && context.procMount === 'Unmasked') causes.push(invalid(`${field}.procMount`, context.procMount, '`hostUsers` must be false to use `Unmasked`'))
  causes.push(...validateProfile(context.seccompProfile, `${field}.seccompProfile`, 'seccomp'))
  if (context.allowPrivilegeEscalation === false) {
    if (context.privileged) causes.push(invalid(field, context, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'))
    if (context.capabilities?.add?.includes('CAP_SYS_ADMIN')) causes.push(invalid(field, context, 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN'))
  }
  return [...causes, ...validateProfile(context.appArmorProfile, `${field}.appArmorProfile`, 'AppArmor')]
}

/** The same for the pod as a whole, with what it shares of its node. */
export function validatePodSecurity(spec: PodSpec, field: string): Cause[] {
  const context = spec.securityContext
  if (!context) return []
  const path = `${field}.securityContext`
  const causes: Cause[] = validateHostPorts(spec, field)
  if (spec.shareProcessNamespace && spec.hostPID) causes.push(invalid(`${path}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled'))
  causes.push(...id(`${path}.fsGroup`, context.fsGroup), ...id(`${path}.runAsUser`, context.runAsUser), ...id(`${path}.runAsGroup`, context.runAsGroup))
  for (const [index, group] of (context.supplementalGroups ?? []).entries()) causes.push(...id(`${path}.supplementalGroups[${index}]`, group))
  if (spec.hostUsers === false) {
    if (spec.hostNetwork) causes.push(forbidden(`${field}.hostNetwork`, 'when `hostUsers` is false'))
    if (spec.hostPID) causes.push(forbidden(`${field}.HostPID`, 'when `hostUsers` is false'))
    if (spec.hostIPC) causes.push(forbidden(`${field}.HostIPC`, 'when `hostUsers` is false'))
  }
  causes.push(...validateSysctls(context.sysctls, `${path}.sysctls`, spec), ...oneOf(`${path}.fsGroupChangePolicy`, context.fsGroupChangePolicy, ['Always', 'OnRootMismatch']))
  causes.push(...validateProfile(context.seccompProfile, `${path}.seccompProfile`, 'seccomp'))
  causes.push(...validateProfile(context.appArmorProfile, `${path}.appArmorProfile`, 'AppArmor'), ...oneOf(`${path}.supplementalGroupsPolicy`, context.supplementalGroupsPolicy, ['Merge', 'Strict']))
  return [...causes, ...oneOf(`${path}.seLinuxChangePolicy`, context.seLinuxChangePolicy, ['Recursive']), ...validateHostProcess(spec, field)]
}

function validateHostPorts(spec: PodSpec, field: string): Cause[] {
  if (!spec.hostNetwork) return []
  // Pods get the port when they are made; their templates may leave it open.
  const isTemplate = field !== 'spec'
  return (spec.containers ?? []).flatMap(({ ports }, index) => (ports ?? []).flatMap(({ hostPort, containerPort }, at) =>
    hostPort === containerPort || (!hostPort && isTemplate) ? [] : [invalid(`${field}.containers[${index}].ports[${at}].hostPort`, hostPort ?? 0, 'must match `containerPort` when `hostNetwork` is true')]))
}

function validateSysctls(sysctls: readonly Sysctl[] | undefined, field: string, { hostNetwork, hostIPC }: PodSpec): Cause[] {
  const causes: Cause[] = []
  const names = new Set<string>()
  for (const [index, { name }] of (sysctls ?? []).entries()) {
    const path = `${field}[${index}].name`
    if (!name) causes.push(required(path))
    else if (name.length > 253 || !sysctlName.test(name)) causes.push(invalid(path, name, `must have at most 253 characters and match regex ${SYSCTL}`))
    else if (names.has(name)) causes.push(duplicate(path, name))
    names.add(name)
    const dotted = name.includes('/') && !/^[^/]*\./.test(name) ? name.replace(/[./]/g, each => (each === '/' ? '.' : '/')) : name
    if (hostNetwork && dotted.startsWith('net.')) causes.push(invalid(path, name, "may not be specified when 'hostNetwork' is true"))
    if (hostIPC && IPC_SYSCTL.test(dotted)) causes.push(invalid(path, name, "may not be specified when 'hostIPC' is true"))
  }
  return causes
}

function validateHostProcess(spec: PodSpec, field: string): Cause[] {
  const ofPod = spec.securityContext?.windowsOptions
  const containers = [...(spec.initContainers ?? []).map((each, index) => ({ each, path: `${field}.initContainers[${index}]` })), ...(spec.containers ?? []).map((each, index) => ({ each, path: `${field}.containers[${index}]` }))]
  const causes: Cause[] = []
  if (ofPod?.runAsUserName === '') causes.push(invalid(`${field}.securityContext.windowsOptions.runAsUserName`, '', 'runAsUserName cannot be an empty string'))
  let [inside, outside] = [0, 0]
  for (const { each, path } of containers) {
    const own = each.securityContext?.windowsOptions?.hostProcess
    if (own !== undefined && ofPod?.hostProcess !== undefined && own !== ofPod.hostProcess) {
      causes.push(invalid(`${path}.securityContext.windowsOptions.hostProcess`, own, `pod hostProcess value must be identical if both are specified, was ${ofPod.hostProcess}`))
    }
    if (own ?? ofPod?.hostProcess) inside++
    else outside++
  }
  if (inside > 0 && outside > 0 && !causes.length) causes.push(invalid(field, '', 'If pod contains any hostProcess containers then all containers must be HostProcess containers'))
  if (inside > 0 && !spec.hostNetwork) causes.push(invalid(`${field}.hostNetwork`, spec.hostNetwork ?? false, 'hostNetwork must be true if pod contains any hostProcess containers'))
  return causes
}
