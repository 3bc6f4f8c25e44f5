import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { realFiles } from '../host/files.ts'
import { silentLog } from '../machinery/log.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { page, pass, put, storageConformance, watched } from './conformance.ts'
import { createSealer, fixedSealing } from './encryption.ts'
import { loadKeyRing, rotateKeyRing } from './encryption-keys.ts'
import type { NamedKey, ProviderPlan, SealingPlan } from './encryption-plan.ts'
import { memoryStorage } from './memory.ts'
import { sealAgain } from './seal-again.ts'
import { sealedStorage } from './sealed-storage.ts'
import { sqliteStorage } from './sqlite.ts'
import type { Storage } from './storage.ts'

const SECRET = '/registry/secrets/default/db'
const PLAIN = 'correct horse battery staple'
const keys = (...names: string[]): NamedKey[] => names.map(name => ({ name, secret: new Uint8Array(32).fill(name.charCodeAt(0)) }))
const gcm = (...names: string[]): ProviderPlan => ({ type: 'aesgcm', keys: keys(...names) })
const identity: ProviderPlan = { type: 'identity' }
const planOf = (resources: string[], ...providers: ProviderPlan[]): SealingPlan => ({ rules: [{ resources, providers }], resources: { 'services/specs': 'services', leases: 'leases.coordination.k8s.io' } })
const secrets = (...providers: ProviderPlan[]) => fixedSealing(planOf(['secrets'], ...providers))
const memory = (): Storage => memoryStorage({ clock: fakeClock(), log: silentLog })
const text = (value: Uint8Array | undefined): string => Buffer.from(value ?? []).toString()
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value)

storageConformance('memory, everything sealed', async () => {
  const clock = fakeClock()
  const storage = await sealedStorage(memoryStorage({ clock, log: silentLog }), fixedSealing(planOf(['*.*'], gcm('a'))))
  return { storage, advance: milliseconds => pass(clock, milliseconds), close: () => storage.close() }
})

storageConformance('sqlite, everything sealed', async () => {
  const path = await mkdtemp(join(tmpdir(), 'k8ts-storage-'))
  const clock = fakeClock()
  const storage = await sqliteStorage({ path: join(path, 'state.db'), clock, log: silentLog, files: realFiles, sealing: fixedSealing(planOf(['*.*'], gcm('a'))) })
  const advance = async (milliseconds: number): Promise<void> => {
    await pass(clock, milliseconds)
    await storage.get('/')
  }
  return { storage, advance, close: () => storage.close().then(() => rm(path, { recursive: true })) }
})

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'k8ts-storage-'))
  t.after(() => rm(path, { recursive: true }))
  return path
}

/** A sealing whose plan the test replaces. */
function changeable(first: SealingPlan) {
  const listeners = new Set<() => void>()
  let plan = first
  const sealing = { ...fixedSealing(first), plan: () => plan, onChange: (listener: () => void) => { listeners.add(listener); return () => void listeners.delete(listener) } }
  return { sealing, change: (next: SealingPlan) => { plan = next; for (const listener of listeners) listener() } }
}

for (const provider of [gcm('a'), { type: 'aescbc', keys: keys('a') }, { type: 'secretbox', keys: keys('a') }] as const) {
  void test(`${provider.type}: no byte of a secret reaches the disk, also after updates, deletion and a checkpoint`, async t => {
    const data = await folder(t)
    const open = (): Promise<Storage> => sqliteStorage({ path: join(data, 'state.db'), clock: fakeClock(), log: silentLog, files: realFiles, sealing: secrets(provider, identity) })
    const storage = await open()
    await put(storage, SECRET, PLAIN)
    await put(storage, SECRET, `${PLAIN} again`)
    await put(storage, '/registry/pods/default/p', 'in the clear')
    const onDisk = async (what: string): Promise<boolean[]> =>
      Promise.all((await readdir(data)).filter(name => name.startsWith('state.db')).map(async name => (await readFile(join(data, name))).includes(what)))
    assert.ok((await onDisk('in the clear')).includes(true))
    assert.ok((await onDisk(`k8s:enc:${provider.type}:v1:a:`)).includes(true))
    assert.ok(!(await onDisk('correct horse')).includes(true))
    await storage.close()
    assert.ok(!(await onDisk('correct horse')).includes(true))
    const again = await open()
    assert.equal(text((await again.get(SECRET))!.value), `${PLAIN} again`)
    assert.deepEqual(page(await again.list('/registry/')).entries.map(({ value }) => text(value)), ['in the clear', `${PLAIN} again`])
    const events = await watched(again, '/registry/secrets/', 1, found => found.length >= 2)
    assert.deepEqual(events.map(event => event.type === 'put' && text(event.value)), [PLAIN, `${PLAIN} again`])
    await again.close()
  })
}

