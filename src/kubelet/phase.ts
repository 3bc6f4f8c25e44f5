import type { ContainerStatus } from '../api/core/pod/container-status.ts'
import type { Pod } from '../api/core/pod/pod.ts'
import { isSidecar } from './restart-policy.ts'

export interface Statuses {
  readonly initContainerStatuses: readonly ContainerStatus[]
  readonly containerStatuses: readonly ContainerStatus[]
}

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed'

const ended = ({ state, lastState }: ContainerStatus) => state.terminated ?? (state.waiting ? lastState.terminated : undefined)

/** Where a pod is in its life. `terminal`: nothing of it runs or will run again. */
export function podPhase(pod: Pod, { initContainerStatuses, containerStatuses }: Statuses, terminal: boolean): Phase {
  const before = pod.status.phase
  if (before === 'Failed' || before === 'Succeeded') return before
  const inits = (pod.spec.initContainers ?? []).map(spec => ({ spec, status: initContainerStatuses.find(({ name }) => name === spec.name) }))
  const failed = inits.some(({ spec, status }) => !isSidecar(spec) && status?.state.terminated && status.state.terminated.exitCode !== 0)
  const started = containerStatuses.some(({ state, lastState }) => state.running ?? state.terminated ?? lastState.terminated)
  const pending = !started && inits.some(({ spec, status }) => (isSidecar(spec) ? !status?.started : (status && ended(status)?.exitCode) !== 0))
  if (failed && (pod.spec.restartPolicy === 'Never' || terminal)) return 'Failed'
  if (pending) return terminal ? 'Failed' : 'Pending'
  const running = containerStatuses.filter(({ state }) => state.running).length
  const stopped = containerStatuses.map(ended).filter(end => end !== undefined)
  if (running + stopped.length < containerStatuses.length) return terminal ? 'Failed' : 'Pending'
  if (running > 0) return 'Running'
  const succeeded = stopped.every(({ exitCode }) => exitCode === 0)
  if (terminal) return succeeded ? 'Succeeded' : 'Failed'
  if (pod.spec.restartPolicy === 'Always') return 'Running'
  // With `OnFailure` a container that failed is started again.
  if (containerStatuses.some(({ state }) => state.waiting)) return 'Running'
  if (succeeded) return 'Succeeded'
  return pod.spec.restartPolicy === 'Never' ? 'Failed' : 'Running'
}
