import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { Services, type Service } from '../api/core/service.ts'
import type { TlsOptions } from '../host/http.ts'
import { sleep } from '../machinery/clock.ts'
import { errorMessage } from '../machinery/log.ts'
import { admitPod } from './admit.ts'
import { parseResolvConf, type ResolvConf } from './container/dns.ts'
import { eventRecorder } from '../client/events.ts'
import { follow } from './follow.ts'
import { imagePuller } from './image-puller.ts'
import { rotateLogs } from './logs/rotate.ts'
import { isMirrorPod, isStaticPod, podLogDirectoryName, POD_UID_LABEL, runtimeUid } from './names.ts'
import { readMachine } from './node/machine.ts'
import { nodeAgent } from './node/node-agent.ts'
import { nodeResources } from './node/node-status.ts'
import { watchedObjects } from './objects.ts'
import type { Kubelet, KubeletOptions } from './options.ts'
import { podDirectory, podMemoryDirectory, type PodContext } from './pod-context.ts'
import { podWorker, type PodWorker } from './pod-worker.ts'
import { networkProbes } from './probes/transport.ts'
import { kubeletServer } from './server.ts'
import { noStaticPods, staticPods, type StaticPods } from './static-pods.ts'
import { statusWriter } from './status-writer.ts'
import { value } from '../machinery/quantity.ts'

const SYS_RESOURCE = 24
const EVENTS_RETRY_MS = 1000

/** Starts a kubelet; it returns at once and says through `ready` when the node is Ready. */
export function startKubelet(options: KubeletOptions): Kubelet {
  const stopping = new AbortController()
  const started = start(options, stopping.signal)
  started.catch(() => undefined)
  return {
    ready: started.then(({ ready }) => ready),
    port: () => options.server?.port,
    renew: tls => void started.then(({ renew }) => renew(tls), () => undefined),
    async stop() {
      stopping.abort(new Error('the kubelet stops'))
      await started.then(({ close }) => close(), () => undefined)
    },
  }
}

interface Started {
  readonly ready: Promise<void>
  renew(tls: TlsOptions): void
  close(): Promise<void>
}

async function start(options: KubeletOptions, signal: AbortSignal): Promise<Started> {
  const { client, runtime, host, clock, random, log, nodeName } = options
  await prepareDirectories(options)
  const machine = await readMachine(host.files, process.arch)
  const events = eventRecorder({ client, clock, log, component: 'kubelet', host: nodeName })
  const services = followServices(options, signal)
  const agent = nodeAgent({ options, machine, events, port: () => options.server?.port ?? 0 }, signal)
  const workers = new Map<string, PodWorker>()
  const context: PodContext = {
    options, events, services, transport: options.probes ?? networkProbes(clock),
    images: imagePuller(runtime, clock, () => agent.check({ images: true })),
    objects: watchedObjects({ client, clock, random, log }, signal),
    statuses: statusWriter({ client, clock, log, mirrorOf: pod => statics.mirrorOf(pod) }),
    security: { seccompRoot: `${options.dataDir}/seccomp/`, seccompDefault: false },
    resources: {
      nodeMemoryBytes: options.capacity?.['memory'] === undefined ? machine.memoryBytes : value(options.capacity['memory']),
      restrictOomScore: !(await host.processes.hasCapability(SYS_RESOURCE)),
    },
    allocatable: nodeResources({ machine, diskBytes: 0, maxPods: options.maxPods ?? 110, capacity: options.capacity }).allocatable,
    resolvConf: () => readResolvConf(options),
  }
  const statics: StaticPods = options.staticPodDir === undefined ? noStaticPods : staticPods({ ...options, staticPodDir: options.staticPodDir }, {
    started: pod => look(context, workers, pod), ended: uid => workers.get(uid)?.remove(), mirrored: uid => workers.get(uid)?.wake(),
  }, signal)
  const server = options.server && (await kubeletServer({ options, server: options.server, workers, signal }))
  void followPods(context, workers, statics, signal)
  void keepFollowingRuntime(context, workers, () => agent.check(), signal)
  void rotateLogs({ runtime, files: host.files, clock, log, containers: () => [...workers.values()].flatMap(({ state }) => state.containers) }, signal)
  return {
    ready: agent.ready,
    renew: tls => server?.renew(tls),
    async close() {
      await Promise.all([...workers.values()].map(worker => worker.close()))
      await server?.close()
    },
  }
}

async function prepareDirectories({ host: { files, mounts }, dataDir, runDir, podLogDir }: KubeletOptions): Promise<void> {
  const memory = `${runDir}/volumes`
  for (const directory of [dataDir, `${dataDir}/pods`, podLogDir, memory]) await files.makeDirectory(directory)
  // Secrets never touch the disk. /run itself may forbid to execute what lies in it, which a volume must not.
  if (!(await mounts.isMounted(memory))) await mounts.mount({ source: 'k8ts-volumes', target: memory, type: 'tmpfs', options: ['mode=0750'] })
}

async function readResolvConf({ host: { files }, resolvConf = '/etc/resolv.conf' }: KubeletOptions): Promise<ResolvConf> {
  return parseResolvConf((await files.exists(resolvConf)) ? await files.readText(resolvConf) : '')
}

