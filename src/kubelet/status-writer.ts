import type { PodStatus } from '../api/core/pod/pod-spec.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import type { Client } from '../client/client.ts'
import { type Clock } from '../machinery/clock.ts'
import { errorMessage, type Log } from '../machinery/log.ts'
import { isReason } from '../machinery/status.ts'
import { isMirrorPod, isStaticPod } from './names.ts'

/** Writes pods' statuses to the API: only what differs, the newest only, one write at a time for a pod. */
export interface StatusWriter {
  /** `pod` is the object in the API that the status is of. */
  set(pod: Pod, status: PodStatus): void
  /** Resolves when what was set last for this uid has been written (or can never be). */
  flushed(uid: string): Promise<void>
  forget(uid: string): void
}

type Json = Readonly<Record<string, unknown>>

const equal = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))

/** Keys in order, and nothing that says nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).filter(([, each]) => each !== undefined && each !== null).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]))
}

/** Lists that the API merges by key: a new value must replace the old one as a whole. */
const MERGED = new Set(['podIPs', 'hostIPs'])

/** The strategic merge patch that turns one status into the other; `undefined` when they are the same. Only conditions that changed are named. */
export function statusPatch(before: PodStatus, after: PodStatus): Json | undefined {
  const patch: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(after)) {
    const old = (before as Json)[key]
    if (equal(old, value)) continue
    if (key === 'conditions') {
      const known = new Map((before.conditions ?? []).map(condition => [condition.type, condition]))
      const changed = (after.conditions ?? []).filter(condition => !equal(known.get(condition.type), condition)).map(condition => {
        const gone = Object.keys(known.get(condition.type) ?? {}).filter(field => (condition as Json)[field] === undefined)
        return { ...condition, ...Object.fromEntries(gone.map(field => [field, null])) }
      })
      if (changed.length) patch['conditions'] = changed
    } else patch[key] = MERGED.has(key) && Array.isArray(old) && old.length ? [...(value as unknown[]), { $patch: 'replace' }] : value
  }
  for (const key of ['reason', 'message'] as const) if (before[key] && !after[key]) patch[key] = null
  return Object.keys(patch).length ? patch : undefined
}

interface Entry {
  pod: Pod
  wanted: PodStatus
  /** The object as the last write left it. */
  written: Pod | undefined
  writing: Promise<void> | undefined
}

const RETRY_MS = 1000
const LONGEST_RETRY_MS = 10_000

/** What the API has: the answer to the last write, unless the watch has seen something newer since. */
function newestStatus({ pod, written }: Entry): PodStatus {
  const isNewer = written && Number(written.metadata.resourceVersion) > Number(pod.metadata.resourceVersion)
  return isNewer ? written.status : pod.status
}

/** Writes through a client, at once where it can. */
export function statusWriter(
  { client, clock, log, mirrorOf }: { client: Client; clock: Clock; log: Log; mirrorOf(pod: Pod): Pod | undefined },
): StatusWriter {
  const entries = new Map<string, Entry>()

  const write = async (entry: Entry): Promise<void> => {
    let failures = 0
    for (;;) {
      const { pod, wanted } = entry
      const patch = statusPatch(newestStatus(entry), wanted)
      if (!patch) return
      try {
        const { name, namespace, uid } = pod.metadata
        entry.written = await client.patch(Pods, { name, namespace }, { metadata: { uid }, status: patch }, { type: 'application/strategic-merge-patch+json', subresource: 'status' })
        failures = 0
        // What the server makes of a status may differ from what was asked: that is no reason to ask again.
        if (entry.wanted === wanted) return
      } catch (error) {
        // Gone, or another pod of the same name: nobody is left to read it.
        if (isReason(error, 'NotFound') || isReason(error, 'Conflict')) return
        log.warn('cannot write a pod status', { pod: `${pod.metadata.namespace}/${pod.metadata.name}`, error: errorMessage(error) })
        if (isReason(error, 'Invalid') || isReason(error, 'Forbidden')) return
        failures++
        await new Promise<void>(resolve => clock.after(Math.min(RETRY_MS * failures, LONGEST_RETRY_MS), resolve, { background: true }))
        if (entries.get(pod.metadata.uid) !== entry) return
      }
    }
  }
  const run = async (entry: Entry): Promise<void> => {
    try {
      await write(entry)
    } finally {
      // In the same step as the last look at `wanted`: a status set from now on starts a write of its own.
      entry.writing = undefined
    }
  }
  return {
    set(looked, status) {
      const pod = isStaticPod(looked) && !isMirrorPod(looked) ? mirrorOf(looked) : looked
      if (!pod) return
      const entry = entries.get(pod.metadata.uid) ?? { pod, wanted: status, written: undefined, writing: undefined }
      entries.set(pod.metadata.uid, entry)
      entry.pod = pod
      entry.wanted = status
      // A second status while the first is under way is written after it.
      entry.writing ??= run(entry)
    },
    async flushed(uid) {
      await entries.get(uid)?.writing
    },
    forget: uid => void entries.delete(uid),
  }
}
