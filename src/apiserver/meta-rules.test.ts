import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigMaps } from '../api/core/config-map.ts'
import { Services } from '../api/core/service.ts'
import { PodDisruptionBudgets } from '../api/policy/pod-disruption-budget.ts'
import { Roles } from '../api/rbac/role.ts'
import type { AnyResource } from '../api/resource.ts'
import { orderedCauses, rulesOfCreate } from './meta-rules.ts'

const steps = (resource: AnyResource, subresource?: string): string =>
  orderedCauses(resource, subresource, Object.fromEntries([...'MmUuVX'].map(step => [step, () => [{ reason: 'FieldValueInvalid', message: step, field: step }]]))).map(({ field }) => field).join('')

test('kinds look at metadata in an order of their own', () => {
  assert.deepEqual([Services, ConfigMaps, Roles, PodDisruptionBudgets].map(each => steps(each)), ['UVX', 'UMVX', 'MVUX', 'VX'])
  assert.deepEqual([steps(Services, 'status'), steps(PodDisruptionBudgets, 'status')], ['UX', 'X'])
  assert.deepEqual([Services, PodDisruptionBudgets].map(rulesOfCreate), ['M', ''])
})
