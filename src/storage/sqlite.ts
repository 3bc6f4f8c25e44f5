import { Worker } from 'node:worker_threads'
import type { Files } from '../host/files.ts'
import { nextTurn } from '../machinery/clock.ts'
import { errorMessage, type Log } from '../machinery/log.ts'
import { StatusError } from '../machinery/status.ts'
import { isSealed } from './encryption-ciphers.ts'
import type { Sealing } from './encryption.ts'
import { kindPrefix, providersByKind } from './encryption-plan.ts'
import type { Change, ChangePosition, Head, Journal, JournalState } from './journal.ts'
import { LocalStorage, type LocalOptions } from './local.ts'
import { NOT_OPENED, pack, toPosition, unpack, type Answer, type Failure, type Opened, type PackedChanges, type Question, type Request } from './sqlite-messages.ts'
import type { CommitResult, Entry, Storage, Transaction } from './storage.ts'

/** Bytes in the write-ahead log that make a checkpoint worth its while when nothing else is to do, and when there always is. */
const CHECKPOINT_IDLE_BYTES = 12 << 20
const CHECKPOINT_BUSY_BYTES = 64 << 20
/** Besides its values, a transaction logs a page for each change (its place in the index) and a few of the tree's own (measured). */
const PAGE_BYTES = 4096
const TREE_PAGES = 3
/** The write-ahead log begins this large where there is plenty of room: syncing into blocks that exist takes half the time. */
const LOG_BYTES = 16 << 20
const PLENTY_BYTES = 1 << 30

export interface SqliteOptions extends LocalOptions {
  /** The database file; its folder must exist. */
  path: string
  files: Files
  /** Values are sealed by the thread that writes them; absent: they are not. */
  sealing?: Sealing
}

/** Opens or creates the cluster's state in one file. Rejects with a sentence when another server uses it or when it is not ours. */
export async function sqliteStorage(options: SqliteOptions): Promise<Storage> {
  // SQLite gives its write-ahead log the same permissions.
  if (!(await options.files.exists(options.path))) await options.files.write(options.path, '', { mode: 0o600 })
  const source = new URL('./sqlite-worker.ts', import.meta.url)
  // In a bundle the thread's code is a file of its own beside the others.
  const worker = new Worker(import.meta.url.endsWith('.ts') ? source : new URL('./sqlite-worker.js', import.meta.url), {
    // The process's own flags may not suit a second thread, such as --input-type.
    name: 'k8ts-storage', execArgv: [], workerData: { path: options.path, ...(options.sealing && { plan: options.sealing.plan() }) },
  })
  const opened = await new Promise<Opened>((resolve, reject) => {
    worker.once('message', resolve).once('error', reject).once('exit', () => reject(new Error(`the thread for ${options.path} ended before the file was open`)))
  })
  if ('error' in opened) {
    await worker.terminate()
    throw openingError(options.path, opened.error)
  }
  await growLog(options)
  const state: JournalState = { ...opened, heads: headsOf(opened.heads) }
  const journal = new SqliteJournal(worker, options.path, options.log, options.sealing)
  return options.sealing ? new SealingStorage(journal, state, options, options.sealing) : new LocalStorage(journal, state, options)
}

/** SQLite ignores what stands in its log after the last valid frame, and reuses the blocks after each checkpoint. */
async function growLog({ path, files, log }: SqliteOptions): Promise<void> {
  try {
    if ((await files.space(path)).availableBytes > PLENTY_BYTES) await files.append(`${path}-wal`, new Uint8Array(LOG_BYTES))
  } catch (error) {
    log.debug('The write-ahead log could not be enlarged beforehand; writes take a little longer', { error: errorMessage(error) })
  }
}

function* headsOf(packed: PackedChanges): Iterable<readonly [string, Head]> {
  for (const { key, revision, index, createRevision, deadlineMs } of unpack(packed)) yield [key, { revision, index, createRevision, deadlineMs, deleted: false }]
}

/** Refuses at once what the thread could not seal: there it would fail other writers' transactions too. */
class SealingStorage extends LocalStorage {
  readonly #sealing: Sealing
  readonly #journal: SqliteJournal

  constructor(journal: SqliteJournal, state: JournalState, options: SqliteOptions, sealing: Sealing) {
    super(journal, state, options)
    this.#sealing = sealing
    this.#journal = journal
  }

  override commit(transaction: Transaction): Promise<CommitResult> {
    for (const { type, key } of transaction.operations) {
      const refusal = type === 'put' ? this.#sealing.refusal(key) : undefined
      if (refusal) return Promise.reject(refusal)
    }
    return super.commit(transaction)
  }

  async isStale(key: string): Promise<boolean> {
    return this.#journal.isStale(key, await this.currentRevision())
  }
}

interface Outstanding {
  resolve(answer: Answer): void
  reject(error: Error): void
}

/** Asks the worker that owns the database. Questions are answered in order. */
export class SqliteJournal implements Journal {
  readonly #worker: Worker
  readonly #path: string
  readonly #log: Log
  readonly #sealing: Sealing | undefined
  readonly #forget: (() => void) | undefined
  #isNamed: (kind: string) => boolean = () => false
  readonly #outstanding = new Map<number, Outstanding>()
  #lastId = 0
  #walBytes = 0
  /** Why the worker is no more. */
  #dead: Error | undefined

