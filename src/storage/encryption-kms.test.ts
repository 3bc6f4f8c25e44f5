import { Server, ServerCredentials, status as codes, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js'
import assert from 'node:assert/strict'
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import protobuf from 'protobufjs'
import { realFiles } from '../host/files.ts'
import { silentLog } from '../machinery/log.ts'
import { systemRandom } from '../machinery/random.ts'
import { fakeClock, type FakeClock } from '../testing/fake-clock.ts'
import { page, put } from './conformance.ts'
import { ConfiguredSealing } from './configured-sealing.ts'
import type { EncryptionConfig } from './encryption-config.ts'
import { connectKms } from './kms-client.ts'
import { memoryStorage } from './memory.ts'
import { sealAgain } from './seal-again.ts'
import { sealedStorage } from './sealed-storage.ts'
import { sqliteStorage } from './sqlite.ts'
import type { Storage } from './storage.ts'

/** Upstream's service, as its documentation states it. */
const { root } = protobuf.parse(`syntax = "proto3"; package v2;
  message StatusRequest {} message StatusResponse { string version = 1; string healthz = 2; string key_id = 3; }
  message DecryptRequest { bytes ciphertext = 1; string uid = 2; string key_id = 3; map<string, bytes> annotations = 4; } message DecryptResponse { bytes plaintext = 1; }
  message EncryptRequest { bytes plaintext = 1; string uid = 2; } message EncryptResponse { bytes ciphertext = 1; string key_id = 2; map<string, bytes> annotations = 3; }`, { keepCase: true })

type Message = Record<string, unknown>

/** A key management service of our own, on a socket, whose keys and moods the test sets. */
class Kms {
  keys = new Map([['key-1', randomBytes(32)]])
  keyId = 'key-1'
  healthz = 'ok'
  version = 'v2'
  fails = false
  readonly asked: string[] = []
  readonly #server = new Server()

  async start(path: string): Promise<void> {
    const method = (name: string, answer: (request: Message) => Message) => ({
      [name]: {
        path: `/v2.KeyManagementService/${name}`, requestStream: false, responseStream: false,
        requestSerialize: (value: Message) => Buffer.from(JSON.stringify(value)), responseDeserialize: (bytes: Buffer) => bytes,
        requestDeserialize: (bytes: Buffer) => root.lookupType(`v2.${name}Request`).toObject(root.lookupType(`v2.${name}Request`).decode(bytes)),
        responseSerialize: (value: Message) => { const type = root.lookupType(`v2.${name}Response`); return Buffer.from(type.encode(type.fromObject(value)).finish()) },
        handle: (call: ServerUnaryCall<Message, Message>, reply: sendUnaryData<Message>) => {
          this.asked.push(name)
          if (this.fails) return reply({ code: codes.UNAVAILABLE, details: 'the vault is locked' })
          try {
            reply(null, answer(call.request))
          } catch (error) {
            reply({ code: codes.INVALID_ARGUMENT, details: (error as Error).message })
          }
        },
      },
    })
    const methods = {
      ...method('Status', () => ({ version: this.version, healthz: this.healthz, key_id: this.keyId })),
      ...method('Encrypt', ({ plaintext, uid }) => {
        assert.match(String(uid), /^[0-9a-f-]{36}$/)
        const nonce = randomBytes(12)
        const cipher = createCipheriv('aes-256-gcm', this.keys.get(this.keyId)!, nonce)
        return { ciphertext: Buffer.concat([nonce, cipher.update(plaintext as Buffer), cipher.final(), cipher.getAuthTag()]), key_id: this.keyId, annotations: { 'version.kms.example.com': Buffer.from('7') } }
      }),
      ...method('Decrypt', ({ ciphertext, key_id, annotations }) => {
        assert.equal(Buffer.from((annotations as Record<string, Buffer>)['version.kms.example.com']!).toString(), '7')
        const bytes = ciphertext as Buffer
        const decipher = createDecipheriv('aes-256-gcm', this.keys.get(String(key_id))!, bytes.subarray(0, 12)).setAuthTag(bytes.subarray(-16))
        return { plaintext: Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]) }
      }),
    }
    this.#server.addService(
      Object.fromEntries(Object.entries(methods).map(([name, { handle: _handle, ...definition }]) => [name, definition])) as never,
      Object.fromEntries(Object.entries(methods).map(([name, { handle }]) => [name, handle])) as never)
    await new Promise<void>((resolve, reject) => this.#server.bindAsync(`unix:${path}`, ServerCredentials.createInsecure(), error => (error ? reject(error) : resolve())))
  }

  stop(): void {
    this.#server.forceShutdown()
  }

  rotate(): void {
    this.keyId = `key-${this.keys.size + 1}`
    this.keys.set(this.keyId, randomBytes(32))
  }
}

