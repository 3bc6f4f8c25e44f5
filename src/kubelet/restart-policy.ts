import type { Container } from '../api/core/pod/container.ts'
import type { Pod } from '../api/core/pod/pod.ts'

/** An init container that runs as long as the pod (KEP-753). */
export const isSidecar = (container: Container): boolean => container.restartPolicy === 'Always'

/** Whether a container that ended with this code is started again; a container's own rules come first (KEP-5307). */
export function shouldRestart(pod: Pod, container: Container, exitCode: number): boolean {
  const rule = container.restartPolicyRules?.find(({ exitCodes }) => {
    const listed = exitCodes?.values?.includes(exitCode) ?? false
    return exitCodes?.operator === 'NotIn' ? !listed : listed
  })
  if (rule) return rule.action === 'Restart' || rule.action === 'RestartAllContainers'
  switch (container.restartPolicy ?? pod.spec.restartPolicy ?? 'Always') {
    case 'Never': return false
    case 'OnFailure': return exitCode !== 0
    default: return true
  }
}

/** The same for an init container, which has done its work when it ends with 0. */
export function shouldRestartInit(pod: Pod, container: Container, exitCode: number): boolean {
  if (isSidecar(container)) return true
  if (exitCode === 0) return false
  if (container.restartPolicy || container.restartPolicyRules?.length) return shouldRestart(pod, container, exitCode)
  return pod.spec.restartPolicy !== 'Never'
}
