import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { realFiles } from '../host/files.ts'
import { errorMessage, silentLog } from '../machinery/log.ts'
import { StatusError } from '../machinery/status.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { page, put, watched } from './conformance.ts'
import { LocalStorage } from './local.ts'
import { SqliteJournal, sqliteStorage } from './sqlite.ts'
import type { Storage } from './storage.ts'

const open = (path: string): Promise<Storage> => sqliteStorage({ path, clock: fakeClock(), log: silentLog, files: realFiles })

/** Eight writers that print each key and revision once it was acknowledged, until they are killed. */
const WRITER = `
  import { sqliteStorage } from ${JSON.stringify(new URL('./sqlite.ts', import.meta.url).href)}
  import { realFiles } from ${JSON.stringify(new URL('../host/files.ts', import.meta.url).href)}
  import { systemClock } from ${JSON.stringify(new URL('../machinery/clock.ts', import.meta.url).href)}
  import { errorMessage, silentLog } from ${JSON.stringify(new URL('../machinery/log.ts', import.meta.url).href)}
  import { writeSync } from 'node:fs'
  const [path, round] = process.argv.slice(1)
  const storage = await sqliteStorage({ path, clock: systemClock, log: silentLog, files: realFiles })
  for (let writer = 0; writer < 8; writer++) void (async () => {
    for (let at = 0; ; at++) {
      const key = '/a/' + round + '-' + writer + '-' + at
      const { revision } = await storage.commit({ compare: [{ key, revision: 0 }], operations: [{ type: 'put', key, value: new Uint8Array(1500).fill(at) }] })
      writeSync(1, key + ' ' + revision + '\\n')
    }
  })()
`

/** Runs the writers until they acknowledged `writes`, kills them without warning, and gives what was acknowledged by then. */
async function writeAndKill(path: string, round: number, writes: number): Promise<Map<string, number>> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', WRITER, path, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const acknowledged = new Map<string, number>()
  for await (const line of createInterface({ input: child.stdout })) {
    const [key, revision] = line.split(' ')
    if (key && revision) acknowledged.set(key, Number(revision))
    if (acknowledged.size === writes) child.kill('SIGKILL')
  }
  assert.equal((await exited)[1], 'SIGKILL', 'the writers ended by themselves')
  assert.ok(acknowledged.size >= writes)
  return acknowledged
}

void test('kill -9 under load loses nothing that was acknowledged, time after time', { timeout: 120_000 }, async t => {
  const folder = await mkdtemp(join(tmpdir(), 'k8ts-storage-'))
  t.after(() => rm(folder, { recursive: true }))
  const path = join(folder, 'state.db')
  const acknowledged = new Map<string, number>()
  for (let round = 0; round < 4; round++) {
    for (const [key, revision] of await writeAndKill(path, round, 300 + 400 * round)) acknowledged.set(key, revision)
    const storage = await open(path)
    const found = new Map(page(await storage.list('/a/')).entries.map(({ key, revision }) => [key, revision]))
    for (const [key, revision] of acknowledged) assert.equal(found.get(key), revision, `${key} after round ${round}`)
    assert.ok((await storage.currentRevision()) >= Math.max(...found.values()))
    await storage.close()
  }
  const database = new DatabaseSync(path)
  assert.equal(database.prepare('PRAGMA integrity_check').get()!.integrity_check, 'ok')
  database.close()
})

void test('a full disk refuses writes with a sentence, corrupts nothing, and works again once there is room', {
  skip: process.getuid?.() === 0 ? false : 'mounting a small tmpfs needs root', timeout: 60_000,
}, async t => {
  const folder = await mkdtemp(join(tmpdir(), 'k8ts-full-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder], { stdio: 'pipe' })
  } catch (error) {
    return t.skip(`this machine does not let us mount a tmpfs: ${errorMessage(error)}`)
  }
  t.after(async () => {
    execFileSync('umount', [folder])
    await rm(folder, { recursive: true })
  })
  const ballast = join(folder, 'ballast')
  await writeFile(ballast, Buffer.alloc(5 << 20))
  const path = join(folder, 'state.db')
  const first = await open(path)
  const kept = await fillUp(first)
  assert.ok(kept.size > 10)
  await first.close()
  // A server that starts on the full disk can still be asked.
  const storage = await open(path)

  // Reads and watches still tell exactly what was acknowledged, and a failed write has left no trace in comparisons.
  assert.deepEqual(revisions(page(await storage.list('/a/')).entries), kept)
  await assert.rejects(put(storage, '/a/0', 'x'.repeat(300_000), { revision: kept.get('/a/0')! }), /disk that holds the cluster state is full/)
  await truncate(ballast, 0)
  const revision = await put(storage, '/a/0', 'new', { revision: kept.get('/a/0')! })
  assert.equal(revision, Math.max(...kept.values()) + 1)
  kept.set('/a/0', revision)
  assert.equal((await watched(storage, '/a/', 1, events => events.length > kept.size)).length, kept.size + 1)
  await storage.close()

  const again = await open(path)
  assert.deepEqual(revisions(page(await again.list('/a/')).entries), kept)
  await again.close()
})

void test('when the database\'s thread is lost, everything says so and nothing hangs', async () => {
  const thread = new Worker(`require('node:worker_threads').parentPort.once('message', () => process.exit(1))`, { eval: true })
  await once(thread, 'online')
  const storage = new LocalStorage(new SqliteJournal(thread, '/data/state.db', silentLog), { revision: 5, compactedRevision: 0, heads: [] }, { clock: fakeClock(), log: silentLog })
  const lost = /the database \/data\/state\.db is gone: its thread ended; restart the server/
  assert.equal(await storage.currentRevision(), 5)
  await Promise.all([assert.rejects(put(storage, '/a/1', 'one'), lost), assert.rejects(storage.get('/a/1'), lost)])
  await assert.rejects(put(storage, '/a/1', 'one'), lost)
  await assert.rejects(async () => storage.currentRevision(), lost)
  await storage.close()
})

const revisions = (entries: readonly { key: string; revision: number }[]): Map<string, number> =>
  new Map(entries.map(({ key, revision }) => [key, revision]))

/** Several writers at once, until the disk refuses each of them; gives what was acknowledged, in key order. */
async function fillUp(storage: Storage): Promise<Map<string, number>> {
  const kept = new Map<string, number>()
  const writer = async (first: number): Promise<void> => {
    for (let at = first; ; at += 4) {
      try {
        kept.set(`/a/${at}`, await put(storage, `/a/${at}`, 'x'.repeat(20_000), { revision: 0 }))
      } catch (error) {
        assert.ok(error instanceof StatusError && error.code === 500, String(error))
        assert.match(error.message, /disk that holds the cluster state is full/)
        return
      }
    }
  }
  await Promise.all([0, 1, 2, 3].map(writer))
  return new Map([...kept].sort(([a], [b]) => (a < b ? -1 : 1)))
}
