import type { ComponentName, StartComponent } from './component.ts'
import { component } from './start.ts'

/** A part of the cluster that is loaded when it is started. */
export interface Part {
  name: ComponentName | 'control-plane' | 'node'
  load(): Promise<StartComponent>
}

/** What one server process runs by default, in the order in which it starts and the reverse of that in which it stops. */
export const serverParts: readonly Part[] = [
  { name: 'control-plane', load: async () => (await import('./control-plane.ts')).startControlPlane },
  { name: 'node', load: async () => (await import('./node.ts')).startNode },
]

/** The parts that can run as processes of their own. */
export const singleParts: readonly Part[] = [
  { name: 'apiserver', load: async () => component((await import('./api-server.ts')).apiServer) },
  { name: 'controller-manager', load: async () => component((await import('./controller-manager.ts')).controllerManager) },
  { name: 'scheduler', load: async () => component((await import('./scheduler.ts')).scheduler) },
  { name: 'kubelet', load: async () => component((await import('./kubelet.ts')).kubelet) },
  { name: 'proxy', load: async () => component((await import('./proxy.ts')).proxy) },
  { name: 'dns', load: async () => component((await import('./dns.ts')).dns) },
]
