import { resources } from '../api/index.ts'
import { createApiServer } from '../apiserver/api-server.ts'
import { createAdmissionPlugins } from '../apiserver/admission/index.ts'
import { createServiceAccountTokens } from '../apiserver/authn/service-account-token.ts'
import { clientAuthority } from '../apiserver/bootstrap/config-maps.ts'
import { bootstrap } from '../apiserver/bootstrap/index.ts'
import { listen } from '../apiserver/network.ts'
import { measureChecks } from '../apiserver/health-metrics.ts'
import { createInstruments } from '../apiserver/instruments.ts'
import { readTracingConfig } from '../apiserver/tracing-config.ts'
import { memoryStorage } from '../storage/memory.ts'
import { sealedStorage } from '../storage/sealed-storage.ts'
import type { Sealing } from '../storage/encryption.ts'
import { sqliteStorage } from '../storage/sqlite.ts'
import type { Storage } from '../storage/storage.ts'
import { readAccountKeys } from './account-keys.ts'
import { dnsObjects } from './addons.ts'
import { createAudit } from './audit.ts'
import { createAuthentication } from './authentication.ts'
import { createAuthorization } from './authorization.ts'
import type { ComponentContext } from './component.ts'
import { createDescriptions } from './descriptions.ts'
import { openEncryption } from './encryption.ts'
import { followIdentities } from './follow-identities.ts'
import { nodeAddress } from './node-network.ts'
import { processMetrics } from './process-metrics.ts'
import type { Cleanup } from './start.ts'

const SHUTDOWN_GRACE_MS = 2_000

/** Opens the state, starts the API server over it, completes what every cluster contains, and opens the port. */
export async function apiServer(context: ComponentContext, cleanup: Cleanup): Promise<void> {
  const { options, layout, pki, host, clock, random, log, metrics } = context
  const encryption = await openEncryption(context, metrics, cleanup)
  const storage = await openStorage(context, encryption.sealing)
  cleanup(() => storage.close())
  encryption.follow(storage)
  const read = (path: string): Promise<string> => host.files.readText(path)
  const accountKeys = await readAccountKeys(host.files, options, pki)
  const issuer = `https://kubernetes.default.svc.${options.clusterDomain}`
  const [cert, key, clientCa, kubeletCert, kubeletKey] = await Promise.all([
    read(pki.certificate('apiserver')), read(pki.key('apiserver')), read(pki.certificate('ca')),
    read(pki.certificate('apiserver-kubelet-client')), read(pki.key('apiserver-kubelet-client')),
  ])
  let kubeletTls = { cert: kubeletCert, key: kubeletKey, ca: clientCa }
  const tracing = options.tracingConfigFile ? await (await import('./tracing.ts')).startTracing({ config: readTracingConfig(await read(options.tracingConfigFile)), clock, instance: options.instance }) : undefined
  if (tracing) cleanup(() => tracing.close())
  const instruments = createInstruments({ metrics, clock, resources, tracing })
  const authorization = await createAuthorization(context, metrics)
  const api = await createApiServer({
    kubelet: { get tls() { return kubeletTls } },
    tokens: reader => createServiceAccountTokens({ issuer, audiences: [issuer], ...accountKeys, reader, clock, random }),
    admission: createAdmissionPlugins({ enable: options.enableAdmissionPlugins, disable: options.disableAdmissionPlugins }),
    authorizers: authorization.choose, instruments,
    storage, clock, random, log, resources, services: { cidrs: [options.serviceCidr], nodePorts: options.nodePortRange },
  })
  cleanup(() => api.close())
  authorization.follow(api.authorizer, api.server.stopping)
  await bootstrap(api.local, api.stores, [clientAuthority(clientCa), ...dnsObjects(options.clusterDns, options.dnsPort)])
  const auditor = await createAudit(context, metrics, cleanup)
  const authentication = await createAuthentication(context, api, metrics)
  authentication.follow(api.server.stopping)
  const measured = measureChecks([...api.checks, ...encryption.checks])
  const process = processMetrics(metrics, host.files, options.storage === 'sqlite' ? `${layout.storageDir}/state.db` : undefined)
  const server = await listen(api, {
    checks: measured.checks, paths: [measured.path, async exchange => { if (exchange.path === '/metrics') await process.refresh(); return false }],
    observers: [...(tracing ? [tracing.observer] : []), instruments.observer, ...(auditor ? [auditor] : [])],
    metrics, advertised: { address: await nodeAddress(host, options) }, describe: createDescriptions(host.files),
    address: options.bindAddress, port: options.port, shutdownDelayMs: options.shutdownDelayDuration, tls: { cert, key, clientCa },
    ...(authentication.isOpen && { isOpen: authentication.isOpen }),
    authenticators: authentication.authenticators,
  })
  cleanup(() => server.close(SHUTDOWN_GRACE_MS))
  followIdentities(context, { http: server, tokens: api.server.tokens!, useKubeletClient: tls => { kubeletTls = tls } }, api.server.stopping)
  context.recordPort('api', server.port)
  context.api.provide(api.local)
  context.progress('the API server answers')
}

/** The cluster's state, secrets encrypted before they reach the disk. */
async function openStorage({ options, layout, host, clock, log }: ComponentContext, sealing: Sealing): Promise<Storage> {
  if (options.storage === 'memory') return sealedStorage(memoryStorage({ clock, log }), sealing)
  return sqliteStorage({ path: `${layout.storageDir}/state.db`, files: host.files, clock, log, sealing })
}
