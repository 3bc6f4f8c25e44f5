import { startControllers } from '../controllers/index.ts'
import type { ControllerSettings } from '../controllers/settings.ts'
import { readAccountKeys } from './account-keys.ts'
import { identities } from './api-access.ts'
import type { ComponentContext } from './component.ts'
import { controllerMetrics } from './controller-metrics.ts'
import { legacyTokenSigner } from './legacy-tokens.ts'
import type { Cleanup } from './start.ts'

/** All controllers. */
export async function controllerManager(context: ComponentContext, cleanup: Cleanup): Promise<void> {
  const { api, clock, random, log, kubeconfig, options } = context
  const [client, cache, settings] = await Promise.all([api.client(identities['controller-manager']), api.cache(), settingsFrom(context)])
  const clients = await api.clients()
  const running = startControllers({
    client, cache, clock, random, log, settings, metrics: controllerMetrics(context.metrics),
    clientFor: name => clients(identities.controller(name)),
    ...(kubeconfig !== undefined && { leaderElection: { identity: `${options.nodeName}_${random.uuid()}` } }),
  })
  cleanup(() => running.stop())
}

/** What controllers do with keys and with the host they do through functions: the keys stay here. */
async function settingsFrom({ host, pki, options }: ComponentContext): Promise<Partial<ControllerSettings>> {
  const read = (path: string): Promise<string> => host.files.readText(path)
  const accountKeys = (): ReturnType<typeof readAccountKeys> => readAccountKeys(host.files, options, pki)
  const [rootCa, caKey, atStart] = await Promise.all([read(pki.certificate('ca')), read(pki.key('ca')), accountKeys()])
  // Our own key may have been replaced since; a key from outside is taken over at a start, by the API server too.
  const inForce = async () => (options.serviceAccountSigningKeyFile ? atStart : await accountKeys()).signingKey
  return {
    rootCa, clusterCidr: options.clusterCidr,
    // The X.509 library costs a start a tenth of a second: it is loaded by the first request.
    readRequest: async request => (await import('./certificate-signing.ts')).readCertificateRequest(request),
    signRequest: async (request, terms) => (await import('./certificate-signing.ts')).requestSigner({ certificate: rootCa, key: caKey })(request, terms),
    signAccountToken: async (account, secret) => legacyTokenSigner(await inForce())(account, secret), removeHostPath: path => host.files.remove(path),
  }
}