const SECRET = '/registry/secrets/default/db'
const PLAIN = 'correct horse battery staple'
const text = (value: Uint8Array | undefined): string => Buffer.from(value ?? []).toString()

async function setUp(t: TestContext, clock: FakeClock = fakeClock()) {
  const folder = await mkdtemp(join(tmpdir(), 'k8ts-kms-'))
  const kms = new Kms()
  const socket = join(folder, 'kms.sock')
  await kms.start(socket)
  const sealings: ConfiguredSealing[] = []
  const config: EncryptionConfig = { resources: [{ resources: ['secrets'], providers: [{ type: 'kms', name: 'vault', endpoint: `unix://${socket}`, timeoutMs: 1000 }, { type: 'identity' }] }] }
  const sealing = async (wanted = config): Promise<ConfiguredSealing> => {
    const made = new ConfiguredSealing({ clock, random: systemRandom, log: silentLog, resources: {}, connectKms: (_name, endpoint, timeoutMs) => connectKms(endpoint, timeoutMs) })
    sealings.push(made)
    await made.configure(wanted)
    return made
  }
  const path = join(folder, 'state.db')
  t.after(async () => {
    for (const each of sealings) each.close()
    kms.stop()
    await rm(folder, { recursive: true })
  })
  const open = async (own?: ConfiguredSealing): Promise<Storage> => sqliteStorage({ path, clock, log: silentLog, files: realFiles, sealing: own ?? (await sealing()) })
  return { kms, clock, sealing, config, open, path, socket }
}

/** Lets timers fall due and what they began come to its end. */
async function pass(clock: FakeClock, ms: number, until: () => boolean): Promise<void> {
  clock.advance(ms)
  for (let round = 0; round < 200 && !until(); round++) await new Promise(resolve => setTimeout(resolve, 5))
}

void test('KMS v2: the service keeps the key; it is asked once however many values there are, and again only by another server', async t => {
  const { kms, open, path } = await setUp(t)
  const storage = await open()
  for (let index = 0; index < 50; index++) await put(storage, `${SECRET}-${index}`, `${PLAIN} ${index}`)
  assert.deepEqual(kms.asked, ['Status', 'Encrypt'])
  assert.equal(page(await storage.list('/registry/secrets/')).entries.length, 50)
  assert.deepEqual(kms.asked, ['Status', 'Encrypt'])
  await storage.close()
  const onDisk = await readFile(path)
  assert.ok(onDisk.includes('k8s:enc:kms:v2:vault:'))
  assert.ok(!onDisk.includes('correct horse'))
  const again = await open()
  const entries = page(await again.list('/registry/secrets/')).entries
  assert.deepEqual(entries.map(({ key, value }) => text(value).endsWith(key.slice(SECRET.length + 1))), entries.map(() => true))
  assert.deepEqual(kms.asked, ['Status', 'Encrypt', 'Status', 'Encrypt', 'Decrypt'])
  await again.close()
})

void test('KMS v2: a new key of the service makes a new seed, and what the old one sealed is stale until it is written again', async t => {
  const { kms, clock, open } = await setUp(t)
  const storage = await open()
  t.after(() => storage.close())
  await put(storage, SECRET, PLAIN)
  assert.equal(await storage.isStale!(SECRET), false)
  kms.rotate()
  await pass(clock, 60_000, () => kms.asked.length >= 4)
  assert.deepEqual(kms.asked, ['Status', 'Encrypt', 'Status', 'Encrypt'])
  // The service has been asked; its answer may still be on the way.
  for (let turn = 0; turn < 1000 && !(await storage.isStale!(SECRET)); turn++) await new Promise(resolve => setImmediate(resolve))
  assert.equal(await storage.isStale!(SECRET), true)
  assert.equal(text((await storage.get(SECRET))!.value), PLAIN)
  assert.equal(await sealAgain(storage, ['/registry/secrets/']), 1)
  assert.equal(await storage.isStale!(SECRET), false)
  kms.keys.delete('key-1')
  assert.equal(text((await storage.get(SECRET))!.value), PLAIN)
})

