import type { Pod } from '../api/core/pod/pod.ts'
import { podPriority } from '../api/core/pod/predicates.ts'
import type { AnyResource, KubeObject } from '../api/resource.ts'
import type { Clock, Timer } from '../machinery/clock.ts'
import { Heap } from './heap.ts'
import type { RequeueHint, Verdict } from './plugin.ts'

/** A pod that wants a node. */
export interface QueuedPod {
  readonly pod: Pod
  readonly uid: string
  /** How often a node was looked for in vain. */
  readonly attempts: number
}

/** Why a try led to nothing. No `rejectedBy`: it was not the pod's fault, so any time may do. */
export interface Failure {
  readonly rejectedBy?: ReadonlySet<string>
}

/** What the queue knows of plugins. */
export interface QueuePlugin {
  readonly name: string
  readonly requeueOn: readonly RequeueHint[]
  preEnqueue?(pod: Pod): Verdict
}

/**
 * Pods on their way to a node: `active` ones are ready, by priority; `backoff` ones failed a moment ago; `waiting` ones wait until something changes that may
 * help them; `gated` ones may not be looked at yet; `taken` ones are being decided or bound.
 */
export interface SchedulingQueue {
  /** Pods that could be taken now. */
  readonly length: number
  /** Adds a pod, or takes note of how it looks now. */
  set(pod: Pod): void
  remove(uid: string): void
  take(): Promise<QueuedPod | undefined>
  /** The pod has got its node, or is no longer ours. */
  done(uid: string): void
  failed(entry: QueuedPod, failure: Failure): void
  /** Something changed in the cluster: pods that it may help come again. */
  changed(resource: AnyResource, old: KubeObject | undefined, object: KubeObject | undefined): void
  /** Keeps a pod back while something is being done for it. The result lets it go; with `again` it need not wait for a change. */
  hold(uid: string): (again: boolean) => void
  close(): void
}

const FIRST_BACKOFF_MS = 1_000
const LONGEST_BACKOFF_MS = 10_000
/** Hints may miss something, so nobody waits longer than this. */
const LONGEST_WAIT_MS = 300_000

type Place = 'active' | 'backoff' | 'waiting' | 'gated' | 'taken'

interface Entry {
  pod: Pod
  readonly uid: string
  attempts: number
  place: Place
  /** When it came to its place. */
  since: number
  order: number
  /** Ends its back-off. */
  readyAt: number
  rejectedBy: ReadonlySet<string> | undefined
  held: boolean
  /** Something that may help happened while it was held back. */
  missed: boolean
}

/** Spec, labels and annotations: what a pod says itself, as opposed to what happened to it. */
const saysSomethingElse = (old: Pod, pod: Pod): boolean =>
  old.metadata.generation !== pod.metadata.generation || JSON.stringify([old.spec, old.metadata.labels, old.metadata.annotations]) !== JSON.stringify([pod.spec, pod.metadata.labels, pod.metadata.annotations])

