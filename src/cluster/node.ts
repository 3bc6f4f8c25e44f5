import type { StartComponent } from './component.ts'

const unwired = (name: string): StartComponent => () => { throw new Error(`the ${name} is not wired yet`) }

/** Kubelet, service proxy and DNS in this process. */
export const startNode: StartComponent = unwired('node')
export const startKubelet: StartComponent = unwired('kubelet')
export const startProxy: StartComponent = unwired('proxy')
export const startDns: StartComponent = unwired('DNS server')
