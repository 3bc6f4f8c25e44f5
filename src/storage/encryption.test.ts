import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { realFiles } from '../host/files.ts'
import { silentLog } from '../machinery/log.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { page, pass, put, storageConformance, watched } from './conformance.ts'
import { encryptAgain, encryptedStorage } from './encryption.ts'
import { loadKeyRing, rotateKeyRing, type KeyRing } from './encryption-keys.ts'
import { memoryStorage } from './memory.ts'
import { sqliteStorage } from './sqlite.ts'
import type { Storage } from './storage.ts'

const SECRET = '/registry/secrets/default/db'
const PLAIN = 'correct horse battery staple'
const ring = (...ids: string[]): KeyRing => ids.map(id => ({ id, secret: new Uint8Array(32).fill(id.charCodeAt(0)) })) as unknown as KeyRing
const memory = (): Storage => memoryStorage({ clock: fakeClock(), log: silentLog })
const text = (value: Uint8Array | undefined): string => Buffer.from(value ?? []).toString()

storageConformance('memory, everything encrypted', async () => {
  const clock = fakeClock()
  const storage = encryptedStorage(memoryStorage({ clock, log: silentLog }), { keys: ring('a'), prefixes: ['/'] })
  return { storage, advance: milliseconds => pass(clock, milliseconds), close: () => storage.close() }
})

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'k8ts-storage-'))
  t.after(() => rm(path, { recursive: true }))
  return path
}

void test('no byte of a secret reaches the disk, also after updates, deletion and a checkpoint', async t => {
  const data = await folder(t)
  const keys = await loadKeyRing(realFiles, join(data, 'encryption-keys.json'))
  const open = (): Promise<Storage> => sqliteStorage({ path: join(data, 'state.db'), clock: fakeClock(), log: silentLog, files: realFiles })
  const storage = encryptedStorage(await open(), { keys })
  await put(storage, SECRET, PLAIN)
  await put(storage, SECRET, `${PLAIN} again`)
  await put(storage, '/registry/configmaps/default/c', 'in the clear')
  const onDisk = async (what: string): Promise<boolean[]> =>
    Promise.all((await readdir(data)).filter(name => name.startsWith('state.db')).map(async name => (await readFile(join(data, name))).includes(what)))
  assert.ok((await onDisk('in the clear')).includes(true))
  assert.ok((await onDisk('k8ts:enc:aesgcm:v1:')).includes(true))
  assert.ok(!(await onDisk('correct horse')).includes(true))
  await storage.close()
  assert.ok(!(await onDisk('correct horse')).includes(true))
  const again = encryptedStorage(await open(), { keys: await loadKeyRing(realFiles, join(data, 'encryption-keys.json')) })
  assert.equal(text((await again.get(SECRET))!.value), `${PLAIN} again`)
  await again.close()
})

void test('the key file is made once, for its owner only, and a damaged one is refused with a sentence', async t => {
  const path = join(await folder(t), 'encryption-keys.json')
  const made = await loadKeyRing(realFiles, path)
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  assert.deepEqual(await loadKeyRing(realFiles, path), made)
  const rotated = await rotateKeyRing(realFiles, path)
  assert.deepEqual(rotated.slice(1), made)
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  for (const damaged of ['{', '{}', '{"keys":[]}', '{"keys":[{"id":"a","secret":"AAAA"}]}', '{"keys":[{"id":"a:b","secret":"x"}]}', '{"keys":[null]}', 'null']) {
    await writeFile(path, damaged)
    await assert.rejects(loadKeyRing(realFiles, path), /encryption keys in .* cannot be used/, damaged)
  }
})

void test('old keys and values in the clear stay readable until everything was encrypted again', async () => {
  const inner = memory()
  await put(inner, '/registry/secrets/default/clear', 'from before')
  await put(encryptedStorage(inner, { keys: ring('old') }), SECRET, PLAIN)
  const keys = ring('new', 'old')
  const rotated = encryptedStorage(inner, { keys })
  const values = async (storage: Storage): Promise<string[]> => page(await storage.list('/registry/')).entries.map(({ value }) => text(value))
  assert.deepEqual(await values(rotated), ['from before', PLAIN])
  assert.equal(await encryptAgain(inner, { keys }), 2)
  assert.equal(await encryptAgain(inner, { keys }), 0)
  assert.deepEqual(await values(encryptedStorage(inner, { keys: ring('new') })), ['from before', PLAIN])
})

void test('what cannot be decrypted is a clear error: unknown key, changed bytes, another object\'s value', async () => {
  const inner = memory()
  const storage = encryptedStorage(inner, { keys: ring('a') })
  await put(storage, SECRET, PLAIN)
  await assert.rejects(encryptedStorage(inner, { keys: ring('b') }).get(SECRET), /default\/db cannot be decrypted: its encryption key a is not among/)
  const sealed = (await inner.get(SECRET))!.value
  const changed = Uint8Array.from(sealed)
  changed[changed.length - 20]! ^= 1
  for (const [key, value] of [[SECRET, changed], ['/registry/secrets/default/other', Uint8Array.from(sealed)], [SECRET, sealed.slice(0, 30)]] as const) {
    await inner.commit({ operations: [{ type: 'put', key, value }] })
    await assert.rejects(storage.get(key), /cannot be decrypted: it was changed/)
  }
  await assert.rejects(watched(storage, '/registry/secrets/', 2, () => true), /cannot be decrypted/)
})

void test('equal values never look alike, and other kinds pass untouched', async () => {
  const inner = memory()
  const storage = encryptedStorage(inner, { keys: ring('a') })
  await put(storage, SECRET, PLAIN)
  const first = (await inner.get(SECRET))!.value
  await put(storage, SECRET, PLAIN)
  assert.notDeepEqual((await inner.get(SECRET))!.value, first)
  const value = new Uint8Array([1, 2])
  await storage.commit({ operations: [{ type: 'put', key: '/registry/pods/a/b', value }] })
  assert.equal((await inner.get('/registry/pods/a/b'))!.value, value)
})