/** Makes an empty queue. */
export function schedulingQueue(clock: Clock, plugins: readonly QueuePlugin[]): SchedulingQueue {
  const entries = new Map<string, Entry>()
  const active = new Heap<Entry>((a, b) => podPriority(a.pod) > podPriority(b.pod) || (podPriority(a.pod) === podPriority(b.pod) && a.order < b.order))
  const earlier = (a: Entry, b: Entry): boolean => a.readyAt < b.readyAt || (a.readyAt === b.readyAt && a.order < b.order)
  const backoff = new Heap<Entry>(earlier)
  /** Back-off after faults is never cut short. */
  const faulty = new Heap<Entry>(earlier)
  const waiting = new Set<Entry>()
  const hints = new Map(plugins.map(({ name, requeueOn }) => [name, requeueOn]))
  const gates = plugins.filter(plugin => plugin.preEnqueue)
  let count = 0
  let takers: ((entry: QueuedPod | undefined) => void)[] = []
  let orders = 0
  let timer: { readonly at: number; readonly timer: Timer } | undefined
  let closed = false

  const move = (entry: Entry, place: Place): void => {
    if (entry.place === 'active') count--
    waiting.delete(entry)
    entry.place = place
    entry.order = ++orders
    entry.since = clock.monotonic()
    if (place === 'active') count++
    // Heaps hold copies of the place: what moved on meanwhile is recognised by its order.
    if (place === 'active') active.push({ ...entry })
    else if (place === 'backoff') (entry.rejectedBy ? backoff : faulty).push({ ...entry })
    else if (place === 'waiting') waiting.add(entry)
  }
  const live = (heap: Heap<Entry>): Entry | undefined => {
    for (let top = heap.peek(); top; top = heap.peek()) {
      const entry = entries.get(top.uid)
      if (entry && entry.order === top.order) return entry
      heap.pop()
    }
    return undefined
  }
  const tryTake = (): QueuedPod | undefined => {
    // With nothing else to do there is no reason to let a pod sit out its back-off (upstream: SchedulerPopFromBackoffQ).
    const entry = live(active) ?? live(backoff)
    if (!entry) return undefined
    move(entry, 'taken')
    return { pod: entry.pod, uid: entry.uid, attempts: entry.attempts }
  }
  const serve = (): void => {
    while (takers.length > 0) {
      const next = tryTake()
      if (!next) break
      takers.shift()!(next)
    }
    arm()
  }
  /** One timer for whoever is due first. */
  const arm = (): void => {
    let at = Math.min(live(backoff)?.readyAt ?? Infinity, live(faulty)?.readyAt ?? Infinity)
    for (const entry of waiting) {
      at = Math.min(at, entry.since + LONGEST_WAIT_MS)
      break // Sets keep their order: the first has waited longest.
    }
    if (closed || timer?.at === at) return
    timer?.timer.cancel()
    timer = at === Infinity ? undefined : { at, timer: clock.after(Math.max(at - clock.monotonic(), 0), due, { background: true }) }
  }
  const due = (): void => {
    timer = undefined
    const now = clock.monotonic()
    for (const heap of [backoff, faulty]) {
      for (let entry = live(heap); entry && entry.readyAt <= now; entry = live(heap)) move(entry, 'active')
    }
    for (const entry of waiting) {
      if (entry.since + LONGEST_WAIT_MS > now) break
      requeue(entry)
    }
    serve()
  }
  const requeue = (entry: Entry): void => {
    if (entry.held) entry.missed = true
    else if (gates.some(plugin => plugin.preEnqueue!(entry.pod))) move(entry, 'gated')
    else move(entry, entry.readyAt > clock.monotonic() ? 'backoff' : 'active')
  }
  const mayHelp = (entry: Entry, resource: AnyResource, old: KubeObject | undefined, object: KubeObject | undefined): boolean => {
    for (const name of entry.rejectedBy ?? []) {
      for (const hint of hints.get(name) ?? []) if (hint.resource === resource && hint.when(entry.pod, old, object)) return true
    }
    return false
  }
  const delayOf = (attempts: number): number => Math.min(FIRST_BACKOFF_MS * 2 ** (attempts - 1), LONGEST_BACKOFF_MS)

  return {
    get length() {
      return count
    },
    set(pod) {
      if (closed) return
      const { uid } = pod.metadata
      const entry = entries.get(uid)
      if (!entry) {
        const made: Entry = { pod, uid, attempts: 0, place: 'taken', since: 0, order: 0, readyAt: 0, rejectedBy: undefined, held: false, missed: false }
        entries.set(uid, made)
        requeue(made)
      } else {
        const news = saysSomethingElse(entry.pod, pod)
        entry.pod = pod
        if (news && (entry.place === 'waiting' || entry.place === 'gated' || entry.place === 'active')) requeue(entry)
        else if (news && entry.place === 'taken') entry.missed = true
      }
      serve()
    },
    remove(uid) {
      const entry = entries.get(uid)
      if (!entry) return
      move(entry, 'taken')
      entries.delete(uid)
      arm()
    },
    take() {
      if (closed) return Promise.resolve(undefined)
      const next = takers.length === 0 ? tryTake() : undefined
      return next ? Promise.resolve(next) : new Promise(resolve => takers.push(resolve))
    },
    done(uid) {
      if (entries.get(uid)?.place === 'taken') entries.delete(uid)
    },
    failed({ uid }, { rejectedBy }) {
      const entry = entries.get(uid)
      if (!entry || closed) return
      entry.attempts++
      entry.readyAt = clock.monotonic() + delayOf(entry.attempts)
      entry.rejectedBy = rejectedBy
      const missed = entry.missed
      entry.missed = false
      if (rejectedBy && !missed) move(entry, 'waiting')
      else requeue(entry)
      serve()
    },
    changed(resource, old, object) {
      if (waiting.size === 0) return
      let any = false
      for (const entry of waiting) {
        if (!mayHelp(entry, resource, old, object)) continue
        requeue(entry)
        any = true
      }
      if (any) serve()
    },
    hold(uid) {
      const entry = entries.get(uid)
      if (entry) entry.held = true
      return again => {
        if (!entry) return
        entry.held = false
        if (!entry.missed && !again) return
        entry.missed = false
        if (entry.place === 'waiting') requeue(entry)
        serve()
      }
    },
    close() {
      closed = true
      timer?.timer.cancel()
      entries.clear()
      for (const taker of takers) taker(undefined)
      takers = []
    },
  }
}
