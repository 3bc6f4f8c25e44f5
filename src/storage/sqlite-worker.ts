import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../machinery/assert.ts'
import { StatusError } from '../machinery/status.ts'
import { createSealer, type Sealer } from './encryption.ts'
import type { SealingPlan } from './encryption-plan.ts'
import { endOfRevision, FIELDS, NOT_OPENED, revisionOf, type Answer, type Failure, type Opened, type PackedChanges, type Request } from './sqlite-messages.ts'

/** Marks the file as ours ("k8ts"), and the layout of its tables. */
const APPLICATION_ID = 0x6b387473
const LAYOUT = 1
/** One answer carries about this much, so that a long read does not hold up writes or fill memory. */
const ANSWER_BYTES = 4 << 20
const ANSWER_ROWS = 5000
/** Rows that one step of a compaction looks at. */
const COMPACT_ROWS = 500

/** The deadline of a row that says that its key was deleted. */
const DELETED = -1

const COLUMNS = 'key, position, create_revision, previous, deadline, value'
const NEWEST = `SELECT ${COLUMNS} FROM changes WHERE key = ? AND position <= ? ORDER BY position DESC LIMIT 1`

interface Row {
  key: string
  position: number
  create_revision: number
  previous: number
  deadline: number
  value: Uint8Array | null
}

/** The database of a cluster: one table of changes in the order of history, found again by key. */
class Database {
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  /** Absent: nothing is sealed. */
  sealer: Sealer | undefined

