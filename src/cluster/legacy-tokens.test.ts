import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { legacyAccountTokens } from '../apiserver/authn/legacy-account-token.ts'
import { readSigningKey } from '../apiserver/authn/service-account-key.ts'
import { toBase64 } from '../machinery/base64.ts'
import { legacyTokenSigner } from './legacy-tokens.ts'

const keyPair = () => generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } })
const account = { namespace: 'a', name: 'robot', uid: 'u1' }

test('a token in a secret is good while its secret and its account are what they were', async () => {
  const keys = keyPair()
  const token = await legacyTokenSigner(await readSigningKey(keys.privateKey, keys.publicKey))(account, 'kept')
  const objects: Record<string, object> = { 'secrets/kept': { metadata: {}, data: { token: toBase64(token) } }, 'serviceaccounts/robot': { metadata: { uid: 'u1' } } }
  const reader = { get: (resource: { plural: string }, _namespace: string, name: string) => objects[`${resource.plural}/${name}`], list: () => [], version: () => 0 } as never
  const authenticator = legacyAccountTokens([(await readSigningKey(keys.privateKey, keys.publicKey)).public], reader)
  const ask = (bearerToken: string) => authenticator.authenticate({ headers: {}, bearerToken })
  assert.deepEqual(await ask(token), { name: 'system:serviceaccount:a:robot', uid: 'u1', groups: ['system:serviceaccounts', 'system:serviceaccounts:a'] })
  assert.equal(await ask('some.other.token'), undefined)
  const stranger = keyPair()
  await assert.rejects(async () => ask(await legacyTokenSigner(await readSigningKey(stranger.privateKey, stranger.publicKey))(account, 'kept')))
  for (const [key, object] of [
    ['secrets/kept', { metadata: {}, data: { token: toBase64('another') } }], ['secrets/kept', undefined], ['serviceaccounts/robot', { metadata: { uid: 'u2' } }],
    ['secrets/kept', { metadata: { labels: { 'kubernetes.io/legacy-token-invalid-since': '2026-01-01' } }, data: { token: toBase64(token) } }],
  ] as const) {
    const before = objects[key]!
    if (object) objects[key] = object
    else delete objects[key]
    await assert.rejects(async () => ask(token))
    objects[key] = before
  }
})
