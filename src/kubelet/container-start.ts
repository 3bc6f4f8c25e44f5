import { ConfigMaps } from '../api/core/config-map.ts'
import type { Container, EphemeralContainer } from '../api/core/pod/container.ts'
import type { Pod } from '../api/core/pod/pod.ts'
import { Secrets } from '../api/core/secret.ts'
import { errorMessage } from '../machinery/log.ts'
import { ContainerConfigError } from './container/config-error.ts'
import { containerConfig } from './container/container-config.ts'
import { makeEnvironment } from './container/env.ts'
import { containerMounts } from './container/mounts.ts'
import { linuxResources } from './container/resources.ts'
import { containerSecurity, verifyNonRoot } from './container/security.ts'
import { serviceEnvironment } from './container/service-env.ts'
import { podReference, type EventType } from './events.ts'
import { ImageError } from './image-puller.ts'
import { runHook } from './lifecycle.ts'
import { directoryOf, formatPod, runtimeUid } from './names.ts'
import type { ContainerRole, Start } from './plan.ts'
import { podFacts, type PodContext, type PodPaths } from './pod-context.ts'
import { latestContainer, type PodState } from './pod-state.ts'
import { credentialsFor, pullCredentials } from './pull-secrets.ts'
import type { ContainerConfig, Image, PodSandboxConfig, PodSandboxStatus, RegistryAuth } from './runtime.ts'
import type { ReadyVolume } from './pod-volumes.ts'

/** How the start of a container went wrong: its waiting reason, and when to try again. */
export interface StartFailure {
  readonly reason: string
  readonly message: string
  readonly retryAtMs: number | undefined
}

export interface StartContext {
  readonly context: PodContext
  readonly pod: Pod
  readonly paths: PodPaths
  readonly state: PodState
  readonly sandbox: PodSandboxStatus
  readonly sandboxConfig: PodSandboxConfig
  readonly podIPs: readonly string[]
  readonly volumes: ReadonlyMap<string, ReadyVolume>
  readonly signal: AbortSignal
}

const FIELDS = { init: 'initContainers', app: 'containers', ephemeral: 'ephemeralContainers' } as const
const STATUS_FIELDS = { init: 'initContainerStatuses', app: 'containerStatuses', ephemeral: 'ephemeralContainerStatuses' } as const
const RETRY_MS = 10_000

/** Says something about one container of a pod. */
export const containerEvents = ({ events }: PodContext, pod: Pod, role: ContainerRole, name: string) =>
  (type: EventType, reason: string, message: string): void => events.event(podReference(pod, { field: FIELDS[role], name }), type, reason, message)

/** The number of a container's next run: one more than the last, also when the runtime has forgotten that. */
export function nextAttempt(pod: Pod, state: PodState, role: ContainerRole, name: string): number {
  const latest = latestContainer(state, name)
  if (latest) return latest.metadata.attempt + 1
  const before = pod.status[STATUS_FIELDS[role]]?.find(status => status.name === name)
  return before?.containerID ? before.restartCount + 1 : 0
}

/** Pulls, makes and starts one container. Answers what went wrong with it; throws only when the pod itself is called off. */
export async function startContainer(start: Start, at: StartContext): Promise<StartFailure | undefined> {
  const { context, pod, signal } = at
  const { runtime, clock } = context.options
  const { spec, role } = start
  const say = containerEvents(context, pod, role, spec.name)
  const later = (): number => clock.now() + RETRY_MS
  const fail = (reason: string, error: unknown, retryAtMs: number | undefined): StartFailure => {
    const message = errorMessage(error)
    say('Warning', 'Failed', error instanceof ImageError ? `Error: ${reason}` : `Error: ${message}`)
    return { reason, message, retryAtMs }
  }
  let image: Image
  try {
    image = await ensureImage(spec, say, at)
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof ImageError)) throw error
    return fail(error.reason, error, error.retryAtMs ?? later())
  }
  const attempt = nextAttempt(pod, at.state, role, spec.name)
  let config: ContainerConfig
  try {
    config = await makeConfig(start, attempt, image, say, at)
  } catch (error) {
    signal.throwIfAborted()
    return fail(error instanceof ContainerConfigError ? error.reason : 'CreateContainerConfigError', error, later())
  }
  let id: string
  try {
    id = await runtime.createContainer(at.sandbox.id, config, at.sandboxConfig)
  } catch (error) {
    signal.throwIfAborted()
    return fail('CreateContainerError', error, later())
  }
  say('Normal', 'Created', 'Container created')
  try {
    await runtime.startContainer(id)
  } catch (error) {
    // The container is there and has ended: its restart policy decides what comes next.
    return fail('RunContainerError', error, undefined)
  }
  say('Normal', 'Started', 'Container started')
  return runPostStart(spec, id, say, at)
}

