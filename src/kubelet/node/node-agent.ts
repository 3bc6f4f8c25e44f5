import { Nodes, type Node } from '../../api/core/node.ts'
import { sleep, type Timer } from '../../machinery/clock.ts'
import { errorMessage } from '../../machinery/log.ts'
import { isReason } from '../../machinery/status.ts'
import type { EventRecorder } from '../../client/events.ts'
import type { KubeletOptions } from '../options.ts'
import type { Image, RuntimeVersion } from '../runtime.ts'
import { keepLease } from './lease.ts'
import type { Machine } from './machine.ts'
import { conditionEvents, newNode, nodeLabels, nodeStatus, statusDiffers, type NodeFacts } from './node-status.ts'

const REPORT_MS = 300_000
const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 7000
const UNREADY_CHECK_MS = 250
const MIN_FREE_DISK = 0.05
const MIN_FREE_MEMORY_BYTES = 100 * 1024 * 1024

export interface NodeAgentOptions {
  readonly options: KubeletOptions
  readonly machine: Machine
  readonly events: EventRecorder
  port(): number
}

/** Keeps the Node object of this machine. */
export interface NodeAgent {
  /** Settles when the API knows that the node is Ready. */
  readonly ready: Promise<void>
  /** Something that the status is made of may have changed (the runtime came back, an image was pulled). */
  check(options?: { images?: boolean }): void
}

/** Registers the node and reports its status when it changes, and every five minutes; ends with the signal. */
export function nodeAgent({ options, machine, events, port }: NodeAgentOptions, signal: AbortSignal): NodeAgent {
  const { client, runtime, host, clock, log, nodeName } = options
  const hostname = options.hostname ?? nodeName
  const ready = Promise.withResolvers<void>()
  const registered = Promise.withResolvers<void>()
  let version: RuntimeVersion | undefined
  let images: readonly Image[] = []
  let imagesKnown = false
  let node: Node | undefined
  let reportedAtMs = -Infinity
  let running: Promise<void> | undefined
  let again = false
  let timer: Timer | undefined

  const pressures = async (): Promise<NodeFacts['pressure']> => {
    const pressure = new Set<'MemoryPressure' | 'DiskPressure' | 'PIDPressure'>()
    if (machine.memoryBytes === 0) return pressure
    const [meminfo, disk] = await Promise.all([host.files.readText('/proc/meminfo'), host.files.space(options.dataDir)])
    const available = Number(/^MemAvailable:\s+(\d+) kB/m.exec(meminfo)?.[1] ?? Infinity) * 1024
    if (available < MIN_FREE_MEMORY_BYTES) pressure.add('MemoryPressure')
    if (disk.totalBytes > 0 && disk.availableBytes / disk.totalBytes < MIN_FREE_DISK) pressure.add('DiskPressure')
    return pressure
  }
  const gather = async (): Promise<NodeFacts> => {
    let runtimeError: string | undefined
    const failed = (error: unknown): undefined => { runtimeError = errorMessage(error) }
    const runtimeStatus = await runtime.status(signal).catch(failed)
    if (!version) version = await runtime.version(signal).catch(failed)
    if (!imagesKnown && !runtimeError) {
      images = await runtime.listImages().catch(() => images)
      imagesKnown = true
    }
    return {
      nodeName, hostname, ips: options.nodeIps, machine, maxPods: options.maxPods ?? 110, version: options.version, port: port(), capacity: options.capacity,
      diskBytes: machine.memoryBytes === 0 ? 0 : (await host.files.space(options.dataDir)).totalBytes,
      runtimeVersion: version, runtimeStatus, runtimeError, images, pressure: await pressures(),
    }
  }
  const register = async (facts: NodeFacts): Promise<Node> => {
    try {
      const found = await client.get(Nodes, { name: nodeName })
      const labels = { ...nodeLabels(facts), ...options.nodeLabels }
      const missing = Object.entries(labels).filter(([key, value]) => found.metadata.labels?.[key] !== value)
      if (missing.length === 0) return found
      return await client.patch(Nodes, { name: nodeName }, { metadata: { labels: Object.fromEntries(missing) } }, { type: 'application/merge-patch+json' })
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
      const fresh = newNode(facts, { labels: options.nodeLabels ?? {}, taints: [...(options.registerTaints ?? [])] }, clock.now())
      const made = await client.create(Nodes, fresh)
      events.event(nodeReference(nodeName), 'Normal', 'Starting', 'Starting kubelet.')
      for (const { reason, message } of conditionEvents(nodeName, [], made.status.conditions ?? [])) events.event(nodeReference(nodeName), 'Normal', reason, message)
      return made
    }
  }
  const report = async (): Promise<void> => {
    const facts = await gather()
    node ??= await register(facts)
    registered.resolve()
    const status = nodeStatus(facts, node.status, clock.now())
    if (statusDiffers(node.status, status) || clock.now() - reportedAtMs >= REPORT_MS) {
      const before = node.status.conditions ?? []
      node = await client.patch(Nodes, { name: nodeName }, { status: { ...status, addresses: replaced(status.addresses) } }, {
        type: 'application/strategic-merge-patch+json', subresource: 'status',
      })
      reportedAtMs = clock.now()
      for (const { reason, message } of conditionEvents(nodeName, before, status.conditions ?? [])) events.event(nodeReference(nodeName), 'Normal', reason, message)
    }
    const isReady = status.conditions?.find(({ type }) => type === 'Ready')?.status === 'True'
    if (isReady) ready.resolve()
    // Until the runtime and its network are there, somebody is waiting for them.
    else later(UNREADY_CHECK_MS)
  }
  const later = (afterMs: number): void => {
    timer?.cancel()
    timer = clock.after(afterMs, check, { background: true })
  }
  const run = async (): Promise<void> => {
    let retryMs = FIRST_RETRY_MS
    do {
      again = false
      try {
        await report()
        retryMs = FIRST_RETRY_MS
      } catch (error) {
        if (signal.aborted) return
        // The answer may also be that the object is gone: then it is made anew.
        node = undefined
        again = true
        log.warn('cannot report the node status, will try again', { error: errorMessage(error), afterMs: retryMs })
        await sleep(clock, retryMs, signal).catch(() => undefined)
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
      }
    } while (again && !signal.aborted)
  }
  const check = (): void => {
    again = true
    if (signal.aborted) return
    running ??= run().finally(() => { running = undefined; if (again) check() })
  }
  signal.addEventListener('abort', () => timer?.cancel(), { once: true })
  check()
  void registered.promise.then(() => keepLease({ client, clock, log, nodeName, onRenewed: check }, signal))
  return {
    ready: ready.promise,
    check({ images: changed } = {}) {
      if (changed) imagesKnown = false
      check()
    },
  }
}

/** Addresses are merged by type, of which there may be two: the list is replaced as a whole. */
const replaced = (addresses: Node['status']['addresses']) => [...(addresses ?? []), { $patch: 'replace' }] as never

const nodeReference = (name: string) => ({ kind: 'Node', name, uid: name })
