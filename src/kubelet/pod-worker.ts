import type { Container, EphemeralContainer } from '../api/core/pod/container.ts'
import type { PodStatus } from '../api/core/pod/pod-spec.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import type { Timer } from '../machinery/clock.ts'
import { errorMessage, type Log } from '../machinery/log.ts'
import { isReason } from '../machinery/status.ts'
import type { Rejection } from './admit.ts'
import { CRASH_LOOP, goDuration, nextBackoff, type BackoffEntry } from './backoff.ts'
import { killContainer } from './container-kill.ts'
import { containerEvents, startContainer } from './container-start.ts'
import { podReference } from './events.ts'
import { formatPod, isStaticPod, runtimeUid } from './names.ts'
import { planPod, type ContainerRole, type PodPlan, type Start } from './plan.ts'
import { podFacts, podPaths, type PodContext } from './pod-context.ts'
import { collectGarbage, removePod } from './pod-garbage.ts'
import { makeSandbox, podSandboxConfig, writeHostsFile } from './pod-sandbox.ts'
import { emptyState, isAlive, latestSandbox, observePod, type PodState, type RuntimeContainer } from './pod-state.ts'
import { podProbes } from './probes/pod-probes.ts'
import { isSidecar } from './restart-policy.ts'
import type { PodSandboxStatus } from './runtime.ts'
import { podStatus, type WaitingReason } from './status.ts'
import { statusPatch } from './status-writer.ts'
import { terminationMessage } from './termination-message.ts'
import { podVolumes, type ReadyVolume } from './pod-volumes.ts'

/** Looks after one pod: compares what shall be with what is, and acts, until both are the same. */
export interface PodWorker {
  readonly pod: Pod
  readonly state: PodState
  /** The pod's object has changed. */
  update(pod: Pod): void
  /** The pod's object is gone: everything of it goes. */
  remove(): void
  /** Something may have happened. */
  wake(): void
  /** Resolves when the runtime has been looked at the next time, and when the worker ends. */
  changed(): Promise<void>
  /** Resolves when nothing is under way any more; from then on the worker does nothing. */
  close(): Promise<void>
}

const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 120_000
const SANDBOX_CHANGED = 'Pod sandbox changed, it will be killed and re-created.'
const DEADLINE = 'Pod was active on the node longer than the specified deadline'

interface Spec {
  readonly role: ContainerRole
  readonly spec: Container | EphemeralContainer
}

const specsOf = ({ spec }: Pod): Spec[] => [
  ...(spec.initContainers ?? []).map(each => ({ role: 'init', spec: each }) as const),
  ...spec.containers.map(each => ({ role: 'app', spec: each }) as const),
  ...(spec.ephemeralContainers ?? []).map(each => ({ role: 'ephemeral', spec: each }) as const),
]

/** What of a running pod's object can change and shows in files. */
const marksOf = ({ metadata }: Pod): string => JSON.stringify([metadata.labels, metadata.annotations])

