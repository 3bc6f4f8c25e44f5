import type { WatchEvent } from '../api/request.ts'
import type { KubeObject, Resource } from '../api/resource.ts'
import type { Client, ReadOptions } from '../client/client.ts'
import { sleep, type Clock } from '../machinery/clock.ts'
import { errorMessage, type Log } from '../machinery/log.ts'
import { jitter, type Random } from '../machinery/random.ts'
import { isReason } from '../machinery/status.ts'

export interface FollowDeps {
  readonly client: Client
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** Is told what a collection holds, first all of it, then each change. */
export interface Follower<T extends KubeObject> {
  /** Everything there is now; also after a gap in the watch. */
  replace(items: readonly T[]): void
  change(event: WatchEvent<T>): void
}

const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 30_000

/** Lists a collection and watches it until the signal is aborted, through lost connections and expired versions. */
export async function follow<T extends KubeObject>(
  { client, clock, random, log }: FollowDeps, resource: Resource<T>, options: ReadOptions, follower: Follower<T>, signal: AbortSignal,
): Promise<void> {
  let retryMs = FIRST_RETRY_MS
  let version: string | undefined
  while (!signal.aborted) {
    try {
      if (version === undefined) {
        const list = await client.list(resource, { ...options, signal })
        follower.replace(list.items)
        version = list.metadata.resourceVersion ?? '0'
      }
      for await (const event of client.watch(resource, { ...options, resourceVersion: version, allowWatchBookmarks: true, signal })) {
        version = event.object.metadata.resourceVersion
        if (event.type !== 'BOOKMARK') follower.change(event)
        retryMs = FIRST_RETRY_MS
      }
      if (!signal.aborted) await sleep(clock, jitter(random, 100, 1), signal)
    } catch (error) {
      if (signal.aborted) return
      version = undefined
      if (isReason(error, 'Expired') || isReason(error, 'Gone')) continue
      log.warn(`cannot follow ${resource.plural}, will try again`, { error: errorMessage(error), afterMs: retryMs })
      await sleep(clock, jitter(random, retryMs, 0.5), signal).catch(() => undefined)
      retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
    }
  }
}
