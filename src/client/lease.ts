import { Leases, type Lease } from '../api/coordination/lease.ts'
import { microTimestamp, sleep, type Clock } from '../machinery/clock.ts'
import { errorMessage, type Log } from '../machinery/log.ts'
import { jitter, type Random } from '../machinery/random.ts'
import { isReason } from '../machinery/status.ts'
import type { Client, ObjectRef } from './client.ts'

export interface ElectionOptions {
  readonly client: Client
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly lease: ObjectRef & { readonly namespace: string }
  /** Who stands for election; unlike everybody else's. */
  readonly identity: string
  readonly leaseDurationMs?: number
  readonly renewDeadlineMs?: number
  readonly retryPeriodMs?: number
  readonly signal: AbortSignal
}

/** What a candidate remembers of the lease: a holder is judged by when its record last changed here, never by the holder's clock. */
interface Observation {
  readonly record: string
  readonly at: number
}

const RETRY_JITTER = 1.2

/**
 * Waits to become the leader, calls `lead` with a signal that is aborted when leadership is lost, and waits again.
 * Gives the lease back when the outer signal is aborted. The durations are upstream's (15 s, 10 s, 2 s).
 */
export async function runElected(options: ElectionOptions, lead: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const { clock, random, log, lease, identity, signal, renewDeadlineMs = 10_000, retryPeriodMs = 2_000 } = options
  const candidate = candidacy(options)
  const pause = (factor: number): Promise<void> => sleep(clock, jitter(random, retryPeriodMs, factor), signal).catch(() => undefined)
  while (!signal.aborted) {
    if (!(await candidate.hold())) {
      await pause(RETRY_JITTER)
      continue
    }
    log.info(`${identity} became leader`, { lease: lease.name })
    const lost = new AbortController()
    const leading = lead(AbortSignal.any([signal, lost.signal]))
    let renewedAt = clock.monotonic()
    while (!signal.aborted && clock.monotonic() - renewedAt < renewDeadlineMs) {
      await pause(0)
      if (!signal.aborted && (await candidate.hold())) renewedAt = clock.monotonic()
    }
    if (!signal.aborted) log.error(`${identity} stopped leading`, { lease: lease.name })
    lost.abort()
    await leading
    if (signal.aborted) await candidate.release()
  }
}

function candidacy({ client, clock, log, lease: ref, identity, leaseDurationMs = 15_000 }: ElectionOptions) {
  let seen: Observation | undefined
  let held: Lease | undefined

  const spec = (old: Lease | undefined): Lease['spec'] => {
    const mine = old?.spec.holderIdentity === identity
    const now = microTimestamp(clock.now())
    return {
      ...old?.spec, holderIdentity: identity, leaseDurationSeconds: Math.ceil(leaseDurationMs / 1000), renewTime: now,
      acquireTime: mine ? old.spec.acquireTime ?? now : now,
      leaseTransitions: (old?.spec.leaseTransitions ?? 0) + (old && !mine ? 1 : 0),
    }
  }
  const current = async (): Promise<Lease | undefined> => {
    try {
      return await client.get(Leases, ref)
    } catch (error) {
      if (isReason(error, 'NotFound')) return undefined
      throw error
    }
  }
  const write = async (lease: Lease | undefined): Promise<Lease> =>
    lease ? client.update(Leases, { ...lease, spec: spec(lease) }) : client.create(Leases, { metadata: { ...ref }, spec: spec(undefined) })

  /** Takes or renews the lease; false: somebody else has it, or it could not be written. */
  const hold = async (): Promise<boolean> => {
    try {
      // A leader knows what it wrote last; only when that fails does it look again.
      if (held) {
        try {
          held = await write(held)
          return true
        } catch {
          held = undefined
        }
      }
      const lease = await current()
      const record = JSON.stringify(lease?.spec ?? {})
      if (seen?.record !== record) seen = { record, at: clock.monotonic() }
      const holder = lease?.spec.holderIdentity
      const expired = clock.monotonic() - seen.at >= (lease?.spec.leaseDurationSeconds ?? 0) * 1000
      if (holder && holder !== identity && !expired) return false
      held = await write(lease)
      return true
    } catch (error) {
      if (!isReason(error, 'Conflict') && !isReason(error, 'AlreadyExists')) log.warn(`cannot take the lease: ${errorMessage(error)}`, { lease: ref.name })
      return false
    }
  }
  const release = async (): Promise<void> => {
    if (!held) return
    const { leaseTransitions } = held.spec
    const now = microTimestamp(clock.now())
    const freed = { holderIdentity: '', leaseDurationSeconds: 1, renewTime: now, acquireTime: now, ...(leaseTransitions !== undefined && { leaseTransitions }) }
    await client.update(Leases, { ...held, spec: freed }).catch(error => log.debug(`the lease was not given back: ${errorMessage(error)}`))
    held = undefined
  }
  return { hold, release }
}
