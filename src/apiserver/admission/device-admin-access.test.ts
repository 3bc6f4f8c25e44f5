import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ResourceClaims } from '../../api/resource/resource-claim.ts'
import { ResourceClaimTemplates } from '../../api/resource/resource-claim-template.ts'
import { isReason } from '../../machinery/status.ts'
import type { AdmissionContext, AdmissionRequest } from './admission.ts'
import { deviceAdminAccess } from './device-admin-access.ts'

/** The fields that are refused in a namespace with these labels. */
async function refused(labels: Record<string, string>, request: object): Promise<string[]> {
  const context = { get: () => ({ metadata: { name: 'n', labels } }) } as unknown as AdmissionContext
  try {
    await deviceAdminAccess.validate!({ namespace: 'n', name: 'c', operation: 'CREATE', ...request } as AdmissionRequest, context)
    return []
  } catch (error) {
    assert.ok(isReason(error, 'Invalid'))
    return error.details!.causes!.map(({ field }) => field!)
  }
}

const devices = { requests: [{ name: 'a', exactly: { deviceClassName: 'c' } }, { name: 'b', exactly: { deviceClassName: 'c', adminAccess: true } }] }
const ADMIN = { 'resource.kubernetes.io/admin-access': 'true' }

test('KEP-5018: admin access needs a labelled namespace', async () => {
  const claim = { resource: ResourceClaims, object: { spec: { devices } } }
  const template = { resource: ResourceClaimTemplates, object: { spec: { spec: { devices } } } }
  for (const request of [claim, template]) {
    assert.deepEqual(await refused(ADMIN, request), [])
    assert.deepEqual(await refused({}, request), ['spec.devices.requests[1].adminAccess'])
  }
})

test('what is allocated already stays', async () => {
  const allocation = { devices: { results: [{ request: 'b', adminAccess: true }] } }
  const status = { resource: ResourceClaims, operation: 'UPDATE', subresource: 'status', object: { status: { allocation } } }
  assert.deepEqual(await refused({}, { ...status, oldObject: { status: {} } }), ['status.allocation.devices.results[0].adminAccess'])
  assert.deepEqual(await refused({}, { ...status, oldObject: { status: { allocation } } }), [])
})
