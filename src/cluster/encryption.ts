import { hostname } from 'node:os'
import { join } from 'node:path'
import { resources } from '../api/index.ts'
import { createReloadMetrics, followConfiguration } from '../apiserver/configuration/reload.ts'
import type { HealthCheck } from '../apiserver/paths/health.ts'
import { isStored } from '../apiserver/stores.ts'
import type { Clock } from '../machinery/clock.ts'
import { errorMessage } from '../machinery/log.ts'
import type { Metrics } from '../machinery/metrics.ts'
import { ConfiguredSealing } from '../storage/configured-sealing.ts'
import { readEncryptionConfig, type EncryptionConfig } from '../storage/encryption-config.ts'
import { loadKeyRing } from '../storage/encryption-keys.ts'
import { connectKms, type KmsService } from '../storage/kms-client.ts'
import { sealAgain } from '../storage/seal-again.ts'
import type { Storage } from '../storage/storage.ts'
import { sha256 } from './authorization.ts'
import type { ComponentContext } from './component.ts'
import { followFile } from './follow-file.ts'
import type { Cleanup } from './start.ts'

/** What is sealed when nobody says otherwise: where credentials are kept. */
const SEALED_RESOURCES = ['secrets', 'configmaps']

/** Upstream's, in seconds. */
const KMS_BUCKETS = Array.from({ length: 20 }, (_, index) => 0.0001 * 2 ** index)

export interface Encryption {
  readonly sealing: ConfiguredSealing
  /** `kms-providers`, where there are any or may come some. */
  readonly checks: readonly HealthCheck[]
  /** To be called when the storage is open: keys and configuration are followed from then on. */
  follow(storage: Storage): void
}

/** The keys' own file in the data folder. */
export const keyRingPath = (pkiDir: string): string => join(pkiDir, 'encryption.keys')

/** How what the storage keeps is sealed: as `--encryption-provider-config` says, or with the keys of the data folder. */
export async function openEncryption(context: ComponentContext, metrics: Metrics, cleanup: Cleanup): Promise<Encryption> {
  const { options, layout, host, clock, random, log } = context
  const path = options.encryptionProviderConfig
  const ringPath = keyRingPath(layout.pkiDir)
  const sealing = new ConfiguredSealing({ clock, random, log, connectKms: measuredKms(metrics, clock), resources: resourcesByPrefix() })
  const load = async (text: string): Promise<EncryptionConfig> => (path ? readEncryptionConfig(text, path) : ownConfig(await loadKeyRing(host.files, ringPath)))
  const initial = path ? await host.files.readText(path) : ''
  await sealing.configure(await load(initial))
  cleanup(() => sealing.close())
  const reloads = path === '' || options.encryptionProviderConfigAutomaticReload
  const isChecked = path !== '' && (sealing.usesKms || reloads)
  return {
    sealing,
    checks: isChecked ? [{ name: 'kms-providers', of: ['healthz', 'livez', 'readyz'], check: async () => { await sealing.check(); return true } }] : [],
    follow(storage) {
      if (!reloads) return
      const ended = new AbortController()
      cleanup(() => ended.abort())
      // Those who bring their own configuration decide themselves when all objects are written again.
      const moveOn = async (): Promise<void> => {
        const count = path ? 0 : await sealAgain(storage, SEALED_RESOURCES.map(resource => `/registry/${resource}/`))
        if (count > 0) log.info('Objects were sealed again with the newest key', { count })
      }
      const apply = async (text: string): Promise<void> => {
        await sealing.configure(await load(text))
        await moveOn()
      }
      if (!path) void followFile({ files: host.files, log, path: ringPath, signal: ended.signal, changed: apply })
      else {
        const reloaded = createReloadMetrics(metrics, clock, 'encryption_config_controller', 'encryption configuration', sha256, hostname())
        followConfiguration({ files: host.files, path, initial, apply, signal: ended.signal, log, metrics: reloaded })
          .catch((error: unknown) => { if (!ended.signal.aborted) log.error('The encryption configuration is not followed any more', { path, error: errorMessage(error) }) })
      }
      // A server that was stopped in the middle of that goes on with it.
      if (sealing.hasOlderKeys) moveOn().catch(error => log.error('Objects could not be sealed again with the newest key', { error: errorMessage(error) }))
    },
  }
}

/** KMS calls, with how long they took under upstream's name. */
function measuredKms(metrics: Metrics, clock: Clock): (name: string, endpoint: string, timeoutMs: number) => KmsService {
  const latency = metrics.histogram('apiserver_envelope_encryption_kms_operations_latency_seconds', 'KMS operation duration with gRPC error code status total.', KMS_BUCKETS)
  return (name, endpoint, timeoutMs) => {
    const service = connectKms(endpoint, timeoutMs)
    const measure = <Args extends unknown[], T>(method: string, call: (...args: Args) => Promise<T>) => async (...args: Args): Promise<T> => {
      const startedMs = clock.monotonic()
      let code = 'OK'
      try {
        return await call(...args)
      } catch (error) {
        code = /code = (\w+)/.exec(errorMessage(error))?.[1] ?? 'unknown-non-grpc'
        throw error
      } finally {
        latency.observe({ grpc_status_code: code, method_name: `/v2.KeyManagementService/${method}`, provider_name: name }, (clock.monotonic() - startedMs) / 1000)
      }
    }
    return { status: measure('Status', service.status), encrypt: measure('Encrypt', service.encrypt), decrypt: measure('Decrypt', service.decrypt), close: service.close }
  }
}

const ownConfig = (keys: Awaited<ReturnType<typeof loadKeyRing>>): EncryptionConfig => ({
  resources: [{ resources: SEALED_RESOURCES, providers: [{ type: 'aesgcm', keys: keys.map(({ id, secret }) => ({ name: id, secret })) }, { type: 'identity' }] }],
})

const resourcesByPrefix = (): Record<string, string> =>
  Object.fromEntries(resources.filter(resource => isStored(resource) && !resource.storedAs).map(({ storagePrefix, plural, group }) => [storagePrefix, group ? `${plural}.${group}` : plural]))
