import { startControllers } from '../controllers/index.ts'
import { startScheduler as runScheduler } from '../scheduler/index.ts'
import { identities } from './api-access.ts'
import { openApiServer } from './api-server.ts'
import type { ComponentContext } from './component.ts'
import type { Cleanup } from './start.ts'
import { component } from './start.ts'

async function apiServer(context: ComponentContext, cleanup: Cleanup): Promise<void> {
  const opened = await openApiServer(context)
  cleanup(() => opened.close())
  context.api.provide(opened.api.local)
  context.progress('the API server answers')
}

async function controllerManager(context: ComponentContext, cleanup: Cleanup): Promise<void> {
  const { api, clock, random, log, host, pki, kubeconfig } = context
  const [client, cache, rootCa] = await Promise.all([api.client(identities['controller-manager']), api.cache(), host.files.readText(pki.certificate('ca'))])
  const clients = await api.clients()
  const running = startControllers({
    client, cache, clock, random, log, settings: { rootCa },
    // Over HTTPS the kubeconfig's user acts for all controllers; in this process each is its own service account.
    ...(kubeconfig === undefined && { clientFor: name => clients(identities.controller(name)) }),
    ...(kubeconfig !== undefined && { leaderElection: { identity: `${context.options.nodeName}_${random.uuid()}` } }),
  })
  cleanup(() => running.stop())
}

async function scheduler(context: ComponentContext, cleanup: Cleanup): Promise<void> {
  const { api, clock, random, log, kubeconfig, options } = context
  const [client, cache] = await Promise.all([api.client(identities.scheduler), api.cache()])
  const running = runScheduler({ client, cache, clock, random, log, ...(kubeconfig !== undefined && { leaderElection: { identity: `${options.nodeName}_${random.uuid()}` } }) })
  cleanup(() => running.stop())
}

/** API server, controllers and scheduler in this process. */
export const startControlPlane = component(async (context, cleanup) => {
  await apiServer(context, cleanup)
  await Promise.all([controllerManager(context, cleanup), scheduler(context, cleanup)])
})
export const startApiServer = component(apiServer)
export const startControllerManager = component(controllerManager)
export const startScheduler = component(scheduler)
