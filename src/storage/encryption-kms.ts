import { newAesKey } from '../host/crypto.ts'
import type { Clock, Timer } from '../machinery/clock.ts'
import { sleep, timestamp } from '../machinery/clock.ts'
import { errorMessage, type Log } from '../machinery/log.ts'
import type { Random } from '../machinery/random.ts'
import { checkSource, keyIdFault, openWith, readEnvelope, sourceName, type Envelope } from './encryption-envelope.ts'
import type { EnvelopeSeed, ProviderPlan } from './encryption-plan.ts'
import type { KmsService } from './kms-client.ts'

/** A service that answers is asked again after a minute, as it alone knows when its key changes; one that does not, sooner. */
const WELL_MS = 60_000
const UNWELL_MS = 10_000
/** Health is asked for by many; the service is not asked each time. */
const WELL_TTL_MS = 20_000
const UNWELL_TTL_MS = 3_000
/** How long what was sealed by the last answer's key may go on without a new answer. */
const SEED_TTL_MS = 3 * 60_000
/** How long somebody who must read waits for a service that does not answer. */
const PATIENCE_MS = 30_000
const RETRY_MS = 500
const AWAY = /code = (Unavailable|DeadlineExceeded) /
/** How long an opened source is remembered. */
const SOURCE_TTL_MS = 24 * 3600_000

export interface KmsProviderOptions {
  readonly name: string
  readonly service: KmsService
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** One KMS: a seed for the values that this server seals, made anew when the service's key changes, and whatever else it must open. */
export class KmsProvider {
  readonly name: string
  readonly #options: KmsProviderOptions
  readonly #sources = new Map<string, { source: Promise<Uint8Array>; untilMs: number }>()
  readonly #listeners = new Set<() => void>()
  #seed: EnvelopeSeed | undefined
  #expiresMs = 0
  #version = ''
  #last: { atMs: number; error: Error | undefined } | undefined
  #checking: Promise<void> | undefined
  #timer: Timer | undefined
  #isClosed = false

  constructor(options: KmsProviderOptions) {
    this.#options = options
    this.name = options.name
  }

  /** Asks the service for the first time, and on from then. A service that is not there yet is waited for in the background. */
  async start(): Promise<void> {
    await this.#round()
  }

  async #round(): Promise<void> {
    await this.check().catch(error => this.#options.log.warn('The KMS is not well', { provider: this.name, error: errorMessage(error) }))
    if (!this.#isClosed) this.#timer = this.#options.clock.after(this.#last?.error ? UNWELL_MS : WELL_MS, () => void this.#round(), { background: true })
  }

  plan(): ProviderPlan {
    return { type: 'kms', name: this.name, ...(this.#seed && { seed: this.#seed }) }
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener)
  }

  /** Why nothing can be sealed now, if so. */
  refusal(): string | undefined {
    if (!this.#seed) return `got unexpected nil transformer${this.#last?.error ? `: ${this.#last.error.message}` : ''}`
    const now = this.#options.clock.now()
    return now > this.#expiresMs ? `encryptedDEKSource with keyID hash of ${this.name} expired at ${timestamp(this.#expiresMs)} (current time is ${timestamp(now)})` : undefined
  }

  /** Throws when the service is not well. */
  check(): Promise<void> {
    const { clock } = this.#options
    const last = this.#last
    if (last && clock.now() - last.atMs < (last.error ? UNWELL_TTL_MS : WELL_TTL_MS)) return last.error ? Promise.reject(last.error) : Promise.resolve()
    return (this.#checking ??= this.#ask().finally(() => { this.#checking = undefined }))
  }

  async #ask(): Promise<void> {
    const { clock, service } = this.#options
    let error: Error | undefined
    try {
      await this.#settle(await service.status())
    } catch (failure) {
      error = new Error(`kmsv2 Provider ${this.name} is not healthy, error: ${errorMessage(failure)}`)
    }
    this.#last = { atMs: clock.now(), error }
    if (error) throw error
  }

  async #settle({ healthz, version, keyId }: Awaited<ReturnType<KmsService['status']>>): Promise<void> {
    const faults: string[] = []
    if (healthz !== 'ok') faults.push(`got unexpected healthz status: ${healthz}`)
    if (version !== 'v2' && version !== 'v2beta1') faults.push(`expected KMSv2 API version v2, got ${version}`)
    else if ((this.#version ||= version) !== version) faults.push(`KMSv2 API version should not change after the initial status response version ${this.#version}, got ${version}`)
    const fault = keyIdFault(keyId)
    if (fault) faults.push(`got invalid KMSv2 KeyID: ${fault}`)
    else await this.#renew(keyId).catch(error => faults.push(errorMessage(error)))
    if (faults.length > 0) throw new Error(faults.length > 1 ? `[${faults.join(', ')}]` : faults[0])
  }

  /** A seed lives as long as the service's key; what it sealed is opened by the same service whatever its key is then. */
  async #renew(keyId: string): Promise<void> {
    const { clock, random, service, log } = this.#options
    const expiresMs = clock.now() + SEED_TTL_MS
    if (this.#seed?.keyId !== keyId) {
      const seed = newAesKey()
      const { ciphertext, keyId: usedId, annotations } = await service.encrypt(random.uuid(), seed)
      checkSource({ keyId: usedId, encryptedSource: ciphertext, annotations })
      if (usedId !== keyId) throw new Error('failed to rotate DEK: the key of the answer to Encrypt is not the one that Status tells')
      this.#seed = { keyId, encryptedSource: ciphertext, annotations, seed }
      this.#remember(sourceName({ derives: true, keyId, encryptedSource: ciphertext }), Promise.resolve(seed))
      log.info('The KMS gave a new key', { provider: this.name })
      for (const listener of this.#listeners) listener()
    }
    this.#expiresMs = expiresMs
  }

  /** Opens a value that this provider sealed, on this server or another. */
  async open(sealed: Uint8Array, context: string): Promise<Uint8Array> {
    const envelope = readEnvelope(sealed)
    const { clock } = this.#options
    const startedMs = clock.monotonic()
    for (;;) {
      try {
        return openWith(envelope, await this.#sourceOf(envelope), context)
      } catch (error) {
        // A service that starts beside the server is waited for: without it the server could not start at all.
        if (!AWAY.test(errorMessage(error)) || this.#isClosed || clock.monotonic() - startedMs > PATIENCE_MS) throw error
        await sleep(clock, RETRY_MS)
      }
    }
  }

  #sourceOf(envelope: Envelope): Promise<Uint8Array> {
    const { clock, random, service } = this.#options
    const name = sourceName(envelope)
    const known = this.#sources.get(name)
    if (known && known.untilMs > clock.now()) return known.source
    const { keyId, annotations, encryptedSource } = envelope
    // A copy: the envelope is a view of a much larger buffer.
    const asked = service.decrypt(random.uuid(), { ciphertext: encryptedSource.slice(), keyId, annotations })
    const source = asked.catch(error => {
      this.#sources.delete(name)
      throw new Error(`failed to decrypt DEK, error: ${errorMessage(error)}`)
    })
    this.#remember(name, source)
    return source
  }

  #remember(name: string, source: Promise<Uint8Array>): void {
    const now = this.#options.clock.now()
    for (const [each, { untilMs }] of this.#sources) if (untilMs <= now) this.#sources.delete(each)
    this.#sources.set(name, { source, untilMs: now + SOURCE_TTL_MS })
  }

  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
    this.#options.service.close()
  }
}
