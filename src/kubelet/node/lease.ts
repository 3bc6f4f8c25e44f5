import { Leases, type Lease } from '../../api/coordination/lease.ts'
import { Nodes } from '../../api/core/node.ts'
import type { Client } from '../../client/client.ts'
import { microTimestamp, sleep, type Clock } from '../../machinery/clock.ts'
import { errorMessage, type Log } from '../../machinery/log.ts'
import { isReason } from '../../machinery/status.ts'

const NAMESPACE = 'kube-node-lease'
const DURATION_SECONDS = 40
const RENEW_MS = 10_000
const FIRST_RETRY_MS = 200
const LONGEST_RETRY_MS = 7000

export interface LeaseOptions {
  readonly client: Client
  readonly clock: Clock
  readonly log: Log
  readonly nodeName: string
  /** Called after each renewal: the node's heartbeat, to which other slow checks are tied. */
  onRenewed(): void
}

/** Keeps the node's lease: the sign of life that the node lifecycle controller watches. Ends with the signal. */
export async function keepLease({ client, clock, log, nodeName, onRenewed }: LeaseOptions, signal: AbortSignal): Promise<void> {
  let lease: Lease | undefined
  let retryMs = FIRST_RETRY_MS
  while (!signal.aborted) {
    try {
      lease = await renew(client, nodeName, lease, clock.now())
      retryMs = FIRST_RETRY_MS
      onRenewed()
      await sleep(clock, RENEW_MS, signal)
    } catch (error) {
      if (signal.aborted) return
      lease = undefined
      log.warn('cannot renew the node lease, will try again', { error: errorMessage(error), afterMs: retryMs })
      await sleep(clock, retryMs, signal).catch(() => undefined)
      retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
    }
  }
}

async function renew(client: Client, nodeName: string, known: Lease | undefined, nowMs: number): Promise<Lease> {
  const ref = { namespace: NAMESPACE, name: nodeName }
  const spec = { holderIdentity: nodeName, leaseDurationSeconds: DURATION_SECONDS, renewTime: microTimestamp(nowMs) }
  const lease = known ?? (await client.get(Leases, ref).catch(error => { if (isReason(error, 'NotFound')) return undefined; throw error }))
  if (lease) return client.update(Leases, { ...lease, spec: { ...lease.spec, ...spec } })
  const node = await client.get(Nodes, { name: nodeName })
  const owner = { apiVersion: 'v1', kind: 'Node', name: nodeName, uid: node.metadata.uid }
  return client.create(Leases, { metadata: { ...ref, ownerReferences: [owner] }, spec })
}
