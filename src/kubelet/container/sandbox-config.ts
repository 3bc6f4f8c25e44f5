import type { Pod } from '../../api/core/pod/pod.ts'
import { timestamp } from '../../machinery/clock.ts'
import { join } from '../names.ts'
import * as names from '../names.ts'
import type { PodSandboxConfig } from '../runtime.ts'
import { podDns, type DnsSettings, type ResolvConf } from './dns.ts'
import { podHostname } from './hosts-file.ts'
import { podCgroup } from './resources.ts'
import { sandboxSecurity, type SecurityOptions } from './security.ts'

export interface SandboxContext {
  readonly podLogDir: string
  readonly cgroupRoot: string | undefined
  readonly dns: DnsSettings
  readonly hostResolvConf: ResolvConf
  readonly security: SecurityOptions
  readonly nowMs: number
}

/** Names that the kernel's sysctls may also be written with. */
const dotted = (name: string): string => (name.includes('/') && !/\..*\//.test(name) ? name.replaceAll('/', '.') : name)

/** What the runtime is asked to make for a pod before its containers. */
export function sandboxConfig(pod: Pod, attempt: number, context: SandboxContext): PodSandboxConfig {
  const uid = names.runtimeUid(pod)
  const { hostNetwork, containers, initContainers = [], securityContext } = pod.spec
  const ports = [...containers, ...initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')].flatMap(container => container.ports ?? [])
  const dns = podDns(pod, context.hostResolvConf, context.dns)
  return {
    metadata: { name: pod.metadata.name, namespace: pod.metadata.namespace, uid, attempt },
    hostname: hostNetwork ? '' : podHostname(pod, context.dns.clusterDomain).hostname,
    logDirectory: join(context.podLogDir, names.podLogDirectoryName(pod)),
    ...(dns && { dns }),
    portMappings: hostNetwork ? [] : ports.map(({ protocol = 'TCP', containerPort, hostPort = 0, hostIP }) => ({
      protocol: protocol as 'TCP', containerPort, hostPort, ...(hostIP && { hostIP }),
    })),
    labels: {
      ...pod.metadata.labels, [names.POD_NAME_LABEL]: pod.metadata.name, [names.POD_NAMESPACE_LABEL]: pod.metadata.namespace, [names.POD_UID_LABEL]: uid,
    },
    annotations: { [names.CONFIG_SEEN]: timestamp(context.nowMs), [names.CONFIG_SOURCE]: 'api', ...pod.metadata.annotations },
    ...(context.cgroupRoot !== undefined && { cgroupParent: podCgroup(context.cgroupRoot, pod, uid) }),
    ...(securityContext?.sysctls?.length && { sysctls: Object.fromEntries(securityContext.sysctls.map(({ name, value }) => [dotted(name), value])) }),
    security: sandboxSecurity(pod, context.security),
  }
}
