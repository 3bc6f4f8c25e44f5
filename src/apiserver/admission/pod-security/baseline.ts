import type { Container } from '../../../api/core/pod/container.ts'
import type { Check } from './check.ts'
import { containersOf, hasOwnUsers, namedContainers, plural, quoted, setters, sortedSet } from './check.ts'

const APP_ARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/'
const CAPABILITIES = new Set([
  'AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT',
])
/** Safe sysctls, with the version of the standards that took each in. */
const SYSCTLS: ReadonlyMap<string, number> = new Map(Object.entries({
  'kernel.shm_rmid_forced': 0, 'net.ipv4.ip_local_port_range': 0, 'net.ipv4.tcp_syncookies': 0, 'net.ipv4.ping_group_range': 0, 'net.ipv4.ip_unprivileged_port_start': 0,
  'net.ipv4.ip_local_reserved_ports': 27, 'net.ipv4.tcp_keepalive_time': 29, 'net.ipv4.tcp_fin_timeout': 29, 'net.ipv4.tcp_keepalive_intvl': 29,
  'net.ipv4.tcp_keepalive_probes': 29, 'net.ipv4.tcp_rmem': 32, 'net.ipv4.tcp_wmem': 32,
}))
const SE_LINUX_TYPES: ReadonlyMap<string, number> = new Map(Object.entries({ container_t: 0, container_init_t: 0, container_kvm_t: 0, container_engine_t: 31 }))

/** Whether a table has a name, and has had it at that version of the standards. */
const isIn = (table: ReadonlyMap<string, number>, name: string, minor: number): boolean => {
  const since = table.get(name)
  return since !== undefined && since <= minor
}

