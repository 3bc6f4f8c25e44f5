import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readEncryptionConfig } from './encryption-config.ts'

const KEY16 = Buffer.alloc(16, 1).toString('base64')
const KEY32 = Buffer.alloc(32, 1).toString('base64')
const config = (resources: unknown): string => JSON.stringify({ apiVersion: 'apiserver.config.k8s.io/v1', kind: 'EncryptionConfiguration', resources })
const read = (resources: unknown) => readEncryptionConfig(config(resources), '/etc/enc.yaml')
const rule = (resources: unknown, ...providers: unknown[]) => ({ resources, providers })
const identity = { identity: {} }
const kms = (change: object = {}) => ({ kms: { apiVersion: 'v2', name: 'vault', endpoint: 'unix:///run/kms.sock', ...change } })

void test('a file as upstream documents it', () => {
  const text = `apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets, configmaps, pandas.awesome.bears.example]
    providers:
      - kms: {apiVersion: v2, name: myKmsPluginFoo, endpoint: unix:///tmp/socketfile-foo.sock, timeout: 1500ms}
      - aescbc:
          keys:
            - {name: key1, secret: c2VjcmV0IGlzIHNlY3VyZQ==}
            - {name: key2, secret: dGhpcyBpcyBwYXNzd29yZA==}
      - aesgcm: {keys: [{name: k, secret: ${KEY32}}]}
      - secretbox: {keys: [{name: s, secret: ${KEY32}}]}
      - identity: {}
  - {resources: [events], providers: [identity: {}]}
  - {resources: ['*.apps'], providers: [identity: {}]}
  - {resources: ['*.*'], providers: [identity: {}]}
`
  const { resources } = readEncryptionConfig(text, 'f')
  assert.deepEqual(resources.map(each => each.resources), [['secrets', 'configmaps', 'pandas.awesome.bears.example'], ['events'], ['*.apps'], ['*.*']])
  assert.deepEqual(resources[0]!.providers.map(({ type }) => type), ['kms', 'aescbc', 'aesgcm', 'secretbox', 'identity'])
  assert.deepEqual(resources[0]!.providers[0], { type: 'kms', name: 'myKmsPluginFoo', endpoint: 'unix:///tmp/socketfile-foo.sock', timeoutMs: 1500 })
})

