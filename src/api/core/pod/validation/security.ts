import type { Cause } from '../../../../machinery/status.ts'
import { byteLength } from '../../../../machinery/names.ts'
import { goForm } from '../../../go-form.ts'
import { duplicate, forbidden, inRange, invalid, notSupported, required, tooLong } from '../../../validation.ts'
import type { PodSpec } from '../pod-spec.ts'
import type { AppArmorProfile, SeccompProfile, SecurityContext, Sysctl } from '../security.ts'
import { seccompProfile, securityContext } from '../security.ts'
import { validateLocalPath } from './env.ts'
import { validateWindowsOptions } from './windows-options.ts'

const LARGEST_ID = 2 ** 31 - 1
const LONGEST_PATH = 4095
const PROFILE_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined']
const SYSCTL = String.raw`^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$`
const sysctlName = new RegExp(SYSCTL)
const IPC_SYSCTL = /^(kernel\.(shmmax|shmall|shmmni|shm_rmid_forced|msgmax|msgmnb|msgmni|sem)|fs\.mqueue\..*)$/

const id = (field: string, value: number | undefined): Cause[] => (value === undefined ? [] : inRange(field, value, 0, LARGEST_ID))
const oneOf = (field: string, value: string | undefined, supported: readonly string[]): Cause[] => (value === undefined || supported.includes(value) ? [] : [notSupported(field, value, supported)])

function validateSeccomp(profile: SeccompProfile | undefined, field: string): Cause[] {
  if (!profile) return []
  const { type, localhostProfile } = profile
  const path = `${field}.localhostProfile`
  const causes = type ? oneOf(`${field}.type`, type, PROFILE_TYPES) : [required(`${field}.type`, 'type is required when seccompProfile is set')]
  if (type !== 'Localhost') return localhostProfile === undefined ? causes : [...causes, invalid(path, goForm(seccompProfile, profile), 'can only be set when seccomp type is Localhost')]
  return [...causes, ...(localhostProfile === undefined ? [required(path, 'must be set when seccomp type is Localhost')] : validateLocalPath(path, localhostProfile))]
}

/** What a container may do, by a profile of its node. */
export function validateAppArmor(profile: AppArmorProfile | undefined, field: string): Cause[] {
  if (!profile) return []
  const { type, localhostProfile } = profile
  const path = `${field}.localhostProfile`
  if (!type) return [required(`${field}.type`, 'type is required when appArmorProfile is set')]
  if (type !== 'Localhost') {
    const isKnown = PROFILE_TYPES.includes(type)
    return isKnown && localhostProfile !== undefined ? [invalid(path, localhostProfile, 'can only be set when AppArmor type is Localhost')] : oneOf(`${field}.type`, type, PROFILE_TYPES)
  }
  const causes: Cause[] = []
  if (localhostProfile !== undefined && localhostProfile.trim() !== localhostProfile) causes.push(invalid(path, localhostProfile, 'must not be padded with whitespace'))
  else if (!localhostProfile) causes.push(required(path, 'must be set when AppArmor type is Localhost'))
  return byteLength(localhostProfile ?? '') > LONGEST_PATH ? [...causes, tooLong(path, LONGEST_PATH)] : causes
}

/** Who a container runs as and what it may do. */
export function validateSecurityContext(context: SecurityContext | undefined, field: string, hostUsers: boolean | undefined): Cause[] {
  if (!context) return []
  const causes = [...id(`${field}.runAsUser`, context.runAsUser), ...id(`${field}.runAsGroup`, context.runAsGroup), ...oneOf(`${field}.procMount`, context.procMount, ['Default', 'Unmasked'])]
  if (hostUsers !== false && context.procMount === 'Unmasked') causes.push(invalid(`${field}.procMount`, context.procMount, '`hostUsers` must be false to use `Unmasked`'))
  causes.push(...validateSeccomp(context.seccompProfile, `${field}.seccompProfile`))
  if (context.allowPrivilegeEscalation === false) {
    if (context.privileged) causes.push(invalid(field, goForm(securityContext, context), 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'))
    if (context.capabilities?.add?.includes('CAP_SYS_ADMIN')) causes.push(invalid(field, goForm(securityContext, context), 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN'))
  }
  return [...causes, ...validateWindowsOptions(context.windowsOptions, `${field}.windowsOptions`), ...validateAppArmor(context.appArmorProfile, `${field}.appArmorProfile`)]
}

/** The same for the pod as a whole, with what it shares of its node. */
export function validatePodSecurity(spec: PodSpec, field: string): Cause[] {
  const context = spec.securityContext
  if (!context) return []
  const path = `${field}.securityContext`
  const causes: Cause[] = [...id(`${path}.fsGroup`, context.fsGroup), ...id(`${path}.runAsUser`, context.runAsUser), ...id(`${path}.runAsGroup`, context.runAsGroup)]
  for (const [index, group] of (context.supplementalGroups ?? []).entries()) causes.push(...id(`${path}.supplementalGroups[${index}]`, group))
  if (spec.shareProcessNamespace && spec.hostPID) causes.push(invalid(`${path}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled'))
  causes.push(...validateSysctls(context.sysctls, `${path}.sysctls`, spec), ...oneOf(`${path}.fsGroupChangePolicy`, context.fsGroupChangePolicy, ['Always', 'OnRootMismatch']))
  causes.push(...validateSeccomp(context.seccompProfile, `${path}.seccompProfile`), ...validateWindowsOptions(context.windowsOptions, `${path}.windowsOptions`))
  causes.push(...validateAppArmor(context.appArmorProfile, `${path}.appArmorProfile`), ...oneOf(`${path}.supplementalGroupsPolicy`, context.supplementalGroupsPolicy, ['Merge', 'Strict']))
  return [...causes, ...oneOf(`${path}.seLinuxChangePolicy`, context.seLinuxChangePolicy, ['Recursive'])]
}

/** Ports of the node's own network are what they are. */
export function validateHostNetworkPorts(spec: PodSpec, field: string): Cause[] {
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

/** KEP-127: a pod with users of its own shares nothing that knows the node's. */
export function validateHostUsers(spec: PodSpec, field: string): Cause[] {
  if (spec.hostUsers !== false) return []
  const why = 'when `hostUsers` is false'
  const causes: Cause[] = []
  if (spec.hostNetwork) causes.push(forbidden(`${field}.hostNetwork`, why))
  if (spec.hostPID) causes.push(forbidden(`${field}.HostPID`, why))
  if (spec.hostIPC) causes.push(forbidden(`${field}.HostIPC`, why))
  const lists = { initContainers: spec.initContainers, containers: spec.containers, ephemeralContainers: spec.ephemeralContainers }
  return [...causes, ...Object.entries(lists).flatMap(([list, each]) => (each ?? []).flatMap(({ volumeDevices }, index) => (volumeDevices?.length ? [forbidden(`${field}.${list}[${index}].volumeDevices`, why)] : [])))]
}

export function validateHostProcess(spec: PodSpec, field: string): Cause[] {
  const ofPod = spec.securityContext?.windowsOptions
  const containers = [...(spec.initContainers ?? []).map((each, index) => ({ each, path: `${field}.initContainers[${index}]` })), ...(spec.containers ?? []).map((each, index) => ({ each, path: `${field}.containers[${index}]` }))]
  const causes: Cause[] = []
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
