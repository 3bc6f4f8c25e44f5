import { apiServer } from './api-server.ts'
import { controllerManager } from './controller-manager.ts'
import { scheduler } from './scheduler.ts'
import { component } from './start.ts'

/** API server, controllers and scheduler in this process. */
export const startControlPlane = component(async (context, cleanup) => {
  await apiServer(context, cleanup)
  await Promise.all([controllerManager(context, cleanup), scheduler(context, cleanup)])
})