  constructor(worker: Worker, path: string, log: Log, sealing?: Sealing) {
    this.#worker = worker
    this.#path = path
    this.#log = log
    this.#sealing = sealing
    this.#planned()
    this.#forget = sealing?.onChange(() => {
      this.#planned()
      void this.#ask({ type: 'plan', plan: sealing.plan() }).catch(error => log.error('The new encryption keys could not be handed on', { error: errorMessage(error) }))
    })
    worker.on('message', (answer: Answer) => this.#answered(answer))
    worker.on('error', error => this.#died(errorMessage(error)))
    worker.on('exit', () => this.#died('its thread ended'))
  }

  #planned(): void {
    if (!this.#sealing) return
    const providersOf = providersByKind(this.#sealing.plan())
    this.#isNamed = kind => providersOf(kind) !== undefined
  }

  get broken(): Error | undefined {
    return this.#dead
  }

  #ask(question: Question, transfer: ArrayBuffer[] = []): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#dead) return reject(this.#dead)
      const id = ++this.#lastId
      this.#outstanding.set(id, { resolve, reject })
      this.#worker.postMessage({ ...question, id } satisfies Request, transfer)
    })
  }

  #answered(answer: Answer): void {
    const asked = this.#outstanding.get(answer.id)!
    this.#outstanding.delete(answer.id)
    if (answer.error) asked.reject(diskError(this.#path, answer.error))
    else asked.resolve(answer)
  }

  #died(reason: string): void {
    this.#dead ??= new StatusError('InternalError', `the database ${this.#path} is gone: ${reason}; restart the server`)
    for (const { reject } of this.#outstanding.values()) reject(this.#dead)
    this.#outstanding.clear()
  }

  /** All requests that have arrived are read first: a batch costs two messages between threads and a flush of the disk, however many it holds. */
  gather(): Promise<void> {
    return nextTurn()
  }

  async append(changes: readonly Change[]): Promise<void> {
    const packed = pack(changes)
    this.#walBytes += packed.values.length + (changes.length + TREE_PAGES) * PAGE_BYTES
    await this.#ask({ type: 'append', changes: packed }, [packed.values.buffer, packed.numbers.buffer])
    if (this.#walBytes >= CHECKPOINT_BUSY_BYTES) this.#checkpoint()
  }

  idle(): void {
    if (this.#walBytes >= CHECKPOINT_IDLE_BYTES) this.#checkpoint()
  }

  #checkpoint(): void {
    this.#walBytes = 0
    this.#ask({ type: 'checkpoint' }).catch(error => this.#log.warn('The write-ahead log could not be folded into the database', { error: errorMessage(error) }))
  }

  async read(key: string, revision: number): Promise<Entry | undefined> {
    return (await this.#entries({ type: 'read', key, revision }))[0]
  }

  async scan(from: string, end: string | undefined, revision: number, limit: number): Promise<readonly Entry[]> {
    return this.#entries({ type: 'scan', from, end, revision, limit })
  }

  async history(from: string, end: string | undefined, after: number, through: number): Promise<{ changes: readonly Change[]; through: number }> {
    const answer = await this.#ask({ type: 'history', from, end, after, through })
    return { changes: await this.#opened(unpack(answer.changes!)), through: answer.through! }
  }

  async values(positions: readonly ChangePosition[]): Promise<readonly (Uint8Array | undefined)[]> {
    const answer = await this.#ask({ type: 'values', positions: positions.map(toPosition) })
    return (await this.#opened(unpack(answer.changes!))).map(({ value }) => value)
  }

  /** Whether a key's value is sealed otherwise than it would be today. Kinds that nothing is said of cost no question. */
  async isStale(key: string, revision: number): Promise<boolean> {
    return this.#isNamed(kindPrefix(key)) && (await this.#ask({ type: 'stale', key, revision })).isStale!
  }

  async #entries(question: Question): Promise<Entry[]> {
    const { changes } = await this.#ask(question)
    return (await this.#opened(unpack(changes!))).map(({ key, value, revision, createRevision }) => ({ key, value: value!, revision, createRevision }))
  }

  /** The thread has opened what it has the keys for. */
  async #opened(changes: Change[]): Promise<Change[]> {
    const sealing = this.#sealing
    if (!sealing || !changes.some(({ value }) => value && isSealed(value))) return changes
    return Promise.all(changes.map(async change => (change.value && isSealed(change.value) ? { ...change, value: await sealing.openRemotely(change.key, change.value) } : change)))
  }

  /** In steps, so that writes pass between them. */
  async compact(revision: number): Promise<void> {
    while (!(await this.#ask({ type: 'compact', revision })).done);
  }

  async close(): Promise<void> {
    this.#forget?.()
    if (this.#dead) return
    await this.#ask({ type: 'close' })
    await new Promise<void>(resolve => (this.#dead ? resolve() : this.#worker.once('exit', () => resolve())))
  }
}

/** SQLite's primary result codes that have a sentence of their own. */
const BUSY = 5
const READ_ONLY = 8
const FULL = 13
const NOT_A_DATABASE = 26

function openingError(path: string, { code, message }: Failure): Error {
  if (code === BUSY) return new Error(`another k8ts server is using the cluster state in ${path}; stop it first, or choose another data folder`)
  if (code === FULL) return new Error(`the disk that holds the cluster state is full (${path}); free some space and start again`)
  if (code === NOT_A_DATABASE) return new Error(`${path} is not a database of k8ts; move it away, or choose another data folder`)
  return new Error(`the cluster state in ${path} cannot be opened: ${message}`)
}

function diskError(path: string, { code, message }: Failure): StatusError {
  if (code === NOT_OPENED) return new StatusError('InternalError', message)
  if (code === FULL) return new StatusError('InternalError', `the disk that holds the cluster state is full (${path}); nothing was written, free some space and try again`)
  if (code === READ_ONLY) return new StatusError('InternalError', `the cluster state in ${path} cannot be written: the file or its file system is read-only`)
  return new StatusError('InternalError', `the disk that holds the cluster state failed (${path}): ${message}`)
}