async function ensureImage(spec: Container | EphemeralContainer, say: (type: EventType, reason: string, message: string) => void, at: StartContext): Promise<Image> {
  const { context, pod, signal } = at
  return context.images.ensure({
    podUid: runtimeUid(pod), image: spec.image ?? '', policy: spec.imagePullPolicy, say, signal,
    credentials: () => readCredentials(spec.image ?? '', at),
  })
}

async function readCredentials(image: string, { context, pod }: StartContext): Promise<RegistryAuth[]> {
  const names = (pod.spec.imagePullSecrets ?? []).map(({ name }) => name ?? '').filter(Boolean)
  const secrets = await Promise.all(names.map(name => context.objects.read(Secrets, { namespace: pod.metadata.namespace, name })))
  const missing = names.filter((_, index) => !secrets[index])
  if (missing.length) {
    const message = `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.`
    context.events.event(podReference(pod), 'Warning', 'FailedToRetrieveImagePullSecret', message)
  }
  return credentialsFor(image, pullCredentials(secrets.filter(secret => secret !== undefined)))
}

async function makeConfig(
  { spec, role }: Start, attempt: number, image: Image, say: (type: EventType, reason: string, message: string) => void, at: StartContext,
): Promise<ContainerConfig> {
  const { context, pod, paths, state } = at
  const { files } = context.options.host
  const namespace = pod.metadata.namespace
  verifyNonRoot(pod, spec, image)
  const environment = await makeEnvironment(pod, spec, {
    facts: podFacts(context, at.podIPs), services: serviceEnvironment(await context.services(), namespace, pod.spec.enableServiceLinks !== false),
    configMap: name => context.objects.read(ConfigMaps, { namespace, name }), secret: name => context.objects.read(Secrets, { namespace, name }),
    onInvalidKeys: message => say('Warning', 'InvalidEnvironmentVariableNames', message),
  })
  const messagePath = paths.messageFile(spec.name, attempt)
  await files.makeDirectory(directoryOf(messagePath))
  await files.write(messagePath, '', { mode: 0o666 })
  await files.makeDirectory(`${paths.logDirectory}/${spec.name}`)
  const mounts = await containerMounts(pod, spec, {
    files, volumes: at.volumes, environment: new Map(environment.map(({ name, value }) => [name, value])), hostsPath: paths.hostsFile, messagePath,
  })
  const target = role === 'ephemeral' ? (spec as EphemeralContainer).targetContainerName : undefined
  const targetId = target ? latestContainer(state, target)?.id : undefined
  if (target && targetId === undefined) throw new ContainerConfigError(`unable to find target container ${target}`)
  return containerConfig({
    pod, spec, attempt, image, environment, mounts, resources: linuxResources(pod, spec, context.resources),
    security: containerSecurity(pod, spec, image, context.security, targetId),
  })
}

async function runPostStart(
  spec: Container | EphemeralContainer, containerId: string, say: (type: EventType, reason: string, message: string) => void, at: StartContext,
): Promise<StartFailure | undefined> {
  const handler = spec.lifecycle?.postStart
  if (!handler) return undefined
  const { context: { options: { runtime, clock, log }, transport }, pod, signal } = at
  const calledOff = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
  const hook = runHook(handler, { runtime, transport, clock, spec: spec as Container, containerId, podIP: at.podIPs[0] ?? '127.0.0.1', timeoutMs: 0, signal })
  try {
    await Promise.race([hook, calledOff])
    return undefined
  } catch (error) {
    hook.catch(() => undefined)
    signal.throwIfAborted()
    const message = errorMessage(error)
    log.warn('a postStart hook failed', { pod: formatPod(pod), container: spec.name, error: message })
    say('Warning', 'FailedPostStartHook', 'PostStartHook failed')
    say('Normal', 'Killing', 'FailedPostStartHook')
    await runtime.stopContainer(containerId, pod.spec.terminationGracePeriodSeconds ?? 30)
    return { reason: 'PostStartHookError', message, retryAtMs: undefined }
  }
}
