import { startScheduler } from '../scheduler/index.ts'
import { identities } from './api-access.ts'
import type { ComponentContext } from './component.ts'
import type { Cleanup } from './start.ts'

/** The scheduler. */
export async function scheduler(context: ComponentContext, cleanup: Cleanup): Promise<void> {
  const { api, clock, random, log, kubeconfig, options } = context
  const [client, cache] = await Promise.all([api.client(identities.scheduler), api.cache()])
  const running = startScheduler({ client, cache, clock, random, log, ...(kubeconfig !== undefined && { leaderElection: { identity: `${options.nodeName}_${random.uuid()}` } }) })
  cleanup(() => running.stop())
}