  constructor(path: string) {
    this.#db = new DatabaseSync(path)
    // Exclusive: the lock is ours until the process ends, however it ends, and there is no shared-memory file.
    this.#db.exec('PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA temp_store=MEMORY')
    // Nothing is written to a file that is in order, so that it opens on a full disk too.
    if (this.#number('SELECT count(*) AS tables FROM sqlite_schema') === 0) this.#createTables()
    assert(this.#number('PRAGMA application_id') === APPLICATION_ID, 'the file is a database, but not of k8ts')
    const layout = this.#number('PRAGMA user_version')
    assert(layout <= LAYOUT, `the file was written by a newer k8ts (layout ${layout}, this one reads ${LAYOUT})`)
  }

  #createTables(): void {
    this.#db.exec(`BEGIN IMMEDIATE;
      CREATE TABLE changes (position INTEGER PRIMARY KEY, key TEXT NOT NULL, create_revision INTEGER NOT NULL,
        previous INTEGER NOT NULL, deadline INTEGER NOT NULL, value BLOB) STRICT;
      CREATE UNIQUE INDEX changes_by_key ON changes (key, position, create_revision, deadline);
      CREATE TABLE state (one INTEGER PRIMARY KEY CHECK (one = 1), revision INTEGER NOT NULL, compacted INTEGER NOT NULL, swept INTEGER NOT NULL) STRICT;
      INSERT INTO state VALUES (1, 1, 0, 0);
      PRAGMA application_id=${APPLICATION_ID}; PRAGMA user_version=${LAYOUT};
      COMMIT`)
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (!statement) this.#statements.set(sql, (statement = this.#db.prepare(sql)))
    return statement
  }

  #rows(sql: string, ...values: SQLInputValue[]): Iterable<Row> {
    return this.#statement(sql).iterate(...values) as Iterable<unknown> as Iterable<Row>
  }

  #number(sql: string): number {
    return Number(Object.values(this.#db.prepare(sql).get() ?? { none: 0 })[0])
  }

  #transact<Result>(action: () => Result): Result {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      const result = action()
      this.#db.exec('COMMIT')
      return result
    } catch (error) {
      // SQLite has already rolled back after some errors, such as a full disk.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
  }

  open(): Opened {
    const state = this.#statement('SELECT revision, compacted FROM state').get() as { revision: number; compacted: number }
    const heads = new Packer()
    // The index alone answers this: no value is read.
    const newest = 'SELECT key, max(position) AS position, create_revision, deadline FROM changes GROUP BY key'
    for (const row of this.#rows(newest)) if (row.deadline !== DELETED) heads.add({ ...row, previous: 0, value: null })
    // The newest change may be compacted away when it was a deletion; the counter in `state` is only as new as the last compaction.
    const revision = Math.max(state.revision, revisionOf(this.#number('SELECT coalesce(max(position), 0) FROM changes')))
    return { revision, compactedRevision: state.compacted, heads: heads.finish() }
  }

  append({ keys, numbers, values }: PackedChanges): void {
    const insert = this.#statement('INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?)')
    this.#transact(() => {
      let offset = 0
      keys.forEach((key, row) => {
        const at = row * FIELDS
        const length = numbers[at + 4]!
        const value = length < 0 ? null : values.subarray(offset, (offset += length))
        insert.run(numbers[at]!, key, numbers[at + 1]!, numbers[at + 2]!, value ? numbers[at + 3]! : DELETED, value && this.#sealed(key, value))
      })
    })
  }

  #sealed(key: string, value: Uint8Array): Uint8Array {
    return this.sealer ? this.sealer.seal(key, value) : value
  }

  isStale(key: string, revision: number): boolean {
    const [row] = this.#rows(NEWEST, key, endOfRevision(revision))
    return Boolean(row?.value && this.sealer?.isStale(key, row.value))
  }

  read(key: string, revision: number): PackedChanges {
    const found = new Packer(this.sealer)
    for (const row of this.#rows(NEWEST, key, endOfRevision(revision))) if (row.value) found.add(row)
    return found.finish()
  }

  scan(from: string, end: string | undefined, revision: number, limit: number): PackedChanges {
    const found = new Packer(this.sealer)
    const through = endOfRevision(revision)
    const sql = `SELECT ${COLUMNS} FROM changes AS newest WHERE key >= ? ${end === undefined ? '' : 'AND key < ?'} AND position <= ? AND value IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM changes AS later WHERE later.key = newest.key AND later.position > newest.position AND later.position <= ?) ORDER BY key`
    for (const row of this.#rows(sql, from, ...(end === undefined ? [] : [end]), through, through)) {
      found.add(row)
      if (found.isFull || found.size >= limit) break
    }
    return found.finish()
  }

  history(from: string, end: string | undefined, after: number, through: number): { changes: PackedChanges; through: number } {
    const found = new Packer(this.sealer)
    const sql = `SELECT ${COLUMNS} FROM changes WHERE position > ? AND position <= ? AND key >= ? ${end === undefined ? '' : 'AND key < ?'} ORDER BY position`
    let last = 0
    for (const row of this.#rows(sql, endOfRevision(after), endOfRevision(through), from, ...(end === undefined ? [] : [end]))) {
      const revision = revisionOf(row.position)
      if (found.isFull && revision !== last) return { changes: found.finish(), through: last }
      found.add(row)
      last = revision
    }
    return { changes: found.finish(), through }
  }

  values(positions: readonly number[]): PackedChanges {
    const found = new Packer(this.sealer)
    const select = this.#statement(`SELECT ${COLUMNS} FROM changes WHERE position = ?`)
    for (const position of positions)
      found.add((select.get(position) as Row | undefined) ?? { key: '', position, create_revision: 0, previous: 0, deadline: 0, value: null })
    return found.finish()
  }

  /** One step; true when there is nothing left to forget up to `revision`. */
  compact(revision: number): boolean {
    return this.#transact(() => {
      const { swept } = this.#statement('SELECT swept FROM state').get() as { swept: number }
      const sql = `SELECT position, previous, deadline = ${DELETED} AS deleted FROM changes WHERE position > ? AND position <= ? ORDER BY position LIMIT ?`
      const rows = this.#statement(sql).all(swept, endOfRevision(revision), COMPACT_ROWS) as { position: number; previous: number; deleted: number }[]
      const remove = this.#statement('DELETE FROM changes WHERE position = ?')
      for (const { position, previous, deleted } of rows) {
        if (previous > 0) remove.run(previous)
        if (deleted) remove.run(position)
      }
      const done = rows.length < COMPACT_ROWS
      const update = this.#statement('UPDATE state SET revision = max(revision, ?1), compacted = max(compacted, ?1), swept = max(swept, ?2)')
      update.run(revision, done ? endOfRevision(revision) : rows.at(-1)!.position)
      return done
    })
  }

  checkpoint(): void {
    this.#db.exec('PRAGMA wal_checkpoint(PASSIVE)')
  }

  close(): void {
    this.#db.close()
  }
}

/** Collects rows for an answer, their values opened. What only a KMS can open goes as it is: whoever asked asks it. */
class Packer {
  readonly #sealer: Sealer | undefined
  readonly #keys: string[] = []
  readonly #numbers: number[] = []
  readonly #values: Uint8Array[] = []
  #bytes = 0

  constructor(sealer?: Sealer) {
    this.#sealer = sealer
  }

  get size(): number {
    return this.#keys.length
  }

  get isFull(): boolean {
    return this.#bytes >= ANSWER_BYTES || this.#keys.length >= ANSWER_ROWS
  }

  add(row: Row): void {
    this.#keys.push(row.key)
    const value = row.value && this.#opened(row.key, row.value)
    this.#numbers.push(row.position, row.create_revision, row.previous, Math.max(0, row.deadline), value ? value.length : -1)
    if (!value) return
    this.#values.push(value)
    this.#bytes += value.length
  }

  #opened(key: string, value: Uint8Array): Uint8Array {
    return this.#sealer?.open(key, value) ?? value
  }

  finish(): PackedChanges {
    const values = new Uint8Array(this.#bytes)
    let offset = 0
    for (const value of this.#values) {
      values.set(value, offset)
      offset += value.length
    }
    return { keys: this.#keys, numbers: Float64Array.from(this.#numbers), values }
  }
}

function answer(database: Database, request: Request): Omit<Answer, 'id'> {
  switch (request.type) {
    case 'append': return (database.append(request.changes), {})
    case 'read': return { changes: database.read(request.key, request.revision) }
    case 'scan': return { changes: database.scan(request.from, request.end, request.revision, request.limit) }
    case 'history': return database.history(request.from, request.end, request.after, request.through)
    case 'values': return { changes: database.values(request.positions) }
    case 'compact': return { done: database.compact(request.revision) }
    case 'stale': return { isStale: database.isStale(request.key, request.revision) }
    case 'plan': return {}
    case 'checkpoint': return (database.checkpoint(), {})
    case 'close': return (database.close(), {})
  }
}

/** The extended code's low byte is the primary one; 0 when it was not SQLite that failed. */
function failureOf(error: unknown): Failure {
  if (error instanceof StatusError) return { message: error.message, code: NOT_OPENED }
  const { errcode = 0 } = error as { errcode?: number }
  return { message: error instanceof Error ? error.message : String(error), code: errcode & 0xff }
}

async function serve({ path, plan }: WorkerData): Promise<void> {
  const port = parentPort
  assert(port, 'sqlite-worker.ts runs in a worker thread')
  let database: Database
  try {
    database = new Database(path)
    if (plan) database.sealer = await createSealer(plan)
    port.postMessage(database.open() satisfies Opened)
  } catch (error) {
    port.postMessage({ error: failureOf(error) } satisfies Opened)
    return
  }
  const perform = (request: Request): void => {
    let reply: Omit<Answer, 'id'>
    try {
      reply = answer(database, request)
    } catch (error) {
      reply = { error: failureOf(error) }
    }
    const buffers = reply.changes ? [reply.changes.numbers.buffer, reply.changes.values.buffer] : []
    port.postMessage({ ...reply, id: request.id } satisfies Answer, buffers)
    if (request.type === 'close') port.close()
  }
  // While a plan's ciphers are loaded, what was asked after it waits: it must be sealed by that plan.
  let waiting: Request[] | undefined
  port.on('message', (request: Request) => {
    if (waiting) return void waiting.push(request)
    if (request.type !== 'plan') return perform(request)
    waiting = []
    void changeSealer(database, request.plan).then(error => {
      const rest = waiting!
      waiting = undefined
      if (error) port.postMessage({ id: request.id, error } satisfies Answer)
      else perform(request)
      for (const each of rest) port.emit('message', each)
    })
  })
}

/** What went wrong, when a plan cannot be used: the one before stays in force. */
const changeSealer = (database: Database, plan: SealingPlan): Promise<Failure | undefined> => createSealer(plan).then(sealer => void (database.sealer = sealer), failureOf)

interface WorkerData {
  path: string
  /** How values are sealed; absent: they are not. */
  plan?: SealingPlan
}

await serve(workerData as WorkerData)
