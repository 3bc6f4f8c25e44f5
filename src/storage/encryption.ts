import { aesGcm, type AesGcm } from '../host/crypto.ts'
import { StatusError } from '../machinery/status.ts'
import type { KeyRing } from './encryption-keys.ts'
import { isCompacted, type CommitResult, type Compacted, type Entry, type ListOptions, type Page, type Storage, type StorageEvent, type Transaction, type Watch,
  type WatchBatch, type WatchOptions } from './storage.ts'

/** Stands before every encrypted value, followed by the key's name and a colon. Other values are taken as they are. */
const MARK = 'k8ts:enc:aesgcm:v1:'

/** What is encrypted unless somebody asks for more. */
export const ENCRYPTED_PREFIXES: readonly string[] = ['/registry/secrets/']

export interface EncryptionOptions {
  keys: KeyRing
  /** Values of keys under these prefixes are encrypted when they are written. */
  prefixes?: readonly string[]
}

/** The same storage, with values under some prefixes encrypted in what the inner storage sees. What was written before in the clear stays readable. */
export function encryptedStorage(inner: Storage, { keys, prefixes = ENCRYPTED_PREFIXES }: EncryptionOptions): Storage {
  return new EncryptedStorage(inner, new ValueCipher(keys), prefixes)
}

/** Encrypts again whatever was not encrypted with the first key, object by object; tells how many. Afterwards the other keys can be dropped. */
export async function encryptAgain(inner: Storage, { keys, prefixes = ENCRYPTED_PREFIXES }: EncryptionOptions): Promise<number> {
  const cipher = new ValueCipher(keys)
  let count = 0
  for (const prefix of prefixes) {
    const page = await inner.list(prefix)
    if (isCompacted(page)) throw new StatusError('InternalError', 'the newest revision cannot be compacted')
    for (const { key, value, revision } of page.entries) {
      if (cipher.isFresh(value)) continue
      const fresh = cipher.seal(key, cipher.open(key, value))
      // Whoever wrote in between has used the first key.
      const result = await inner.commit({ compare: [{ key, revision }], operations: [{ type: 'put', key, value: fresh }] })
      if (result.committed) count++
    }
  }
  return count
}

class ValueCipher {
  readonly #firstId: string
  readonly #first: AesGcm
  readonly #byId: ReadonlyMap<string, AesGcm>
  /** What this process encrypted and still has in its hands need not be decrypted when it comes back from a watch. */
  readonly #plain = new WeakMap<Uint8Array, Uint8Array>()

  constructor(keys: KeyRing) {
    this.#firstId = keys[0].id
    this.#byId = new Map(keys.map(({ id, secret }) => [id, aesGcm(secret)]))
    this.#first = this.#byId.get(this.#firstId)!
  }

  /** The storage key is bound to the value, so that nobody can put one object's value in another's place. */
  seal(key: string, value: Uint8Array): Uint8Array {
    const sealed = Buffer.concat([Buffer.from(`${MARK}${this.#firstId}:`), this.#first.seal(value, key)])
    this.#plain.set(sealed, value)
    return sealed
  }

  open(key: string, value: Uint8Array): Uint8Array {
    const known = this.#plain.get(value)
    if (known) return known
    const id = keyIdOf(value)
    if (id === undefined) return value
    const cipher = this.#byId.get(id)
    if (!cipher) throw unreadable(key, `its encryption key ${id} is not among the server's keys`)
    const plain = cipher.open(value.subarray(MARK.length + id.length + 1), key)
    if (!plain) throw unreadable(key, 'it was changed, or encrypted with another key of the same name')
    return plain
  }

  isFresh(value: Uint8Array): boolean {
    return keyIdOf(value) === this.#firstId
  }
}

/** The name of the key that encrypted a value, or undefined for a value in the clear. */
function keyIdOf(value: Uint8Array): string | undefined {
  const head = Buffer.from(value.buffer, value.byteOffset, Math.min(value.length, MARK.length + 100))
  if (head.toString('latin1', 0, MARK.length) !== MARK) return undefined
  const end = head.indexOf(':', MARK.length)
  return end < 0 ? undefined : head.toString('latin1', MARK.length, end)
}

const unreadable = (key: string, reason: string): StatusError => new StatusError('InternalError', `the object stored at ${key} cannot be decrypted: ${reason}`)

class EncryptedStorage implements Storage {
  readonly #inner: Storage
  readonly #cipher: ValueCipher
  readonly #prefixes: readonly string[]

  constructor(inner: Storage, cipher: ValueCipher, prefixes: readonly string[]) {
    this.#inner = inner
    this.#cipher = cipher
    this.#prefixes = prefixes
  }

  async commit(transaction: Transaction): Promise<CommitResult> {
    const operations = transaction.operations.map(operation =>
      operation.type === 'put' && this.#covers(operation.key) ? { ...operation, value: this.#cipher.seal(operation.key, operation.value) } : operation)
    const result = await this.#inner.commit({ ...transaction, operations })
    return result.committed ? result : { ...result, current: result.current.map(entry => entry && this.#opened(entry)) }
  }

  async get(key: string): Promise<Entry | undefined> {
    const entry = await this.#inner.get(key)
    return entry && this.#opened(entry)
  }

  async list(prefix: string, options?: ListOptions): Promise<Page | Compacted> {
    const page = await this.#inner.list(prefix, options)
    return isCompacted(page) || !this.#concerns(prefix) ? page : { ...page, entries: page.entries.map(entry => this.#opened(entry)) }
  }

  watch(prefix: string, options: WatchOptions): Watch {
    const inner = this.#inner.watch(prefix, options)
    if (!this.#concerns(prefix)) return inner
    const open = (event: StorageEvent): StorageEvent => this.#openedEvent(event)
    return {
      revision: () => inner.revision(),
      requestProgress: revision => inner.requestProgress(revision),
      async *[Symbol.asyncIterator](): AsyncGenerator<WatchBatch | Compacted, void> {
        for await (const batch of inner) yield isCompacted(batch) ? batch : { ...batch, events: batch.events.map(open) }
      },
    }
  }

  currentRevision(): Promise<number> {
    return this.#inner.currentRevision()
  }

  compact(revision: number): Promise<void> {
    return this.#inner.compact(revision)
  }

  compactedRevision(): number {
    return this.#inner.compactedRevision()
  }

  close(): Promise<void> {
    return this.#inner.close()
  }

  #covers(key: string): boolean {
    return this.#prefixes.some(prefix => key.startsWith(prefix))
  }

  /** Whether keys under `prefix` can be encrypted. */
  #concerns(prefix: string): boolean {
    return this.#prefixes.some(covered => prefix.startsWith(covered) || covered.startsWith(prefix))
  }

  #opened(entry: Entry): Entry {
    return this.#covers(entry.key) ? { ...entry, value: this.#cipher.open(entry.key, entry.value) } : entry
  }

  #openedEvent(event: StorageEvent): StorageEvent {
    if (!this.#covers(event.key)) return event
    const previous = event.previous && { previous: this.#cipher.open(event.key, event.previous) }
    return event.type === 'put' ? { ...event, ...previous, value: this.#cipher.open(event.key, event.value) } : { ...event, ...previous }
  }
}