void test('KMS v2: a service that is ill is told by the health check; writes go on for three minutes and are refused then, other kinds are not', async t => {
  const { kms, clock, sealing, open } = await setUp(t)
  const own = await sealing()
  const storage = await open(own)
  t.after(() => storage.close())
  await put(storage, SECRET, PLAIN)
  await own.check()
  kms.fails = true
  await pass(clock, 60_000, () => kms.asked.length >= 3)
  await assert.rejects(own.check(), /kms-provider-0: kmsv2 Provider vault is not healthy, error: rpc error: code = Unavailable desc = the vault is locked/)
  await put(storage, SECRET, `${PLAIN} 2`)
  for (let round = 0; round < 14; round++) {
    const before = kms.asked.length
    await pass(clock, 10_000, () => kms.asked.length > before)
  }
  await assert.rejects(put(storage, SECRET, PLAIN), /unable to transform key "\/registry\/secrets\/default\/db": encryptedDEKSource .* expired at/)
  await put(storage, '/registry/pods/a/b', 'x')
  assert.equal(text((await storage.get(SECRET))!.value), `${PLAIN} 2`)
  kms.fails = false
  const before = kms.asked.length
  await pass(clock, 10_000, () => kms.asked.length > before)
  await own.check()
  await put(storage, SECRET, PLAIN)
  kms.healthz = 'sealed'
  await pass(clock, 60_000, () => kms.asked.length > before + 1)
  await assert.rejects(own.check(), /got unexpected healthz status: sealed/)
})

void test('KMS v2: a service that is not there when the server starts is waited for, and nothing is written in the clear meanwhile', async t => {
  const { kms, clock, sealing, open } = await setUp(t)
  kms.fails = true
  const own = await sealing()
  const storage = await open(own)
  t.after(() => storage.close())
  await assert.rejects(put(storage, SECRET, PLAIN), /unable to transform key/)
  kms.fails = false
  await pass(clock, 10_000, () => own.refusal(SECRET) === undefined)
  await put(storage, SECRET, PLAIN)
  assert.equal(text((await storage.get(SECRET))!.value), PLAIN)
})

void test('KMS v2: from a local key to the service and back, while the store is open, whatever the driver', async t => {
  const { sealing, config, clock } = await setUp(t)
  const local = { type: 'secretbox', keys: [{ name: 'a', secret: new Uint8Array(32) }] } as const
  const [kmsFirst] = config.resources[0]!.providers
  const rules = (...providers: EncryptionConfig['resources'][number]['providers']): EncryptionConfig => ({ resources: [{ resources: ['secrets'], providers }] })
  const own = await sealing(rules(local))
  const inner = memoryStorage({ clock, log: silentLog })
  const storage = await sealedStorage(inner, own)
  await put(storage, SECRET, PLAIN)
  const kept = async (): Promise<string> => text((await inner.get(SECRET))!.value).slice(0, 16)
  for (const [providers, start] of [[rules(kmsFirst!, local), 'k8s:enc:kms:v2:v'], [rules(local, kmsFirst!), 'k8s:enc:secretbo']] as const) {
    await own.configure(providers)
    assert.equal(text((await storage.get(SECRET))!.value), PLAIN)
    assert.equal(await sealAgain(storage, ['/registry/secrets/']), 1)
    assert.equal(await kept(), start)
    assert.equal(text((await storage.get(SECRET))!.value), PLAIN)
  }
})

void test('KMS v2: a reader waits for a service that is away for a moment', { timeout: 30_000 }, async t => {
  const { kms, clock, sealing, open } = await setUp(t)
  const first = await open()
  await put(first, SECRET, PLAIN)
  await first.close()
  kms.fails = true
  const storage = await open(await sealing())
  t.after(() => storage.close())
  let found: string | undefined
  const read = storage.get(SECRET).then(entry => { found = text(entry!.value) })
  const decrypts = (): number => kms.asked.filter(each => each === 'Decrypt').length
  await pass(clock, 0, () => decrypts() >= 1)
  kms.fails = false
  for (let round = 0; round < 40 && found === undefined; round++) await pass(clock, 500, () => found !== undefined || decrypts() > 1)
  await read
  assert.equal(found, PLAIN)
  assert.ok(decrypts() > 1)
})

void test('KMS v2: nobody listens: each call ends with its timeout', async () => {
  const service = connectKms('unix:///nowhere/kms.sock', 200)
  await assert.rejects(service.status(), /rpc error: code = (DeadlineExceeded|Unavailable)/)
  service.close()
})