/** All services of the cluster: every container that starts is told of those in its namespace. */
function followServices(deps: KubeletOptions, signal: AbortSignal): () => Promise<readonly Service[]> {
  const known = new Map<string, Service>()
  const synced = Promise.withResolvers<void>()
  const keyOf = ({ metadata }: Service): string => `${metadata.namespace}/${metadata.name}`
  void follow(deps, Services, {}, {
    replace(items) {
      known.clear()
      for (const service of items) known.set(keyOf(service), service)
      synced.resolve()
    },
    change({ type, object }) {
      if (type === 'DELETED') known.delete(keyOf(object))
      else known.set(keyOf(object), object)
    },
  }, signal)
  return async () => {
    await synced.promise
    return [...known.values()]
  }
}

/** Hands a pod to its worker, a new one if need be. */
function look(context: PodContext, workers: Map<string, PodWorker>, pod: Pod): void {
  const uid = runtimeUid(pod)
  const worker = workers.get(uid)
  if (worker) return worker.update(pod)
  const rejection = isStaticPod(pod) ? undefined : admitPod(pod, [...workers.values()].map(each => each.pod), context.allocatable)
  const fresh = podWorker(context, pod, () => { if (workers.get(uid) === fresh) workers.delete(uid) }, rejection)
  workers.set(uid, fresh)
  fresh.wake()
}

/** The pods that the API has for this node: a worker for each. */
async function followPods(context: PodContext, workers: Map<string, PodWorker>, statics: StaticPods, signal: AbortSignal): Promise<void> {
  const { options } = context
  const apply = (pod: Pod): void => {
    statics.observe(pod, false)
    // A mirror pod only shows what runs from a manifest.
    if (!isMirrorPod(pod)) look(context, workers, pod)
  }
  let first = true
  await follow(options, Pods, { fieldSelector: `spec.nodeName=${options.nodeName}` }, {
    replace(items) {
      for (const pod of items) apply(pod)
      const uids = new Set(items.map(runtimeUid))
      for (const [uid, worker] of workers) if (!uids.has(uid) && !isStaticPod(worker.pod)) worker.remove()
      if (first) {
        void statics.ready.then(() => removeOrphans(options, [...items, ...statics.pods.values()])).catch(error =>
          options.log.warn('what gone pods left could not be removed', { error: errorMessage(error) }))
      }
      first = false
    },
    change({ type, object }) {
      if (type !== 'DELETED') return apply(object)
      statics.observe(object, true)
      if (isMirrorPod(object)) return
      const worker = workers.get(runtimeUid(object))
      worker?.update(object)
      worker?.remove()
    },
  }, signal)
}

/** Follows the runtime's events again when they break off; the first event then says that anything may have been missed. */
async function keepFollowingRuntime(context: PodContext, workers: ReadonlyMap<string, PodWorker>, onResync: () => void, signal: AbortSignal): Promise<void> {
  const { clock, log } = context.options
  while (!signal.aborted) {
    try {
      await followRuntime(context, workers, onResync, signal)
    } catch (error) {
      if (!signal.aborted) log.warn("the runtime's events broke off", { error: errorMessage(error) })
    }
    await sleep(clock, EVENTS_RETRY_MS, signal).catch(() => undefined)
  }
}

/** Wakes the pod that a runtime event is about, or all pods when it cannot be told which. */
async function followRuntime({ options }: PodContext, workers: ReadonlyMap<string, PodWorker>, onResync: () => void, signal: AbortSignal): Promise<void> {
  for await (const event of options.runtime.events(signal)) {
    if (event.type === 'resync') {
      for (const worker of workers.values()) worker.wake()
      onResync()
      continue
    }
    if (event.type === 'created' || event.type === 'deleted') continue
    const owner = [...workers.values()].find(({ state }) => state.containers.some(({ id }) => id === event.id) || state.sandboxes.some(({ id }) => id === event.id))
    if (owner) owner.wake()
    else if (event.type !== 'started') for (const worker of workers.values()) worker.wake()
  }
}

/** Ends and removes what pods left behind that were deleted while no kubelet looked. */
async function removeOrphans({ runtime, host, podLogDir, dataDir, runDir, log, ...options }: KubeletOptions, pods: readonly Pod[]): Promise<void> {
  const uids = new Set(pods.map(runtimeUid))
  const orphans = (await runtime.listPodSandboxes()).filter(({ labels }) => labels[POD_UID_LABEL] !== undefined && !uids.has(labels[POD_UID_LABEL]!))
  for (const { id, metadata } of orphans) {
    log.info('removing a pod that is gone from the API', { pod: `${metadata.namespace}/${metadata.name}`, uid: metadata.uid })
    for (const container of await runtime.listContainers({ podSandboxId: id })) if (container.state === 'Running') await runtime.stopContainer(container.id, 30)
    await runtime.stopPodSandbox(id)
    await runtime.removePodSandbox(id)
  }
  const all = { ...options, runtime, host, podLogDir, dataDir, runDir, log } as KubeletOptions
  for (const { name } of await host.files.list(`${dataDir}/pods`)) {
    if (uids.has(name)) continue
    await host.mounts.unmountBelow(podDirectory(all, name))
    await host.files.remove(podDirectory(all, name))
    await host.files.remove(podMemoryDirectory(all, name))
  }
  const logs = new Set(pods.map(podLogDirectoryName))
  for (const { name } of await host.files.list(podLogDir)) if (!logs.has(name)) await host.files.remove(`${podLogDir}/${name}`)
}
