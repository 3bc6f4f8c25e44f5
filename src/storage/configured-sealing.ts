import type { Clock } from '../machinery/clock.ts'
import type { Log } from '../machinery/log.ts'
import type { Random } from '../machinery/random.ts'
import type { StatusError } from '../machinery/status.ts'
import { SEALED } from './encryption-ciphers.ts'
import type { EncryptionConfig, ProviderConfig } from './encryption-config.ts'
import { KmsProvider } from './encryption-kms.ts'
import { kindPrefix, providersByKind, type ProviderPlan, type SealingPlan } from './encryption-plan.ts'
import { untransformable, type Sealing } from './encryption.ts'
import type { KmsService } from './kms-client.ts'

export interface ConfiguredSealingParts {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** The resource (`plural.group`) of keys below `/registry/<prefix>/`. */
  readonly resources: Readonly<Record<string, string>>
  connectKms(name: string, endpoint: string, timeoutMs: number): KmsService
}

/** Seals as a configuration says, which can be replaced by another while the server runs. */
export class ConfiguredSealing implements Sealing {
  readonly #parts: ConfiguredSealingParts
  readonly #listeners = new Set<() => void>()
  #config: EncryptionConfig = { resources: [] }
  #kms: ReadonlyMap<string, KmsProvider> = new Map()
  #plan: SealingPlan
  #first: (kind: string) => ProviderPlan | undefined = () => undefined

  constructor(parts: ConfiguredSealingParts) {
    this.#parts = parts
    this.#plan = { rules: [], resources: parts.resources }
  }

  /** Takes a configuration over. The services of the one before are let go once those of the new one have been asked. */
  async configure(config: EncryptionConfig): Promise<void> {
    const before = this.#kms
    const { clock, random, log } = this.#parts
    const wanted = config.resources.flatMap(({ providers }) => providers).filter(provider => provider.type === 'kms')
    const kms = new Map(wanted.map(({ name, endpoint, timeoutMs }) => [name, new KmsProvider({ name, clock, random, log, service: this.#parts.connectKms(name, endpoint, timeoutMs) })]))
    await Promise.all([...kms.values()].map(provider => provider.start()))
    this.#config = config
    this.#kms = kms
    for (const provider of kms.values()) provider.onChange(() => this.#planned())
    this.#planned()
    for (const provider of before.values()) provider.close()
  }

  #planned(): void {
    const planOf = (provider: ProviderConfig): ProviderPlan => (provider.type === 'kms' ? this.#kms.get(provider.name)!.plan() : provider)
    this.#plan = { resources: this.#parts.resources, rules: this.#config.resources.map(({ resources, providers }) => ({ resources, providers: providers.map(planOf) })) }
    const providersOf = providersByKind(this.#plan)
    this.#first = kind => providersOf(kind)?.[0]
    for (const listener of this.#listeners) listener()
  }

  plan(): SealingPlan {
    return this.#plan
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  refusal(key: string): StatusError | undefined {
    if (this.#kms.size === 0) return undefined
    const first = this.#first(kindPrefix(key))
    const why = first?.type === 'kms' ? this.#kms.get(first.name)?.refusal() : undefined
    return why === undefined ? undefined : untransformable(key, new Error(why))
  }

  async openRemotely(key: string, value: Uint8Array): Promise<Uint8Array> {
    try {
      const [, name] = /^k8s:enc:kms:v2:([^:]*):/.exec(Buffer.from(value.buffer, value.byteOffset, Math.min(value.length, 1024)).toString('latin1')) ?? []
      const provider = this.#kms.get(Buffer.from(name ?? '', 'latin1').toString())
      if (name === undefined || !provider) throw new Error('no matching prefix found')
      return await provider.open(value.subarray(`${SEALED}kms:v2:${name}:`.length), key)
    } catch (error) {
      throw untransformable(key, error)
    }
  }

  /** Whether some values may be sealed with a key that is not the newest of its provider. */
  get hasOlderKeys(): boolean {
    return this.#config.resources.some(({ providers }) => providers.some(provider => 'keys' in provider && provider.keys.length > 1))
  }

  /** Whether there is any KMS whose health matters. */
  get usesKms(): boolean {
    return this.#kms.size > 0
  }

  /** Throws when a KMS is not well. */
  async check(): Promise<void> {
    const outcomes = await Promise.allSettled([...this.#kms.values()].map(provider => provider.check()))
    const failed = outcomes.flatMap((outcome, index) => (outcome.status === 'rejected' ? [`kms-provider-${index}: ${(outcome.reason as Error).message}`] : []))
    if (failed.length > 0) throw new Error(failed.length > 1 ? `[${failed.join(', ')}]` : failed[0])
  }

  close(): void {
    for (const provider of this.#kms.values()) provider.close()
  }
}