void test('values are laid out as upstream lays them out', async () => {
  const secret = new Uint8Array(Buffer.from('this is 16 bytes'))
  const sealer = await createSealer(planOf(['secrets'], { type: 'aescbc', keys: [{ name: 'key1', secret }] }, { type: 'secretbox', keys: keys('b') }))
  const made = sealer.seal(SECRET, bytes('x'))
  assert.equal(text(made).slice(0, 25), 'k8s:enc:aescbc:v1:key1:'.padEnd(25, text(made).slice(23, 25)))
  assert.equal(made.length, 'k8s:enc:aescbc:v1:key1:'.length + 16 + 16)
  // Made with golang.org/x/crypto/nacl/secretbox's test vector: key, nonce and message of NaCl's own tests.
  const vector = Buffer.from('f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5', 'hex')
  const box = { name: 'nacl', secret: new Uint8Array(Buffer.from('1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389', 'hex')) }
  const nonce = Buffer.from('69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37', 'hex')
  const reader = await createSealer(planOf(['secrets'], { type: 'secretbox', keys: [box] }))
  assert.equal(Buffer.from(reader.open(SECRET, Buffer.concat([Buffer.from('k8s:enc:secretbox:v1:nacl:'), nonce, vector]))!).toString('hex').slice(0, 16), 'be075fc53c81f2d5')
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

for (const driver of ['memory', 'sqlite'] as const) {
  void test(`${driver}: a new key takes over while the store is open; what older keys sealed, and what is in the clear, stays readable and is known to be stale`, async t => {
    const data = await folder(t)
    const { sealing, change } = changeable(planOf(['secrets'], identity))
    const inner = memory()
    const storage = driver === 'memory' ? await sealedStorage(inner, sealing) : await sqliteStorage({ path: join(data, 'state.db'), clock: fakeClock(), log: silentLog, files: realFiles, sealing })
    t.after(() => storage.close())
    await put(storage, '/registry/secrets/default/clear', 'from before')
    change(planOf(['secrets'], gcm('old'), identity))
    await put(storage, SECRET, PLAIN)
    assert.deepEqual([await storage.isStale!(SECRET), await storage.isStale!('/registry/secrets/default/clear')], [false, true])
    change(planOf(['secrets'], { type: 'secretbox', keys: keys('new') }, gcm('old'), identity))
    const values = async (): Promise<string[]> => page(await storage.list('/registry/')).entries.map(({ value }) => text(value))
    assert.deepEqual(await values(), ['from before', PLAIN])
    assert.equal(await storage.isStale!(SECRET), true)
    assert.equal(await storage.isStale!('/registry/secrets/default/none'), false)
    assert.equal(await sealAgain(storage, ['/registry/secrets/']), 2)
    assert.equal(await sealAgain(storage, ['/registry/secrets/']), 0)
    change(planOf(['secrets'], { type: 'secretbox', keys: keys('new') }))
    assert.deepEqual(await values(), ['from before', PLAIN])
    // Back in the clear: the identity first.
    change(planOf(['secrets'], identity, { type: 'secretbox', keys: keys('new') }))
    assert.equal(await sealAgain(storage, ['/registry/secrets/']), 2)
    change({ rules: [], resources: {} })
    assert.deepEqual(await values(), ['from before', PLAIN])
  })
}

void test('what cannot be opened is an error in upstream\'s words: unknown key, changed bytes, another object\'s value, no provider', async () => {
  const inner = memory()
  const storage = await sealedStorage(inner, secrets(gcm('a')))
  await put(storage, SECRET, PLAIN)
  const sealed = (await inner.get(SECRET))!.value
  const failure = (plan: SealingPlan, value = sealed, key = SECRET) => createSealer(plan).then(sealer => { try { return text(sealer.open(key, value)) } catch (error) { return (error as Error).message } })
  const unable = (why: string, key = SECRET): string => `unable to transform key "${key}": ${why}`
  assert.equal(await failure(planOf(['secrets'], gcm('b'))), unable('no matching key was found for the provided AES transformer'))
  assert.equal(await failure(planOf(['secrets'], { type: 'secretbox', keys: keys('a') })), unable('no matching prefix found'))
  assert.equal(await failure(planOf(['secrets'], identity)), unable('no matching prefix found'))
  assert.equal(await failure(planOf(['configmaps'], gcm('a'))), unable('identity transformer tried to read encrypted data'))
  assert.equal(await failure(planOf(['secrets'], gcm('a')), bytes('{}')), unable('no matching prefix found'))
  assert.equal(await failure(planOf(['secrets'], { type: 'aesgcm', keys: [{ name: 'a', secret: new Uint8Array(32) }] }, gcm('a'))), PLAIN)
  const changed = Uint8Array.from(sealed)
  changed[changed.length - 20]! ^= 1
  assert.equal(await failure(planOf(['secrets'], gcm('a')), changed), unable('cipher: message authentication failed'))
  assert.equal(await failure(planOf(['secrets'], gcm('a')), sealed, `${SECRET}2`), unable('cipher: message authentication failed', `${SECRET}2`))
  assert.equal(await failure(planOf(['secrets'], gcm('a')), sealed.slice(0, 30)), unable('the stored data was shorter than the required size'))
  await inner.commit({ operations: [{ type: 'put', key: SECRET, value: changed }] })
  await assert.rejects(storage.get(SECRET), /unable to transform key/)
  await assert.rejects(watched(storage, '/registry/secrets/', 2, () => true), /unable to transform key/)
})

void test('the thread of the database tells the same', async t => {
  const data = await folder(t)
  const { sealing, change } = changeable(planOf(['secrets'], gcm('a')))
  const storage = await sqliteStorage({ path: join(data, 'state.db'), clock: fakeClock(), log: silentLog, files: realFiles, sealing })
  t.after(() => storage.close())
  await put(storage, SECRET, PLAIN)
  change(planOf(['secrets'], gcm('b'), identity))
  await assert.rejects(storage.get(SECRET), { message: `unable to transform key "${SECRET}": no matching key was found for the provided AES transformer` })
  await assert.rejects(storage.list('/registry/'), /unable to transform key/)
  await put(storage, SECRET, PLAIN)
  assert.equal(text((await storage.get(SECRET))!.value), PLAIN)
})

void test('equal values never look alike, and kinds that nobody named pass untouched', async () => {
  const inner = memory()
  const storage = await sealedStorage(inner, secrets(gcm('a')))
  await put(storage, SECRET, PLAIN)
  const first = (await inner.get(SECRET))!.value
  await put(storage, SECRET, PLAIN)
  assert.notDeepEqual((await inner.get(SECRET))!.value, first)
  const value = new Uint8Array([1, 2])
  await storage.commit({ operations: [{ type: 'put', key: '/registry/pods/a/b', value }] })
  assert.equal((await inner.get('/registry/pods/a/b'))!.value, value)
})

void test('resources are named as upstream names them, the most exact name first', async () => {
  const rules: SealingPlan['rules'] = [
    { resources: ['pods', 'services', 'widgets.example.com'], providers: [gcm('p')] }, { resources: ['*.'], providers: [gcm('c')] },
    { resources: ['*.coordination.k8s.io', '*.example.com'], providers: [gcm('g')] }, { resources: ['*.*'], providers: [gcm('x')] },
  ]
  const sealer = await createSealer({ rules, resources: { 'services/specs': 'services', leases: 'leases.coordination.k8s.io', deployments: 'deployments.apps' } })
  const keyOf = (key: string): string => text(sealer.seal(key, bytes('v'))).slice('k8s:enc:aesgcm:v1:'.length)[0]!
  const cases: [string, string][] = [['/registry/pods/a/b', 'p'], ['/registry/services/specs/a/b', 'p'], ['/registry/secrets/a/b', 'c'], ['/registry/namespaces/a', 'c'], ['/registry/leases/a/b', 'g'],
    ['/registry/example.com/widgets/a/b', 'p'], ['/registry/example.com/gadgets/a/b', 'g'], ['/registry/other.com/gadgets/a/b', 'x'], ['/registry/deployments/a/b', 'x']]
  for (const [key, name] of cases) assert.equal(keyOf(key), name, key)
})

void test('values with the mark that was used before upstream\'s are read, and known to be stale', async () => {
  const sealer = await createSealer(planOf(['secrets'], gcm('a')))
  const sealed = sealer.seal(SECRET, bytes(PLAIN))
  const former = Buffer.concat([Buffer.from('k8ts:enc:aesgcm:v1:a:'), sealed.subarray('k8s:enc:aesgcm:v1:a:'.length)])
  assert.equal(text(sealer.open(SECRET, former)), PLAIN)
  assert.deepEqual([sealer.isStale(SECRET, former), sealer.isStale(SECRET, sealed)], [true, false])
})
