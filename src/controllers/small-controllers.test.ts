import { compactVerify } from 'jose'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCidr } from '../api/cidr.ts'
import { ConfigMaps } from '../api/core/config-map.ts'
import { Namespaces } from '../api/core/namespace.ts'
import { Nodes } from '../api/core/node.ts'
import { Secrets } from '../api/core/secret.ts'
import { ServiceAccounts } from '../api/core/service-account.ts'
import { isReason } from '../machinery/status.ts'
import { node } from '../testing/builders.ts'
import { addNodes, testCluster, type TestClusterOptions } from '../testing/test-cluster.ts'
import { bootstrapSigner } from './bootstrap-signer.ts'
import { nextPart, nodeIpamController } from './node-ipam.ts'
import { serviceAccountTokens } from './service-account-tokens.ts'
import { tokenCleaner } from './token-cleaner.ts'
import { stepFor, ttlController } from './ttl.ts'

const gone = (error: unknown): boolean => isReason(error, 'NotFound')
const start = (options: TestClusterOptions) => testCluster(options)
const token = (id: string, fields: Record<string, string> = {}) => ({
  metadata: { name: `bootstrap-token-${id}`, namespace: 'kube-system' }, type: 'bootstrap.kubernetes.io/token',
  stringData: { 'token-id': id, 'token-secret': '0123456789abcdef', 'usage-bootstrap-signing': 'true', ...fields },
})

test('tokens for joining go when their time is up, and sign the cluster\'s address until then', async () => {
  await using cluster = await start({ controllers: [tokenCleaner, bootstrapSigner] })
  await cluster.client.create(Namespaces, { metadata: { name: 'kube-public' } }).catch(() => undefined)
  await cluster.create(ConfigMaps, { metadata: { name: 'cluster-info', namespace: 'kube-public' }, data: { kubeconfig: 'apiVersion: v1\n', other: 'x' } })
  await cluster.create(Secrets, token('abcdef', { expiration: '2026-01-01T01:00:00Z' }))
  await cluster.create(Secrets, token('ghijkl', { 'usage-bootstrap-signing': 'false' }))
  await cluster.pass(1_000)
  const { data } = await cluster.get(ConfigMaps, 'cluster-info', 'kube-public')
  assert.deepEqual(Object.keys(data!).sort(), ['jws-kubeconfig-abcdef', 'kubeconfig', 'other'])
  const [header, , signature] = data!['jws-kubeconfig-abcdef']!.split('.')
  const whole = `${header}.${Buffer.from('apiVersion: v1\n').toString('base64url')}.${signature}`
  assert.deepEqual((await compactVerify(whole, new TextEncoder().encode('0123456789abcdef'))).protectedHeader, { alg: 'HS256', kid: 'abcdef' })
  await cluster.pass(3600_000)
  await assert.rejects(cluster.get(Secrets, 'bootstrap-token-abcdef', 'kube-system'), gone)
  await cluster.pass(1_000)
  assert.deepEqual(Object.keys((await cluster.get(ConfigMaps, 'cluster-info', 'kube-public')).data!).sort(), ['kubeconfig', 'other'])
})

test('every node has a part of the pods\' addresses to itself, and keeps it', async () => {
  await using cluster = await start({ controllers: [nodeIpamController, ttlController], settings: { clusterCidr: '10.42.0.0/22' } })
  await addNodes(cluster, node('n1'), node('own', { spec: { podCIDR: '10.42.1.0/24', podCIDRs: ['10.42.1.0/24'] } }), node('n2'), node('n3'), node('n4'))
  await cluster.pass(1_000)
  const parts = async () => Object.fromEntries((await cluster.list(Nodes)).map(({ metadata, spec }) => [metadata.name, spec.podCIDR]))
  const first = await parts()
  assert.equal(new Set(Object.values(first).filter(Boolean)).size, 4)
  const late = Object.keys(first).find(name => !first[name])!
  const leaving = Object.keys(first).find(name => first[name] && name !== 'own')!
  await cluster.delete(Nodes, leaving)
  await cluster.edit(Nodes, late, object => ({ ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, touched: 'yes' } } }))
  await cluster.pass(1_000)
  assert.equal((await parts())[late], first[leaving])
  assert.equal((await cluster.get(Nodes, late)).metadata.annotations?.['node.alpha.kubernetes.io/ttl'], '0')
})

test('parts of a block and steps of a size', () => {
  assert.equal(nextPart(parseCidr('10.42.0.0/16')!, 24, []), '10.42.0.0/24')
  assert.equal(nextPart(parseCidr('10.42.0.0/16')!, 24, ['10.42.0.0/25', '10.42.1.0/24', '10.42.3.0/24']), '10.42.2.0/24')
  assert.equal(nextPart(parseCidr('fd00::/62')!, 64, ['fd00::/63']), 'fd00:0:0:2::/64')
  assert.equal(nextPart(parseCidr('10.42.0.0/24')!, 24, ['10.0.0.0/8']), undefined)
  assert.deepEqual([stepFor(50, 0), stepFor(101, 0), stepFor(95, 1), stepFor(89, 1), stepFor(5000, 0)], [0, 1, 1, 0, 4])
})

test('a secret for a service account\'s token is filled in, and goes with the account', async () => {
  await using cluster = await start({ controllers: [serviceAccountTokens], settings: { rootCa: 'CA', signAccountToken: async ({ namespace, name, uid }, secret) => `${namespace}/${name}/${uid}/${secret}` } })
  const account = await cluster.create(ServiceAccounts, { metadata: { name: 'robot', namespace: 'default' } })
  const secret = (name: string, of: string) => ({ metadata: { name, namespace: 'default', annotations: { 'kubernetes.io/service-account.name': of } }, type: 'kubernetes.io/service-account-token' })
  await cluster.create(Secrets, secret('kept', 'robot'))
  await cluster.create(Secrets, secret('nobodys', 'missing'))
  await cluster.pass(1_000)
  const { data, metadata } = await cluster.get(Secrets, 'kept')
  assert.deepEqual(Object.fromEntries(Object.entries(data!).map(([key, text]) => [key, atob(text as unknown as string)])), { 'ca.crt': 'CA', 'namespace': 'default', 'token': `default/robot/${account.metadata.uid}/kept` })
  assert.equal(metadata.annotations?.['kubernetes.io/service-account.uid'], account.metadata.uid)
  await assert.rejects(cluster.get(Secrets, 'nobodys'), gone)
  await cluster.delete(ServiceAccounts, 'robot')
  await cluster.pass(1_000)
  await assert.rejects(cluster.get(Secrets, 'kept'), gone)
})