const appArmor: Check = {
  id: 'appArmorProfile', level: 'baseline',
  violation(pod) {
    const isBad = (type: string | undefined): boolean => type === 'Unconfined'
    const podType = pod.spec.securityContext?.appArmorProfile?.type
    const containers = containersOf(pod).filter(({ securityContext }) => isBad(securityContext?.appArmorProfile?.type))
    const annotations = Object.entries(pod.metadata.annotations ?? {}).filter(([key, value]) =>
      key.startsWith(APP_ARMOR_ANNOTATION) && value !== '' && value !== 'runtime/default' && !value.startsWith('localhost/'))
    const values = sortedSet([...(isBad(podType) ? [podType!] : []), ...containers.map(({ securityContext }) => securityContext!.appArmorProfile!.type)])
    const shown = annotations.map(([key, value]) => `${JSON.stringify(key)}=${JSON.stringify(value)}`).sort()
    const details = [
      ...(values.length > 0 ? [`${setters(isBad(podType), containers.map(({ name }) => name))} must not set AppArmor profile type to ${quoted(values)}`] : []),
      ...(shown.length > 0 ? [`${plural('annotation', 'annotations', shown.length)} ${shown.join(', ')}`] : []),
    ]
    if (details.length === 0) return undefined
    return { reason: plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', values.length + shown.length), detail: details.join('; ') }
  },
}

const capabilities: Check = {
  id: 'capabilities_baseline', level: 'baseline',
  violation(pod) {
    const added = ({ securityContext }: Container): string[] => (securityContext?.capabilities?.add ?? []).filter(name => !CAPABILITIES.has(name))
    const bad = containersOf(pod).filter(container => added(container).length > 0)
    if (bad.length === 0) return undefined
    return { reason: 'non-default capabilities', detail: `${namedContainers(bad.map(({ name }) => name))} must not include ${quoted(sortedSet(bad.flatMap(added)))} in securityContext.capabilities.add` }
  },
}

const hostNamespaces: Check = {
  id: 'hostNamespaces', level: 'baseline',
  violation({ spec }) {
    const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter(name => spec[name]).map(name => `${name}=true`)
    return shared.length > 0 ? { reason: 'host namespaces', detail: shared.join(', ') } : undefined
  },
}

const hostPathVolumes: Check = {
  id: 'hostPathVolumes', level: 'baseline',
  violation({ spec }) {
    const bad = (spec.volumes ?? []).filter(({ hostPath }) => hostPath).map(({ name }) => name)
    return bad.length > 0 ? { reason: 'hostPath volumes', detail: `${plural('volume', 'volumes', bad.length)} ${quoted(bad)}` } : undefined
  },
}

const hostPorts: Check = {
  id: 'hostPorts', level: 'baseline',
  violation(pod) {
    const bad = containersOf(pod).filter(({ ports }) => ports?.some(({ hostPort }) => hostPort))
    if (bad.length === 0) return undefined
    const ports = sortedSet(bad.flatMap(container => (container.ports ?? []).filter(({ hostPort }) => hostPort).map(({ hostPort }) => String(hostPort))))
    const verb = plural('uses', 'use', bad.length)
    return { reason: 'hostPort', detail: `${namedContainers(bad.map(({ name }) => name))} ${verb} ${plural('hostPort', 'hostPorts', ports.length)} ${ports.join(', ')}` }
  },
}

const probeHosts: Check = {
  id: 'hostProbesAndHostLifecycle', level: 'baseline', since: 34,
  violation(pod) {
    const hostsOf = ({ livenessProbe, readinessProbe, startupProbe, lifecycle }: Container): string[] =>
      [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop].flatMap(handler => [handler?.httpGet?.host, handler?.tcpSocket?.host]).filter(host => !!host) as string[]
    const bad = containersOf(pod).filter(container => hostsOf(container).length > 0)
    if (bad.length === 0) return undefined
    const hosts = sortedSet(bad.flatMap(hostsOf))
    const verb = plural('uses', 'use', bad.length)
    return { reason: 'probe or lifecycle host', detail: `${namedContainers(bad.map(({ name }) => name))} ${verb} probe or lifecycle ${plural('host', 'hosts', hosts.length)} ${quoted(hosts)}` }
  },
}

const privileged: Check = {
  id: 'privileged', level: 'baseline',
  violation(pod) {
    const bad = containersOf(pod).filter(({ securityContext }) => securityContext?.privileged).map(({ name }) => name)
    return bad.length > 0 ? { reason: 'privileged', detail: `${namedContainers(bad)} must not set securityContext.privileged=true` } : undefined
  },
}

const procMount: Check = {
  id: 'procMount', level: 'baseline',
  violation(pod, minor) {
    if (hasOwnUsers(pod, minor)) return undefined
    const bad = containersOf(pod).filter(({ securityContext }) => securityContext?.procMount && securityContext.procMount !== 'Default')
    if (bad.length === 0) return undefined
    const values = sortedSet(bad.map(({ securityContext }) => securityContext!.procMount!))
    return { reason: 'procMount', detail: `${namedContainers(bad.map(({ name }) => name))} must not set securityContext.procMount to ${quoted(values)}` }
  },
}

const seLinuxOptions: Check = {
  id: 'seLinuxOptions', level: 'baseline',
  violation(pod, minor) {
    const allowed = (type: string | undefined): boolean => !type || isIn(SE_LINUX_TYPES, type, minor)
    const own = pod.spec.securityContext?.seLinuxOptions
    const isBad = (options: typeof own): boolean => !!options && (!allowed(options.type) || !!options.user || !!options.role)
    const containers = containersOf(pod).filter(({ securityContext }) => isBad(securityContext?.seLinuxOptions))
    const options = [...(isBad(own) ? [own!] : []), ...containers.map(({ securityContext }) => securityContext!.seLinuxOptions!)]
    if (options.length === 0) return undefined
    const types = sortedSet(options.map(({ type }) => type).filter(type => !allowed(type)) as string[])
    const faults = [
      ...(types.length > 0 ? [`${plural('type', 'types', types.length)} ${quoted(types)}`] : []),
      ...(options.some(({ user }) => user) ? ['user may not be set'] : []), ...(options.some(({ role }) => role) ? ['role may not be set'] : []),
    ]
    return { reason: 'seLinuxOptions', detail: `${setters(isBad(own), containers.map(({ name }) => name))} set forbidden securityContext.seLinuxOptions: ${faults.join('; ')}` }
  },
}

const seccompProfile: Check = {
  id: 'seccompProfile_baseline', level: 'baseline', since: 19,
  violation(pod) {
    const podIsBad = pod.spec.securityContext?.seccompProfile?.type === 'Unconfined'
    const containers = containersOf(pod).filter(({ securityContext }) => securityContext?.seccompProfile?.type === 'Unconfined').map(({ name }) => name)
    if (!podIsBad && containers.length === 0) return undefined
    return { reason: 'seccompProfile', detail: `${setters(podIsBad, containers)} must not set securityContext.seccompProfile.type to "Unconfined"` }
  },
}

const sysctls: Check = {
  id: 'sysctls', level: 'baseline',
  violation({ spec }, minor) {
    const bad = (spec.securityContext?.sysctls ?? []).map(({ name }) => name).filter(name => !isIn(SYSCTLS, name, minor))
    return bad.length > 0 ? { reason: 'forbidden sysctls', detail: bad.join(', ') } : undefined
  },
}

const windowsHostProcess: Check = {
  id: 'windowsHostProcess', level: 'baseline',
  violation(pod) {
    const podIsBad = pod.spec.securityContext?.windowsOptions?.hostProcess === true
    const containers = containersOf(pod).filter(({ securityContext }) => securityContext?.windowsOptions?.hostProcess).map(({ name }) => name)
    if (!podIsBad && containers.length === 0) return undefined
    return { reason: 'hostProcess', detail: `${setters(podIsBad, containers)} must not set securityContext.windowsOptions.hostProcess=true` }
  },
}

/** What the baseline level forbids: the known ways out of a container. */
export const baselineChecks: readonly Check[] = [
  appArmor, capabilities, hostNamespaces, hostPathVolumes, hostPorts, probeHosts, privileged, procMount, seLinuxOptions, seccompProfile, sysctls, windowsHostProcess,
]
