import { startControllers } from '../controllers/index.ts'
import { identities } from './api-access.ts'
import { readCertificateRequest, requestSigner } from './certificate-signing.ts'
import type { ComponentContext } from './component.ts'
import type { Cleanup } from './start.ts'

/** All controllers. */
export async function controllerManager(context: ComponentContext, cleanup: Cleanup): Promise<void> {
  const { api, clock, random, log, host, pki, kubeconfig } = context
  const [client, cache, rootCa, caKey] = await Promise.all([
    api.client(identities['controller-manager']), api.cache(), host.files.readText(pki.certificate('ca')), host.files.readText(pki.key('ca')),
  ])
  const clients = await api.clients()
  const running = startControllers({
    client, cache, clock, random, log, settings: { rootCa, readRequest: readCertificateRequest, signRequest: requestSigner({ certificate: rootCa, key: caKey }) },
    clientFor: name => clients(identities.controller(name)),
    ...(kubeconfig !== undefined && { leaderElection: { identity: `${context.options.nodeName}_${random.uuid()}` } }),
  })
  cleanup(() => running.stop())
}
