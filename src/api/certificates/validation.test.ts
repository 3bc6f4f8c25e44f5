import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toBase64 } from '../../machinery/base64.ts'
import { CertificateSigningRequests as kind, type CertificateSigningRequest, type CertificateSigningRequestCondition } from './certificate-signing-request.ts'
import { derProblem, pemBlocks } from './pem.ts'

const pem = (type: string, der: number[]): string => toBase64(`-----BEGIN ${type}-----\n${btoa(String.fromCharCode(...der))}\n-----END ${type}-----\n`)
/** The outer form of a request: what is signed, the algorithm, the signature. */
const DER = [0x30, 0x07, 0x30, 0x00, 0x30, 0x00, 0x03, 0x01, 0x00]

const condition = (type: string, reason = 'R'): CertificateSigningRequestCondition => ({ type, status: 'True', reason, message: 'm', lastUpdateTime: null, lastTransitionTime: null })
const request = (conditions: CertificateSigningRequestCondition[] = [], certificate?: string): CertificateSigningRequest => ({
  apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: 'a' } as CertificateSigningRequest['metadata'],
  spec: { request: pem('CERTIFICATE REQUEST', DER), signerName: 'example.com/signer', usages: ['client auth'] },
  status: { conditions, ...(certificate && { certificate }) },
})
const texts = (causes: { field?: string; message: string }[]): string[] => causes.map(({ field, message }) => `${field}: ${message}`)

test('a request is PEM around DER', () => {
  assert.deepEqual(kind.validate!(request(), { now: 0, isNew: true }), [])
  const cases: [string, string][] = [
    [toBase64('hello'), 'PEM block type must be CERTIFICATE REQUEST'], [pem('CERTIFICATE', DER), 'PEM block type must be CERTIFICATE REQUEST'],
    [pem('CERTIFICATE REQUEST', [0x30, 0x65, 1]), 'asn1: syntax error: data truncated'], [pem('CERTIFICATE REQUEST', []), 'asn1: syntax error: sequence truncated'],
  ]
  for (const [text, problem] of cases) {
    const object = { ...request(), spec: { ...request().spec, request: text } }
    assert.match(texts(kind.validate!(object, { now: 0, isNew: true })).join(), new RegExp(`^spec.request: Invalid value: ".*": ${problem}$`))
  }
  assert.equal(pemBlocks(undefined).blocks.length, 0)
  assert.equal(derProblem(Uint8Array.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff])), 'asn1: syntax error: data truncated')
})

test('decisions are made by approval alone, and stay', () => {
  const update = (next: CertificateSigningRequest, old: CertificateSigningRequest, subresource: string): string[] =>
    texts(kind.validateUpdate!(next, old, { now: 0, isNew: false, subresource }))
  assert.deepEqual(update(request([condition('Approved')]), request(), 'approval'), [])
  assert.deepEqual(update(request([condition('Approved', 'Other')]), request([condition('Approved')]), 'approval'), [])
  assert.deepEqual(update(request([condition('Approved')]), request(), 'status'), ['status.conditions: Forbidden: updates may not add a condition of type "Approved"'])
  assert.deepEqual(update(request([condition('Failed')]), request(), 'status'), [])
  assert.deepEqual(update(request(), request([condition('Denied')]), 'approval'), ['status.conditions: Forbidden: updates may not remove a condition of type "Denied"'])
  assert.deepEqual(update(request([condition('Approved'), condition('Denied')]), request([condition('Approved')]), 'approval'), ['status.conditions: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive'])
})

test('status keeps the decisions that are there and dates what is new', () => {
  const old = request([{ ...condition('Approved'), lastTransitionTime: '2020-01-01T00:00:00Z', lastUpdateTime: '2020-01-01T00:00:00Z' }])
  const draft = request([condition('Approved', 'Other'), condition('Failed')])
  kind.prepareForSubresource!(draft, old, 'status', 0)
  assert.deepEqual(draft.status.conditions!.map(({ reason, lastTransitionTime }) => [reason, lastTransitionTime]), [['R', '2020-01-01T00:00:00Z'], ['R', '1970-01-01T00:00:00Z']])
  const approved = request([condition('Approved')], 'Y2VydA==')
  kind.prepareForSubresource!(approved, request(), 'approval', 0)
  assert.equal(approved.status.certificate, undefined)
})
