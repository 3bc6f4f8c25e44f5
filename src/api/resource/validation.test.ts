import assert from 'node:assert/strict'
import { test } from 'node:test'
import { validateCapacity } from './capacity-policy.ts'
import { validateAttributeKey, validateFullKey, validatePool } from './checks.ts'
import { validateClaimSpec } from './claim-validation.ts'
import type { ResourceClaimSpec } from './shared.ts'
import { ResourceClaims, type ResourceClaim } from './resource-claim.ts'

const texts = (causes: { field?: string; message: string }[]): string[] => causes.map(({ field, message }) => `${field}: ${message}`)

test('names of attributes have a domain or are the driver’s own', () => {
  for (const fine of ['a', '_a1', 'd.example.com/a']) assert.deepEqual(validateAttributeKey(fine, 'f'), [], fine)
  for (const wrong of ['', 'a-b', '1a', 'A_/b', 'd/', '/a']) assert.equal(validateAttributeKey(wrong, 'f').length, 1, wrong)
  assert.deepEqual(validateFullKey('d.example.com/a', 'f'), [])
  assert.deepEqual(texts(validateFullKey('a', 'f')), ['f: Invalid value: "a": a fully qualified name must be a domain and a name separated by a slash'])
  assert.deepEqual(texts(validatePool('a//b', 'f')).length, 1)
})

test('a claim refers to its own requests only', () => {
  const spec = (requests: string[]): ResourceClaimSpec => ({
    devices: {
      requests: [{ name: 'one', exactly: { deviceClassName: 'c', allocationMode: 'All' } }, { name: 'some', firstAvailable: [{ name: 'big', deviceClassName: 'c', allocationMode: 'All' }] }],
      constraints: [{ requests, matchAttribute: 'd/a' }],
    },
  }) as ResourceClaimSpec
  for (const fine of ['one', 'some', 'some/big']) assert.deepEqual(validateClaimSpec(spec([fine]), 'spec'), [], fine)
  for (const wrong of ['two', 'one/big', 'some/small', 'some/big/x']) assert.equal(validateClaimSpec(spec([wrong]), 'spec').length, 1, wrong)
  assert.deepEqual(texts(validateClaimSpec(spec(['one', 'one']), 'spec')), ['spec.devices.constraints[0].requests[1]: Duplicate value: "one"'])
})

test('what requests may take of a shared capacity', () => {
  const at = (requestPolicy: object, shared = true): string[] => texts(validateCapacity({ value: '5', requestPolicy } as never, 'c', shared))
  assert.deepEqual(at({}, false), ['c.requestPolicy: Forbidden: allowMultipleAllocations must be true'])
  for (const fine of [{}, { default: '1', validValues: ['1', '2'] }, { default: '2', validRange: { min: '1', max: '3', step: '1' } }]) assert.deepEqual(at(fine), [])
  assert.deepEqual(at({ default: '1', validValues: ['9', '1'] }), [
    'c.requestPolicy.validValues[1]: Invalid value: "1": values must be sorted in ascending order',
    'c.requestPolicy.validValues[0]: Invalid value: "9": option is larger than capacity value: 5',
  ])
  assert.deepEqual(at({ default: '2', validRange: { min: '1', step: '0' } }), ['c.requestPolicy.validRange.step: Invalid value: "2": value is not a multiple of a given step (0) from (1)'])
})

test('what is said of a device goes when the device is taken back', () => {
  const result = { request: 'r', driver: 'd', pool: 'p', device: 'x' }
  const claim = (results: object[], devices: object[]): ResourceClaim => ({ metadata: { name: 'a' }, spec: { devices: {} }, status: { ...(results.length && { allocation: { devices: { results } } }), devices } }) as never
  const draft = claim([], [{ driver: 'd', pool: 'p', device: 'x' }])
  ResourceClaims.prepareForSubresource!(draft, claim([result], [{ driver: 'd', pool: 'p', device: 'x' }]), 'status', 0)
  assert.equal(draft.status.devices, undefined)
})
