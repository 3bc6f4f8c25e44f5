import type { Container, EphemeralContainer } from '../../api/core/pod/container.ts'
import type { Pod } from '../../api/core/pod/pod.ts'
import type { Files } from '../../host/files.ts'
import type { Mount } from '../runtime.ts'
import type { ReadyVolume } from '../pod-volumes.ts'
import { resolveSubPath } from '../volumes/support/sub-path.ts'
import { ContainerConfigError } from './config-error.ts'
import { expand } from './expansion.ts'

const PROPAGATION = { None: 'Private', HostToContainer: 'HostToContainer', Bidirectional: 'Bidirectional' } as const

export interface MountSources {
  readonly files: Files
  readonly volumes: ReadonlyMap<string, ReadyVolume>
  /** The container's variables, for `subPathExpr`. */
  readonly environment: ReadonlyMap<string, string>
  /** The pod's own /etc/hosts. */
  readonly hostsPath: string
  /** File that the container may write its last words to. */
  readonly messagePath: string
}

function subPathOf(subPath: string | undefined, expression: string | undefined, environment: ReadonlyMap<string, string>): string {
  if (!expression) return subPath ?? ''
  return expand(expression, name => {
    const value = environment.get(name)
    if (value === undefined) throw new ContainerConfigError(`missing value for "${name}"`)
    return value
  })
}

/** What is mounted into a container: its volumes, its hosts file and the file for its last words. */
export async function containerMounts(pod: Pod, container: Container | EphemeralContainer, sources: MountSources): Promise<Mount[]> {
  const mounts: Mount[] = []
  for (const mount of container.volumeMounts ?? []) {
    const volume = sources.volumes.get(mount.name)
    if (!volume) throw new ContainerConfigError(`cannot find volume "${mount.name}" to mount into container "${container.name}"`)
    const subPath = subPathOf(mount.subPath, mount.subPathExpr, sources.environment)
    const hostPath = subPath === '' ? volume.path : await resolveSubPath(sources.files, volume.path, subPath).catch(error => {
      throw new ContainerConfigError(`failed to prepare subPath for volumeMount "${mount.name}" of container "${container.name}": ${error.message}`)
    })
    mounts.push({
      containerPath: mount.mountPath.startsWith('/') ? mount.mountPath : `/${mount.mountPath}`, hostPath, readonly: (mount.readOnly ?? false) || volume.readOnly,
      propagation: PROPAGATION[mount.mountPropagation ?? 'None'],
    })
  }
  const taken = new Set(mounts.map(({ containerPath }) => containerPath))
  if (!taken.has('/etc/hosts')) mounts.push({ containerPath: '/etc/hosts', hostPath: sources.hostsPath, readonly: false, propagation: 'Private' })
  const messagePath = container.terminationMessagePath || '/dev/termination-log'
  if (!taken.has(messagePath)) mounts.push({ containerPath: messagePath, hostPath: sources.messagePath, readonly: false, propagation: 'Private' })
  return mounts
}
