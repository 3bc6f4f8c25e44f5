import { dns } from './dns.ts'
import { kubelet } from './kubelet.ts'
import { proxy } from './proxy.ts'
import { component } from './start.ts'

/** Kubelet, service proxy and DNS in this process. */
export const startNode = component(async (context, cleanup) => {
  await Promise.all([kubelet(context, cleanup), proxy(context, cleanup), dns(context, cleanup)])
})
