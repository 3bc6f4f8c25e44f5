import assert from 'node:assert/strict'
import { test } from 'node:test'
import { humanDuration, listWithMore } from '../../columns.ts'
import { isPodActive, isPodReady, podLimits, podRequests, qosClass, tolerates, untilAvailable } from './predicates.ts'
import type { PodSpec } from './pod-spec.ts'
import type { Pod } from './schema.ts'
import { pullPolicyFor } from './defaults.ts'

const container = (requests?: Record<string, string>, limits?: Record<string, string>, extra = {}) => ({ name: 'c', resources: { ...(requests && { requests }), ...(limits && { limits }) }, ...extra })
const spec = (parts: object): PodSpec => ({ containers: [], ...parts }) as unknown as PodSpec
const pod = (status: object, metadata = {}): Pod => ({ metadata, spec: spec({}), status }) as unknown as Pod

test('requests are the larger of running and starting, and the overhead', () => {
  const running = [container({ cpu: '100m', memory: '64Mi' }), container({ cpu: '1' })]
  assert.deepEqual(podRequests({ spec: spec({ containers: running }) }), { cpu: 1100, memory: 64 * 2 ** 20 })
  assert.deepEqual(podRequests({ spec: spec({ containers: running, initContainers: [container({ cpu: '3' })], overhead: { cpu: '250m' } }) }), { cpu: 3250, memory: 64 * 2 ** 20 })
})
test('KEP-753: sidecars run beside the containers and beside later init containers', () => {
  const initContainers = [container({ cpu: '1' }), container({ cpu: '2' }, undefined, { restartPolicy: 'Always' }), container({ cpu: '5' })]
  assert.deepEqual(podRequests({ spec: spec({ containers: [container({ cpu: '1' })], initContainers }) }), { cpu: 7000 })
  assert.deepEqual(podRequests({ spec: spec({ containers: [container({ cpu: '9' })], initContainers }) }), { cpu: 11000 })
})
test('KEP-2837: what the pod states as a whole counts instead of its containers', () => {
  assert.deepEqual(podRequests({ spec: spec({ containers: [container({ cpu: '1', memory: '1Mi' })], resources: { requests: { cpu: '2' } } }) }), { cpu: 2000, memory: 2 ** 20 })
  assert.deepEqual(podLimits({ spec: spec({ containers: [container(undefined, { cpu: '1' })], overhead: { cpu: '1', memory: '1' } }) }), { cpu: 2000 })
})
test('class of service', () => {
  assert.equal(qosClass(spec({ containers: [container()] })), 'BestEffort')
  assert.equal(qosClass(spec({ containers: [container({ cpu: '0' })] })), 'BestEffort')
  assert.equal(qosClass(spec({ containers: [container({ cpu: '1' })] })), 'Burstable')
  const full = { cpu: '1', memory: '1Gi' }
  assert.equal(qosClass(spec({ containers: [container(full, { cpu: '1000m', memory: '1024Mi' })] })), 'Guaranteed')
  assert.equal(qosClass(spec({ containers: [container(full, full), container()] })), 'Burstable')
})
test('tolerations', () => {
  const taint = { key: 'k', value: 'v', effect: 'NoSchedule' }
  assert.equal(tolerates(undefined, taint), false)
  assert.equal(tolerates([{ operator: 'Exists' }], taint), true)
  assert.equal(tolerates([{ key: 'k', operator: 'Exists', effect: 'NoExecute' }], taint), false)
  assert.equal(tolerates([{ key: 'k', value: 'v' }], taint), true)
  assert.equal(tolerates([{ key: 'k', value: 'w', operator: 'Equal' }], taint), false)
  assert.equal(tolerates([{ key: 'k', value: '5', operator: 'Lt' }], { ...taint, value: '4' }), true)
})
test('ready, active, available', () => {
  const ready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] }
  const now = Date.parse('2026-01-01T00:00:10Z')
  assert.equal(isPodReady(pod(ready)), true)
  assert.equal(isPodActive(pod(ready, { deletionTimestamp: '2026-01-01T00:00:00Z' })), false)
  assert.equal(isPodActive(pod({ phase: 'Failed' })), false)
  assert.equal(untilAvailable(pod(ready), 30, now), 20_000)
  assert.equal(untilAvailable(pod(ready), 5, now), 0)
  assert.equal(untilAvailable(pod({ phase: 'Running' }), 0, now), undefined)
})
test('images that may change are pulled each time', () => {
  for (const image of ['nginx', 'nginx:latest', 'localhost:5000/a/b', 'r.example/a:latest']) assert.equal(pullPolicyFor(image), 'Always', image)
  for (const image of ['nginx:1', 'localhost:5000/a/b:2', `nginx@sha256:${'a'.repeat(64)}`, '']) assert.equal(pullPolicyFor(image), 'IfNotPresent', image)
})
test('ages and lists as kubectl shows them', () => {
  const second = 1000
  const shown: [number, string][] = [
    [0, '0s'], [119, '119s'], [120, '2m'], [150, '2m30s'], [600, '10m'], [10_800, '3h'], [10_860, '3h1m'], [8 * 3600, '8h'], [47 * 3600, '47h'], [48 * 3600, '2d'], [50 * 3600, '2d2h'],
    [8 * 86_400, '8d'], [729 * 86_400, '729d'], [730 * 86_400, '2y'], [731 * 86_400, '2y1d'], [2920 * 86_400, '8y'], [-1, '0s'], [-3, '<invalid>'],
  ]
  for (const [seconds, text] of shown) assert.equal(humanDuration(seconds * second), text)
  assert.equal(listWithMore(['a', 'b', 'c', 'd']), 'a,b,c + 1 more...')
  assert.equal(listWithMore([]), '<unset>')
})
