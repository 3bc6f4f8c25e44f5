import assert from 'node:assert/strict'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test, type TestContext } from 'node:test'
import { realFiles } from '../host/files.ts'
import { silentLog } from '../machinery/log.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { page, pass, put, storageConformance } from './conformance.ts'
import { sqliteStorage } from './sqlite.ts'
import type { Storage } from './storage.ts'

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), 'k8ts-storage-'))
const open = (path: string, clock = fakeClock()): Promise<Storage> => sqliteStorage({ path, clock, log: silentLog, files: realFiles })

async function privateFolder(t: TestContext): Promise<string> {
  const path = await folder()
  t.after(() => rm(path, { recursive: true }))
  return path
}

storageConformance('sqlite', async () => {
  const path = await folder()
  const clock = fakeClock()
  const storage = await open(join(path, 'state.db'), clock)
  const advance = async (milliseconds: number): Promise<void> => {
    await pass(clock, milliseconds)
    // What expired is being deleted by now; a read waits behind it.
    await storage.get('/')
  }
  return { storage, advance, close: () => storage.close().then(() => rm(path, { recursive: true })) }
})

void test('reopening brings back revision, values, history and deadlines', async t => {
  const path = join(await privateFolder(t), 'state.db')
  const clock = fakeClock()
  const before = await open(path, clock)
  const first = await put(before, '/a/1', 'one')
  await put(before, '/a/1', 'two')
  await put(before, '/a/2', 'short', { ttlMs: 5000 })
  await put(before, '/a/3', 'gone')
  const last = await before.commit({ operations: [{ type: 'delete', key: '/a/3' }] })
  await before.close()

  const after = await open(path, clock)
  t.after(() => after.close())
  assert.equal(await after.currentRevision(), last.revision)
  assert.deepEqual(page(await after.list('/a/')).entries.map(({ key }) => key), ['/a/1', '/a/2'])
  assert.equal(Buffer.from(page(await after.list('/a/', { revision: first })).entries[0]!.value).toString(), 'one')
  assert.ok(!(await after.commit({ compare: [{ key: '/a/1', revision: 0 }], operations: [] })).committed)
  assert.equal(await put(after, '/a/3', 'again', { revision: 0 }), last.revision + 1)
  await pass(clock, 6000)
  await after.get('/')
  assert.equal(await after.get('/a/2'), undefined)
})

void test('a compaction is remembered, and the revision survives the deletion of everything', async t => {
  const path = join(await privateFolder(t), 'state.db')
  const before = await open(path)
  await put(before, '/a/1', 'one')
  const { revision } = await before.commit({ operations: [{ type: 'delete', key: '/a/1' }] })
  await before.compact(revision)
  await before.close()
  const database = new DatabaseSync(path)
  assert.equal(database.prepare('SELECT count(*) AS rows FROM changes').get()!.rows, 0)
  database.close()
  const after = await open(path)
  t.after(() => after.close())
  assert.deepEqual([await after.currentRevision(), after.compactedRevision()], [revision, revision])
  assert.equal(await put(after, '/a/1', 'new'), revision + 1)
})

void test('the past is forgotten after five minutes of activity, and nothing is timed when idle', async t => {
  const path = join(await privateFolder(t), 'state.db')
  const clock = fakeClock()
  const storage = await open(path, clock)
  t.after(() => storage.close())
  assert.equal(clock.pending().length, 0)
  const first = await put(storage, '/a/1', 'one')
  await pass(clock, 300_000)
  assert.equal(clock.pending().length, 0)
  const second = await put(storage, '/a/1', 'two')
  await put(storage, '/a/1', 'three')
  assert.ok(storage.compactedRevision() < first)
  await pass(clock, 300_000)
  assert.equal(storage.compactedRevision(), first)
  assert.ok(second > first)
  assert.equal(clock.pending().length, 0)
})

void test('a long compaction lets writes pass and removes everything that was overwritten', async t => {
  const path = join(await privateFolder(t), 'state.db')
  const storage = await open(path)
  for (let round = 0; round < 40; round++) {
    await storage.commit({ operations: Array.from({ length: 100 }, (_, key) => ({ type: 'put', key: `/a/${key}`, value: new Uint8Array(10) })) })
  }
  const compacting = storage.compact(await storage.currentRevision())
  await put(storage, '/b/1', 'between')
  await compacting
  assert.equal(page(await storage.list('/a/')).entries.length, 100)
  await storage.close()
  const database = new DatabaseSync(path)
  assert.equal(database.prepare('SELECT count(*) AS rows FROM changes').get()!.rows, 101)
  database.close()
})

void test('a second server on the same file is refused with a sentence', async t => {
  const path = join(await privateFolder(t), 'state.db')
  const storage = await open(path)
  await assert.rejects(open(path), /another k8ts server is using the cluster state in .*state\.db; stop it first/)
  await put(storage, '/a/1', 'still working')
  await storage.close()
  await (await open(path)).close()
})

void test('files that are not ours are refused with a sentence', async t => {
  const path = await privateFolder(t)
  await writeFile(join(path, 'text'), 'This is not a database, but a text that is long enough to be read as one. '.repeat(20))
  await assert.rejects(open(join(path, 'text')), /is not a database of k8ts/)
  const foreign = new DatabaseSync(join(path, 'foreign'))
  foreign.exec('CREATE TABLE things (name TEXT)')
  foreign.close()
  await assert.rejects(open(join(path, 'foreign')), /a database, but not of k8ts/)
  await (await open(join(path, 'newer'))).close()
  const newer = new DatabaseSync(join(path, 'newer'))
  newer.exec('PRAGMA user_version=99')
  newer.close()
  await assert.rejects(open(join(path, 'newer')), /written by a newer k8ts/)
  await assert.rejects(open(join(path, 'no', 'such', 'folder')))
})

void test('the file can be read by its owner only', async t => {
  const path = join(await privateFolder(t), 'state.db')
  const storage = await open(path)
  t.after(() => storage.close())
  await put(storage, '/a/1', 'one')
  for (const file of [path, `${path}-wal`]) assert.equal((await stat(file)).mode & 0o777, 0o600)
})
