import type { Pod } from '../api/core/pod/pod.ts'
import type { Service } from '../api/core/service.ts'
import type { ResolvConf } from './container/dns.ts'
import type { PodFacts } from './container/field-ref.ts'
import type { ResourceContext } from './container/resources.ts'
import type { SecurityOptions } from './container/security.ts'
import type { EventRecorder } from '../client/events.ts'
import type { ImagePuller } from './image-puller.ts'
import { join, podLogDirectoryName, runtimeUid } from './names.ts'
import type { Objects } from './objects.ts'
import type { KubeletOptions } from './options.ts'
import type { ProbeTransport } from './probes/probe.ts'
import type { StatusWriter } from './status-writer.ts'

/** What all pods of a node share. */
export interface PodContext {
  readonly options: KubeletOptions
  readonly images: ImagePuller
  readonly objects: Objects
  readonly events: EventRecorder
  readonly statuses: StatusWriter
  readonly transport: ProbeTransport
  readonly security: SecurityOptions
  readonly resources: ResourceContext
  readonly allocatable: Readonly<Record<string, string>>
  /** All services, once they are known. */
  services(): Promise<readonly Service[]>
  resolvConf(): Promise<ResolvConf>
}

/** Where a pod's things lie. */
export interface PodPaths {
  readonly directory: string
  readonly memoryDirectory: string
  readonly logDirectory: string
  readonly hostsFile: string
  messageFile(container: string, attempt: number): string
}

export const podDirectory = (options: KubeletOptions, uid: string): string => join(options.dataDir, 'pods', uid)
export const podMemoryDirectory = (options: KubeletOptions, uid: string): string => join(options.runDir, 'volumes', uid)

export function podPaths(options: KubeletOptions, pod: Pod): PodPaths {
  const uid = runtimeUid(pod)
  const directory = podDirectory(options, uid)
  return {
    directory, memoryDirectory: podMemoryDirectory(options, uid), logDirectory: join(options.podLogDir, podLogDirectoryName(pod)),
    hostsFile: `${directory}/etc-hosts`, messageFile: (container, attempt) => `${directory}/containers/${container}/${attempt}`,
  }
}

export const podFacts = ({ options, allocatable }: PodContext, podIPs: readonly string[]): PodFacts =>
  ({ podIPs, hostIPs: options.nodeIps, nodeName: options.nodeName, allocatable })
