import type { ComponentName, StartComponent } from './component.ts'

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
  { name: 'apiserver', load: async () => (await import('./control-plane.ts')).startApiServer },
  { name: 'controller-manager', load: async () => (await import('./control-plane.ts')).startControllerManager },
  { name: 'scheduler', load: async () => (await import('./control-plane.ts')).startScheduler },
  { name: 'kubelet', load: async () => (await import('./node.ts')).startKubelet },
  { name: 'proxy', load: async () => (await import('./node.ts')).startProxy },
  { name: 'dns', load: async () => (await import('./node.ts')).startDns },
]
