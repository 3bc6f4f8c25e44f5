import assert from 'node:assert/strict'
import test from 'node:test'
import { managersOfScale, managersOfScaled } from './scale-fields.ts'

const own = { manager: 'creator', operation: 'Update', apiVersion: 'apps/v1', time: '2020-01-01T00:00:00Z', fieldsType: 'FieldsV1', fieldsV1: { 'f:spec': { 'f:replicas': {}, 'f:selector': {} } } }
const status = { manager: 'controller', operation: 'Update', apiVersion: 'apps/v1', time: '2020-01-02T00:00:00Z', fieldsType: 'FieldsV1', fieldsV1: { 'f:status': {} }, subresource: 'status' }
const ofScale = { 'f:spec': { 'f:replicas': {} } }

test('a scale shows who manages the number of replicas, and nothing else', () => {
  assert.deepEqual(managersOfScale([own, status], 'apps/v1'), [{ ...own, apiVersion: 'autoscaling/v1', fieldsV1: ofScale }])
  assert.deepEqual(managersOfScale(undefined, 'apps/v1'), [])
})

test('who writes the scale takes the number over and has no time; others stay', () => {
  const scaler = { manager: 'scaler', operation: 'Update', apiVersion: 'autoscaling/v1', time: '2020-02-02T00:00:00Z', fieldsType: 'FieldsV1', fieldsV1: ofScale, subresource: 'scale' }
  const { time: _, ...timeless } = scaler
  assert.deepEqual(managersOfScaled([own, status], [scaler], 'apps/v1'), [
    { ...timeless, apiVersion: 'apps/v1' }, { ...own, fieldsV1: { 'f:spec': { 'f:selector': {} } } }, status,
  ])
})

test('an applier of the object that applies to its scale too stays one manager', () => {
  const applier = { ...own, operation: 'Apply' }
  assert.deepEqual(managersOfScaled([applier], [{ ...applier, apiVersion: 'autoscaling/v1', fieldsV1: ofScale }], 'apps/v1'), [applier])
})
