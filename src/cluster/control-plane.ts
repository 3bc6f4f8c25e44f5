import type { StartComponent } from './component.ts'

const unwired = (name: string): StartComponent => () => { throw new Error(`the ${name} is not wired yet`) }

/** API server, controllers and scheduler in this process. */
export const startControlPlane: StartComponent = unwired('control plane')
export const startApiServer: StartComponent = unwired('API server')
export const startControllerManager: StartComponent = unwired('controller manager')
export const startScheduler: StartComponent = unwired('scheduler')
