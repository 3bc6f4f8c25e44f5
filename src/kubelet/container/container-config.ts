import type { Container, EphemeralContainer } from '../../api/core/pod/container.ts'
import type { Pod } from '../../api/core/pod/pod.ts'
import * as names from '../names.ts'
import type { ContainerConfig, ContainerSecurity, Image, LinuxResources, Mount } from '../runtime.ts'
import { expand } from './expansion.ts'
import { containerHash } from './hash.ts'

export interface ContainerParts {
  readonly pod: Pod
  readonly spec: Container | EphemeralContainer
  readonly attempt: number
  readonly image: Image
  readonly environment: readonly { name: string; value: string }[]
  readonly mounts: readonly Mount[]
  readonly resources: LinuxResources
  readonly security: ContainerSecurity
}

/** Labels by which a container is known to be a pod's. */
export const containerLabels = (pod: Pod, container: string): Record<string, string> => ({
  [names.CONTAINER_NAME_LABEL]: container, [names.POD_NAME_LABEL]: pod.metadata.name,
  [names.POD_NAMESPACE_LABEL]: pod.metadata.namespace, [names.POD_UID_LABEL]: names.runtimeUid(pod),
})

function containerAnnotations(pod: Pod, spec: Container | EphemeralContainer, attempt: number): Record<string, string> {
  const { terminationGracePeriodSeconds } = pod.spec
  return {
    [names.CONTAINER_HASH]: containerHash(spec), [names.CONTAINER_RESTART_COUNT]: String(attempt),
    [names.TERMINATION_MESSAGE_PATH]: spec.terminationMessagePath || '/dev/termination-log',
    [names.TERMINATION_MESSAGE_POLICY]: spec.terminationMessagePolicy || 'File',
    ...(terminationGracePeriodSeconds !== undefined && { [names.TERMINATION_GRACE_PERIOD]: String(terminationGracePeriodSeconds) }),
  }
}

/** What the runtime is asked to make. `$(NAME)` in command and arguments is replaced from the container's environment. */
export function containerConfig({ pod, spec, attempt, image, environment, mounts, resources, security }: ContainerParts): ContainerConfig {
  const values = new Map(environment.map(({ name, value }) => [name, value]))
  const filled = (texts: readonly string[]): string[] => texts.map(text => expand(text, name => values.get(name)))
  const stopSignal = spec.lifecycle?.stopSignal
  return {
    metadata: { name: spec.name, attempt }, image: image.id, userSpecifiedImage: spec.image ?? '',
    ...(spec.command?.length && { command: filled(spec.command) }), ...(spec.args?.length && { args: filled(spec.args) }),
    ...(spec.workingDir && { workingDir: spec.workingDir }),
    env: environment, mounts, resources, security,
    labels: containerLabels(pod, spec.name), annotations: containerAnnotations(pod, spec, attempt),
    logPath: names.containerLogPath(spec.name, attempt),
    stdin: spec.stdin ?? false, stdinOnce: spec.stdinOnce ?? false, tty: spec.tty ?? false, ...(stopSignal && { stopSignal }),
  }
}