const cases: readonly (readonly [string, unknown, string])[] = [
  ['no rules', [], 'resources: Required value: at least one resources is required'],
  ['no resources', [rule([], identity)], 'resources[0].resources: Required value: at least one resources[0].resources is required'],
  ['no providers', [rule(['secrets'])], 'resources[0].providers: Required value: at least one resources[0].providers is required'],
  ['an empty provider', [rule(['secrets'], {})], 'provider does not contain any of the expected providers: KMS, AESGCM, AESCBC, Secretbox, Identity'],
  ['two in one', [rule(['secrets'], { identity: {}, aesgcm: { keys: [{ name: 'a', secret: KEY16 }] } })], 'more than one provider specified in a single element, should split into different list elements'],
  ['no keys', [rule(['secrets'], { aescbc: { keys: [] } })], 'resources[0].providers[0].aescbc.keys: Required value: at least one keys is required'],
  ['a key without a name', [rule(['secrets'], { aescbc: { keys: [{ secret: KEY16 }] } })], 'resources[0].providers[0].aescbc.keys[0].name: Required value: name is a mandatory field for a key'],
  ['a key without a secret', [rule(['secrets'], { aescbc: { keys: [{ name: 'a' }] } })], 'keys[0].secret: Required value: secret is a mandatory field for a key'],
  ['a secret that is no base64', [rule(['secrets'], { aescbc: { keys: [{ name: 'a', secret: 'so secret!' }] } })], 'keys[0].secret: Invalid value: "REDACTED": secrets must be base64 encoded'],
  ['a short secret', [rule(['secrets'], { aesgcm: { keys: [{ name: 'a', secret: 'AAAA' }] } })], 'secret is not of the expected length, got 3, expected one of [16 24 32]'],
  ['a short secret of secretbox', [rule(['secrets'], { secretbox: { keys: [{ name: 'a', secret: KEY16 }] } })], 'secret is not of the expected length, got 16, expected one of [32]'],
  ['a star', [rule(['*'], identity)], "resources[0].resources[0]: Invalid value: \"*\": use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources"],
  ['capitals', [rule(['Secrets'], identity)], 'resource name should not contain capital letters'],
  ['events.k8s.io', [rule(['*.events.k8s.io'], identity)], "objects are stored using the 'events' API group in etcd"],
  ['extensions', [rule(['ingresses.extensions'], identity)], "'extensions' group has been removed and cannot be used for encryption"],
  ['a resource of all groups', [rule(['secrets.*'], identity)], 'encrypting the same resource across groups is not supported'],
  ['allocations', [rule(['serviceipallocations'], identity)], 'resources which do not have REST API/s cannot be encrypted'],
  ['overlap', [rule(['secrets', '*.'], identity)], 'overlapping resources'],
  ['overlap with all', [rule(['secrets', '*.*'], identity)], 'overlapping resources'],
  ['twice', [rule(['secrets', 'secrets'], identity)], 'the same resource cannot be specified multiple times'],
  ['masked by a group', [rule(['*.apps'], identity), rule(['deployments.apps'], identity)], 'error while building transformers: resource "deployments.apps" is masked by earlier rule "*.apps"'],
  ['masked by all', [rule(['*.*'], identity), rule(['secrets'], identity)], 'resource "secrets" is masked by earlier rule "*.*"'],
  ['KMS v1', [rule(['secrets'], kms({ apiVersion: undefined }))], 'KMSv1 is deprecated and will only receive security updates going forward. Use KMSv2 instead.'],
  ['KMS v3', [rule(['secrets'], kms({ apiVersion: 'v3' }))], 'only v1 and v2 are supported'],
  ['KMS without a name', [rule(['secrets'], kms({ name: '' }))], 'kms.name: Required value: name is a mandatory field for a provider'],
  ['KMS with a colon', [rule(['secrets'], kms({ name: 'a:b' }))], "invalid KMS provider name a:b, must not contain ':'"],
  ['KMS twice', [rule(['secrets'], kms()), rule(['configmaps'], kms())], 'duplicate KMS provider name vault, names must be unique'],
  ['KMS over the network', [rule(['secrets'], kms({ endpoint: 'tcp://localhost:1' }))], 'unsupported scheme "tcp" for KMS provider, only unix is supported'],
  ['KMS nowhere', [rule(['secrets'], kms({ endpoint: '' }))], 'endpoint is a mandatory field for a kms'],
  ['KMS in no time', [rule(['secrets'], kms({ timeout: '0s' }))], 'timeout should be a positive value'],
  ['KMS v2 with a cache', [rule(['secrets'], kms({ cachesize: 5 }))], 'cachesize is not supported in v2'],
  ['unknown field', [{ ...rule(['secrets'], identity), provider: [] }], 'unknown field "resources[0].provider"'],
]

for (const [name, resources, message] of cases) {
  void test(`refused: ${name}`, () => assert.throws(() => read(resources), error => (assert.match((error as Error).message, new RegExp(message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))), true)))
}

void test('no key is told in a refusal', () => {
  assert.throws(() => read([rule(['secrets'], { aesgcm: { keys: [{ name: 'a', secret: 'c2VjcmV0' }] } })]), error => !(error as Error).message.includes('c2VjcmV0'))
})

void test('files that are something else', () => {
  for (const text of ['', '{', 'kind: Pod\napiVersion: v1\n', '[]', 'null']) assert.throws(() => readEncryptionConfig(text, '/f'), /error while parsing file: .*"\/f"/)
})
