import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CertificateSigningRequests, type CertificateSigningRequest } from '../api/certificates/certificate-signing-request.ts'
import { ClusterRoleBindings } from '../api/rbac/cluster-role-binding.ts'
import { toBase64 } from '../machinery/base64.ts'
import { isReason } from '../machinery/status.ts'
import { testCluster } from '../testing/test-cluster.ts'
import { certificateApprover } from './certificate-approver.ts'
import { certificateCleaner } from './certificate-cleaner.ts'
import { kubeletServingFault } from './certificate-rules.ts'
import { certificateSigner } from './certificate-signer.ts'
import type { ControllerSettings, RequestedIdentity } from './settings.ts'

const HOUR = 3600_000
const pem = (kind: string): string => `-----BEGIN ${kind}-----\nMAcwADAAAwEA\n-----END ${kind}-----\n`
const kubelet: RequestedIdentity = { commonName: 'system:node:n1', organizations: ['system:nodes'], dnsNames: [], ipAddresses: [], emailAddresses: [], uris: [] }
const CLIENT_USAGES = ['digital signature', 'client auth']

async function start(asked: RequestedIdentity, signed: object[] = []) {
  const settings: Partial<ControllerSettings> = {
    readRequest: async () => asked,
    signRequest: async (_text, terms) => {
      signed.push(terms)
      return pem('CERTIFICATE')
    },
  }
  return testCluster({ controllers: [certificateApprover, certificateSigner, certificateCleaner], settings })
}
const request = (signerName: string, usages: readonly string[], spec: object = {}) =>
  ({ metadata: { name: 'csr' }, spec: { request: toBase64(pem('CERTIFICATE REQUEST')), signerName, usages: [...usages], ...spec } }) as never
const approve = (csr: CertificateSigningRequest): CertificateSigningRequest => ({ ...csr, status: { ...csr.status, conditions: [{ type: 'Approved', status: 'True', reason: 'T', message: '' }] } }) as unknown as CertificateSigningRequest

test('a kubelet\'s client certificate is approved for who may have it, signed, and its request removed later', async () => {
  const signed: object[] = []
  await using cluster = await start(kubelet, signed)
  await cluster.create(ClusterRoleBindings, {
    metadata: { name: 'bootstrap' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:certificates.k8s.io:certificatesigningrequests:nodeclient' },
    subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'admin' }],
  })
  await cluster.create(CertificateSigningRequests, request('kubernetes.io/kube-apiserver-client-kubelet', CLIENT_USAGES, { expirationSeconds: 7200 }))
  await cluster.pass(1_000)
  const { status } = await cluster.get(CertificateSigningRequests, 'csr')
  assert.deepEqual(status.conditions?.map(({ type, reason, message }) => [type, reason, message]), [['Approved', 'AutoApproved', 'Auto approving kubelet client certificate after SubjectAccessReview.']])
  assert.equal(atob(status.certificate as unknown as string), pem('CERTIFICATE'))
  const [{ usages, notBefore, notAfter }] = signed as [{ usages: string[]; notBefore: number; notAfter: number }]
  assert.deepEqual([usages, notAfter - notBefore], [CLIENT_USAGES, 2 * HOUR + 5 * 60_000])
  await cluster.pass(HOUR + 1_000)
  await assert.rejects(cluster.get(CertificateSigningRequests, 'csr'), error => isReason(error, 'NotFound'))
})

test('nothing is signed unasked, a wrong request fails, and one that nobody decides about goes after a day', async () => {
  await using cluster = await start({ ...kubelet, organizations: ['admins'] })
  await cluster.create(CertificateSigningRequests, request('kubernetes.io/kube-apiserver-client-kubelet', CLIENT_USAGES))
  await cluster.pass(1_000)
  assert.deepEqual((await cluster.get(CertificateSigningRequests, 'csr')).status, {})
  await cluster.client.update(CertificateSigningRequests, approve(await cluster.get(CertificateSigningRequests, 'csr')), { subresource: 'approval' })
  await cluster.pass(1_000)
  const failed = (await cluster.get(CertificateSigningRequests, 'csr')).status.conditions!.find(({ type }) => type === 'Failed')!
  assert.deepEqual([failed.reason, failed.message], ['SignerValidationFailure', 'subject organization is not system:nodes'])
  await cluster.create(CertificateSigningRequests, { ...(request('example.com/other', CLIENT_USAGES) as CertificateSigningRequest), metadata: { name: 'other' } } as never)
  await cluster.pass(23 * HOUR)
  assert.deepEqual((await cluster.list(CertificateSigningRequests)).map(({ metadata }) => metadata.name), ['other'])
  await cluster.pass(2 * HOUR)
  assert.deepEqual(await cluster.list(CertificateSigningRequests), [])
})

test('a serving certificate names an address and is for serving', () => {
  const usages = ['key encipherment', 'digital signature', 'server auth']
  assert.equal(kubeletServingFault({ ...kubelet, ipAddresses: ['10.0.0.1'] }, usages), undefined)
  assert.equal(kubeletServingFault(kubelet, usages), 'DNS or IP subjectAltName is required')
  assert.match(kubeletServingFault({ ...kubelet, dnsNames: ['n1'] }, CLIENT_USAGES)!, /^usages did not match/)
})