/** Starts a worker; `onGone` is called when nothing of the pod is left. A pod that is rejected fails and never runs. */
export function podWorker(context: PodContext, first: Pod, onGone: () => void, rejection?: Rejection): PodWorker {
  const { options } = context
  const { runtime, clock, host } = options
  const uid = runtimeUid(first)
  const log: Log = options.log.with({ pod: formatPod(first) })

  let pod = first
  let state = emptyState
  let removed = false
  let closed = false
  let dirty = false
  let running: Promise<void> | undefined
  let retryMs = FIRST_RETRY_MS
  let timer: Timer | undefined
  let wakeAtMs = Infinity
  let calledOff = new AbortController()
  let ready: ReadonlyMap<string, ReadyVolume> | undefined
  let volumesChanged = true
  let lastStatus: PodStatus | undefined
  let failure: Rejection | undefined = rejection && { ...rejection, message: `Pod was rejected: ${rejection.message}` }
  /** Its work is done: all containers have ended, or it must not run. */
  let finished = first.status.phase === 'Succeeded' || first.status.phase === 'Failed'
  let graceSeconds: number | undefined
  let tornDown = false
  const waiting = new Map<string, WaitingReason>()
  const backoff = new Map<string, BackoffEntry>()
  /** Containers that could not be started are not tried again before. */
  const notBefore = new Map<string, number>()
  const restarting = new Set<string>()
  const messages = new Map<string, string>()
  const watchers: (() => void)[] = []

  const volumes = podVolumes({
    host, client: options.client, clock, random: options.random, objects: context.objects,
    directory: podPaths(options, first).directory, memoryDirectory: podPaths(options, first).memoryDirectory,
    onChange: () => { volumesChanged = true; wake() },
    onFailure: message => context.events.event(podReference(pod), 'Warning', 'FailedMount', message),
  })
  const probes = podProbes({
    clock, runtime, transport: context.transport, onChange: () => wake(),
    say: (name, type, reason, message) => {
      const found = specsOf(pod).find(({ spec }) => spec.name === name)
      if (found) containerEvents(context, pod, found.role, name)(type, reason, message)
    },
  })

  const wake = (): void => {
    dirty = true
    running ??= loop().finally(() => { running = undefined; if (dirty && !closed) wake() })
  }
  const wakeAt = (atMs: number): void => {
    if (atMs >= wakeAtMs || closed) return
    timer?.cancel()
    wakeAtMs = atMs
    timer = clock.after(Math.max(atMs - clock.now(), 0), () => { wakeAtMs = Infinity; wake() }, { background: true })
  }
  const loop = async (): Promise<void> => {
    while (dirty && !closed) {
      dirty = false
      try {
        await pass()
        retryMs = FIRST_RETRY_MS
      } catch (error) {
        if (calledOff.signal.aborted && error === calledOff.signal.reason) {
          calledOff = new AbortController()
          dirty = true
          continue
        }
        log.warn('a pod cannot be brought in line, will try again', { error: errorMessage(error), afterMs: retryMs })
        wakeAt(clock.now() + retryMs)
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
      }
    }
  }

  const tellWatchers = (): void => { for (const tell of watchers.splice(0)) tell() }
  const observe = async (): Promise<void> => {
    state = await observePod(runtime, uid, state)
    tellWatchers()
    const paths = podPaths(options, pod)
    for (const container of state.containers) {
      if (container.state !== 'Exited' || messages.has(container.id)) continue
      const found = specsOf(pod).find(({ spec }) => spec.name === container.name)
      if (found) messages.set(container.id, await terminationMessage(host.files, container, found.spec, paths.messageFile(container.name, container.metadata.attempt)))
    }
  }
  /** The pod as it is known best: its object, with the status that was set last. */
  const current = (): Pod => {
    if (!lastStatus) return pod
    const own = new Set((lastStatus.conditions ?? []).map(({ type }) => type))
    const gates = new Set((pod.spec.readinessGates ?? []).map(({ conditionType }) => conditionType))
    const foreign = (pod.status.conditions ?? []).filter(({ type }) => !own.has(type) || gates.has(type) || type === 'DisruptionTarget')
    const kept = (lastStatus.conditions ?? []).filter(({ type }) => !foreign.some(each => each.type === type))
    return { ...pod, status: { ...pod.status, ...lastStatus, conditions: [...kept, ...foreign] } }
  }
  const publish = (): void => {
    lastStatus = podStatus({
      pod: current(), state, nowMs: clock.now(), hostIPs: options.nodeIps, waiting, messages, failure, terminating: ending(),
      isStarted: probes.isStarted, isReady: probes.isReady,
    })
    if (!removed) context.statuses.set(pod, lastStatus)
  }
  const ending = (): boolean => removed || finished || failure !== undefined || pod.metadata.deletionTimestamp != null

  const pass = async (): Promise<void> => {
    await observe()
    checkDeadline()
    if (ending()) return end()
    probes.sync(current(), state)
    const plan = planPod({
      pod, state, nowMs: clock.now(), backoff, unhealthy: probes.unhealthy, restarting, isStarted: probes.isStarted,
    })
    noteWaits(plan)
    publish()
    if (plan.done) {
      finished = true
      return end()
    }
    await act(plan)
    for (const id of await collectGarbage(context, pod, state)) messages.delete(id)
  }
  const checkDeadline = (): void => {
    const seconds = pod.spec.activeDeadlineSeconds
    const started = (lastStatus ?? pod.status).startTime
    if (seconds === undefined || !started || ending()) return
    const deadlineMs = Date.parse(started) + seconds * 1000
    if (clock.now() < deadlineMs) return wakeAt(deadlineMs)
    failure = { reason: 'DeadlineExceeded', message: DEADLINE }
    context.events.event(podReference(pod), 'Normal', 'DeadlineExceeded', DEADLINE)
  }
  const noteWaits = ({ wait }: PodPlan): void => {
    const names = new Set(wait.map(({ spec }) => spec.name))
    for (const [name, { reason }] of waiting) if (reason === 'CrashLoopBackOff' && !names.has(name)) waiting.delete(name)
    for (const { spec, delayMs, untilMs } of wait) {
      const message = `back-off ${goDuration(delayMs)} restarting failed container=${spec.name} pod=${formatPod(pod)}`
      if (waiting.get(spec.name)?.message !== message) {
        const role = specsOf(pod).find(each => each.spec === spec)?.role ?? 'app'
        containerEvents(context, pod, role, spec.name)('Warning', 'BackOff', `Back-off restarting failed container ${spec.name} in pod ${formatPod(pod)}`)
      }
      waiting.set(spec.name, { reason: 'CrashLoopBackOff', message })
      wakeAt(untilMs)
    }
  }

  const act = async (plan: PodPlan): Promise<void> => {
    const { signal } = calledOff
    if (plan.createSandbox) {
      const made = renewSandbox(plan.createSandbox.attempt)
      // Volumes and sandbox do not need each other.
      const [sandbox, mounted] = await Promise.allSettled([made, readyVolumes()])
      signal.throwIfAborted()
      if (sandbox.status === 'rejected') throw sandbox.reason
      if (mounted.status === 'rejected') throw mounted.reason
      dirty = true
      return
    }
    await readyVolumes()
    for (const { container, spec, message, probe } of plan.kill) {
      restarting.add(container.id)
      const probeGrace = probe && spec[`${probe}Probe`]?.terminationGracePeriodSeconds
      await kill(container, message, probeGrace ?? pod.spec.terminationGracePeriodSeconds ?? 30)
      dirty = true
    }
    const due = plan.start.filter(({ spec }) => (notBefore.get(spec.name) ?? 0) <= clock.now())
    for (const { spec } of plan.start) if (notBefore.has(spec.name)) wakeAt(notBefore.get(spec.name)!)
    if (due.length === 0) return
    const sandbox = latestSandbox(state)!
    await writeHostsFile(context, pod, sandbox)
    for (const start of due) {
      signal.throwIfAborted()
      await startOne(start, sandbox, signal)
    }
  }
  const readyVolumes = async (): Promise<void> => {
    if (ready && !volumesChanged) return
    volumesChanged = false
    await host.files.makeDirectory(podPaths(options, pod).directory, 0o750)
    try {
      ready = await volumes.setUp(pod, podFacts(context, latestSandbox(state)?.ips ?? []))
    } catch (error) {
      volumesChanged = true
      throw error
    }
  }
  const renewSandbox = async (attempt: number): Promise<void> => {
    if (state.sandboxes.length) {
      context.events.event(podReference(pod), 'Normal', 'SandboxChanged', SANDBOX_CHANGED)
      await killAll(SANDBOX_CHANGED)
      for (const { id } of state.sandboxes) await runtime.stopPodSandbox(id)
    }
    await makeSandbox(context, pod, attempt, calledOff.signal)
  }
  const startOne = async (start: Start, sandbox: PodSandboxStatus, signal: AbortSignal): Promise<void> => {
    const { name } = start.spec
    const before = state.containers.find(container => container.name === name)
    const failed = await startContainer(start, {
      context, pod: current(), paths: podPaths(options, pod), state, sandbox, sandboxConfig: await podSandboxConfig(context, pod, sandbox.metadata.attempt),
      podIPs: pod.spec.hostNetwork ? options.nodeIps : sandbox.ips, volumes: ready!, signal,
    })
    if (before && (!failed || failed.retryAtMs === undefined)) {
      backoff.set(name, nextBackoff(CRASH_LOOP, backoff.get(name), clock.now()))
      restarting.delete(before.id)
    }
    if (failed) {
      waiting.set(name, { reason: failed.reason, message: failed.message })
      if (failed.retryAtMs !== undefined) {
        notBefore.set(name, failed.retryAtMs)
        wakeAt(failed.retryAtMs)
        publish()
        return
      }
    } else waiting.delete(name)
    notBefore.delete(name)
    dirty = true
  }

  const podIP = (): string => (pod.spec.hostNetwork ? options.nodeIps[0] : latestSandbox(state)?.ips[0]) ?? '127.0.0.1'
  const kill = (container: RuntimeContainer, message: string, seconds: number): Promise<void> => {
    const found = specsOf(pod).find(({ spec }) => spec.name === container.name)
    return killContainer({ context, pod, container, spec: found?.spec, role: found?.role ?? 'app', message, graceSeconds: seconds, podIP: podIP() })
  }
  const graceOf = (): number => pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30
  /** App containers first, all at once; then sidecars, the last first. */
  const killAll = async (message?: string): Promise<void> => {
    const sidecars = (pod.spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name)
    const alive = state.containers.filter(isAlive)
    const startMs = clock.monotonic()
    const left = (): number => Math.max((graceSeconds ?? graceOf()) - Math.floor((clock.monotonic() - startMs) / 1000), 0)
    await Promise.all(alive.filter(({ name }) => !sidecars.includes(name)).map(each => kill(each, message ?? `Stopping container ${each.name}`, left())))
    for (const name of sidecars.toReversed()) {
      for (const each of alive.filter(container => container.name === name)) await kill(each, message ?? `Stopping container ${name}`, left())
    }
  }
  /** Ends a pod that must not run: containers, sandbox, volumes, and at last its object, when somebody has asked for that. */
  const end = async (): Promise<void> => {
    if (state.containers.some(isAlive)) {
      graceSeconds = graceOf()
      publish()
      await killAll()
      await observe()
      if (state.containers.some(isAlive)) throw new Error('containers are still running after they were stopped')
    }
    probes.stop()
    if (!tornDown) {
      for (const { id, state: each } of state.sandboxes) if (each === 'Ready') await runtime.stopPodSandbox(id)
      await volumes.tearDown()
      tornDown = true
      await observe()
    }
    waiting.clear()
    publish()
    if (removed) return clean()
    if (pod.metadata.deletionTimestamp == null || isStaticPod(pod)) return
    await context.statuses.flushed(pod.metadata.uid)
    await deleteObject()
  }
  const deleteObject = async (): Promise<void> => {
    const { name, namespace, uid: objectUid } = pod.metadata
    try {
      await options.client.delete(Pods, { name, namespace }, { gracePeriodSeconds: 0, preconditions: { uid: objectUid } })
    } catch (error) {
      if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error
      removed = true
      dirty = true
    }
  }
  const clean = async (): Promise<void> => {
    await removePod(context, pod, state)
    closed = true
    timer?.cancel()
    tellWatchers()
    onGone()
  }
  /** A deletion calls off what is under way, and one in a greater hurry than before shortens the time that is left. */
  const hurry = (): void => {
    if (!calledOff.signal.aborted && graceSeconds === undefined) calledOff.abort(new Error('the pod is being deleted'))
    const seconds = graceOf()
    if (graceSeconds === undefined || seconds >= graceSeconds) return
    graceSeconds = seconds
    for (const { id } of state.containers.filter(isAlive)) {
      runtime.stopContainer(id, seconds).catch(error => log.warn('a container could not be stopped sooner', { error: errorMessage(error) }))
    }
  }

  if (rejection) context.events.event(podReference(pod), 'Warning', rejection.reason, rejection.message)
  return {
    get pod() { return current() },
    get state() { return state },
    wake,
    changed: () => (closed ? Promise.resolve() : new Promise(resolve => { watchers.push(resolve) })),
    update(next) {
      const marksChanged = marksOf(next) !== marksOf(pod)
      const specChanged = next.metadata.generation === undefined || next.metadata.generation !== pod.metadata.generation
      if (marksChanged) volumesChanged = true
      if (specChanged) notBefore.clear()
      pod = next
      if (next.metadata.deletionTimestamp != null) hurry()
      // Most changes are the status that was just written, coming back: no reason to look at the runtime again.
      const isEcho = !marksChanged && !specChanged && next.metadata.deletionTimestamp == null && lastStatus !== undefined && !statusPatch(next.status, lastStatus)
      if (!isEcho) wake()
    },
    remove() {
      removed = true
      hurry()
      wake()
    },
    async close() {
      closed = true
      timer?.cancel()
      calledOff.abort(new Error('the kubelet stops'))
      probes.stop()
      volumes.close()
      tellWatchers()
      await running
    },
  }
}
