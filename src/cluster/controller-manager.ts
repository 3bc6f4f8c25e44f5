import { startControllers } from '../controllers/index.ts'
import { identities } from './api-access.ts'
import type { ComponentContext } from './component.ts'
import type { Cleanup } from './start.ts'

/** All controllers. */
export async function controllerManager(context: ComponentContext, cleanup: Cleanup): Promise<void> {
  const { api, clock, random, log, host, pki, kubeconfig } = context
  const [client, cache, rootCa] = await Promise.all([api.client(identities['controller-manager']), api.cache(), host.files.readText(pki.certificate('ca'))])
  const clients = await api.clients()
  const running = startControllers({
    client, cache, clock, random, log, settings: { rootCa },
    clientFor: name => clients(identities.controller(name)),
    ...(kubeconfig !== undefined && { leaderElection: { identity: `${context.options.nodeName}_${random.uuid()}` } }),
  })
  cleanup(() => running.stop())
}
