import type { Pod } from '../api/core/pod/pod.ts'
import { errorMessage } from '../machinery/log.ts'
import { podCgroup } from './container/resources.ts'
import { runtimeUid } from './names.ts'
import { podPaths, type PodContext } from './pod-context.ts'
import { isAlive, type PodState, type RuntimeContainer } from './pod-state.ts'
import type { PodSandboxStatus } from './runtime.ts'

/**
 * What of a living pod is no longer needed: of each container the run before the last is kept, for `logs --previous`; of sandboxes those that
 * are in use or have containers.
 */
export function planGarbage(state: PodState): { containers: RuntimeContainer[]; sandboxes: PodSandboxStatus[] } {
  const seen = new Map<string, number>()
  const containers = state.containers.filter(container => {
    const newer = seen.get(container.name) ?? 0
    seen.set(container.name, newer + 1)
    return newer >= 2 && !isAlive(container)
  })
  const used = new Set(state.containers.map(({ podSandboxId }) => podSandboxId))
  return { containers, sandboxes: state.sandboxes.slice(1).filter(({ id, state: each }) => each !== 'Ready' && !used.has(id)) }
}

/** Removes what `planGarbage` says; answers the ids of the containers that are gone. */
export async function collectGarbage({ options }: PodContext, pod: Pod, state: PodState): Promise<string[]> {
  const { runtime, host: { files } } = options
  const { containers, sandboxes } = planGarbage(state)
  for (const { id, logPath, name, metadata } of containers) {
    await runtime.removeContainer(id)
    await files.remove(logPath)
    await files.remove(podPaths(options, pod).messageFile(name, metadata.attempt))
  }
  for (const { id } of sandboxes) await runtime.removePodSandbox(id)
  return containers.map(({ id }) => id)
}

/** Removes everything of a pod that has ended and whose object is gone. */
export async function removePod({ options, images, statuses }: PodContext, pod: Pod, state: PodState): Promise<void> {
  const { runtime, host, log, cgroupRoot } = options
  const uid = runtimeUid(pod)
  for (const { id } of state.sandboxes) await runtime.removePodSandbox(id)
  const paths = podPaths(options, pod)
  await host.files.remove(paths.directory)
  await host.files.remove(paths.logDirectory)
  if (cgroupRoot !== undefined) {
    await host.cgroups.remove(podCgroup(cgroupRoot, pod, uid)).catch(error => log.debug('a cgroup is still in use', { error: errorMessage(error) }))
  }
  images.forget(uid)
  statuses.forget(pod.metadata.uid)
}
