import { CONTAINER_NAME_LABEL, POD_UID_LABEL } from './names.ts'
import type { ContainerStatus, PodSandboxStatus, Runtime } from './runtime.ts'

/** A container that the runtime knows, with the sandbox it lives in. */
export interface RuntimeContainer extends ContainerStatus {
  name: string
  podSandboxId: string
}

/** What the runtime has of one pod. */
export interface PodState {
  /** The newest first. */
  readonly sandboxes: readonly PodSandboxStatus[]
  /** The newest first. */
  readonly containers: readonly RuntimeContainer[]
}

export const emptyState: PodState = { sandboxes: [], containers: [] }

export const isAlive = (container: RuntimeContainer): boolean => container.state === 'Running' || container.state === 'Unknown'

/** The newest container with this name, of this sandbox when one is given. */
export const latestContainer = (state: PodState, name: string, sandboxId?: string): RuntimeContainer | undefined =>
  state.containers.find(container => container.name === name && (sandboxId === undefined || container.podSandboxId === sandboxId))

/** The finished container before the newest one. */
export const previousContainer = (state: PodState, name: string): RuntimeContainer | undefined =>
  state.containers.filter(container => container.name === name).slice(1).find(container => container.state === 'Exited')

export const latestSandbox = (state: PodState): PodSandboxStatus | undefined => state.sandboxes[0]

const newestFirst = (a: RuntimeContainer, b: RuntimeContainer): number => b.metadata.attempt - a.metadata.attempt || b.createdAtMs - a.createdAtMs

/**
 * Asks the runtime what it has of a pod. An exited container does not change any more, so its status is taken from `known`.
 */
export async function observePod(runtime: Runtime, uid: string, known: PodState = emptyState): Promise<PodState> {
  const labels = { [POD_UID_LABEL]: uid }
  const [sandboxes, containers] = await Promise.all([runtime.listPodSandboxes({ labels }), runtime.listContainers({ labels })])
  const statuses = await Promise.all(sandboxes.map(sandbox => runtime.podSandboxStatus(sandbox.id)))
  const found = await Promise.all(containers.map(async container => {
    const before = known.containers.find(({ id, state }) => id === container.id && state === 'Exited')
    if (before) return before
    const status = await runtime.containerStatus(container.id)
    return status && { ...status, name: container.labels[CONTAINER_NAME_LABEL] ?? container.metadata.name, podSandboxId: container.podSandboxId }
  }))
  return {
    sandboxes: statuses.filter(status => status !== undefined).sort((a, b) => b.metadata.attempt - a.metadata.attempt || b.createdAtMs - a.createdAtMs),
    containers: found.filter(container => container !== undefined).sort(newestFirst),
  }
}
