import { join } from 'node:path'
import { resources } from '../api/index.ts'
import type { HealthCheck } from '../apiserver/paths/health.ts'
import { isStored } from '../apiserver/stores.ts'
import { errorMessage } from '../machinery/log.ts'
import { ConfiguredSealing } from '../storage/configured-sealing.ts'
import { readEncryptionConfig, type EncryptionConfig } from '../storage/encryption-config.ts'
import { loadKeyRing } from '../storage/encryption-keys.ts'
import { connectKms } from '../storage/kms-client.ts'
import { sealAgain } from '../storage/seal-again.ts'
import type { Storage } from '../storage/storage.ts'
import type { ComponentContext } from './component.ts'
import { followFile } from './follow-file.ts'
import type { Cleanup } from './start.ts'

/** What is sealed when nobody says otherwise: where credentials are kept. */
const SEALED_RESOURCES = ['secrets', 'configmaps']

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
export async function openEncryption(context: ComponentContext, cleanup: Cleanup): Promise<Encryption> {
  const { options, layout, host, clock, random, log } = context
  const path = options.encryptionProviderConfig
  const ringPath = keyRingPath(layout.pkiDir)
  const sealing = new ConfiguredSealing({ clock, random, log, connectKms, resources: resourcesByPrefix() })
  const load = async (): Promise<EncryptionConfig> => (path ? readEncryptionConfig(await host.files.readText(path), path) : ownConfig(await loadKeyRing(host.files, ringPath)))
  await sealing.configure(await load())
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
      void followFile({ files: host.files, log, path: path || ringPath, signal: ended.signal, changed: async () => { await sealing.configure(await load()); await moveOn() } })
      // A server that was stopped in the middle of that goes on with it.
      if (sealing.hasOlderKeys) moveOn().catch(error => log.error('Objects could not be sealed again with the newest key', { error: errorMessage(error) }))
    },
  }
}

const ownConfig = (keys: Awaited<ReturnType<typeof loadKeyRing>>): EncryptionConfig => ({
  resources: [{ resources: SEALED_RESOURCES, providers: [{ type: 'aesgcm', keys: keys.map(({ id, secret }) => ({ name: id, secret })) }, { type: 'identity' }] }],
})

const resourcesByPrefix = (): Record<string, string> =>
  Object.fromEntries(resources.filter(resource => isStored(resource) && !resource.storedAs).map(({ storagePrefix, plural, group }) => [storagePrefix, group ? `${plural}.${group}` : plural]))
