import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '../api/core/pod/pod.ts'
import type { Draft } from '../machinery/schema/schema.ts'
import type { PodState, RuntimeContainer } from './pod-state.ts'
import { podStatus, type StatusInput } from './status.ts'

const NOW = Date.UTC(2026, 0, 1, 0, 1)

const podOf = (spec: Draft<Pod['spec']> = {}, status: Draft<Pod['status']> = {}): Pod => ({
  kind: 'Pod', apiVersion: 'v1', metadata: { name: 'p', namespace: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: '', generation: 3 },
  spec: { restartPolicy: 'Always', containers: [{ name: 'a', image: 'i', resources: {} }], ...spec }, status,
} as Pod)
const container = (name: string, attempt: number, parts: Partial<RuntimeContainer> = {}): RuntimeContainer => ({
  id: `${name}${attempt}`, name, podSandboxId: 's0', metadata: { name, attempt }, state: 'Running', image: 'i:1', imageRef: 'i@sha256:1', imageId: '', createdAtMs: NOW, startedAtMs: NOW - 5000,
  finishedAtMs: 0, exitCode: 0, reason: '', message: '', mounts: [], logPath: '', labels: {}, annotations: {}, ...parts,
})
const exited = (name: string, attempt: number, exitCode: number): RuntimeContainer =>
  container(name, attempt, { state: 'Exited', exitCode, finishedAtMs: NOW - 1000, reason: exitCode === 0 ? 'Completed' : 'Error' })
const sandbox = { id: 's0', metadata: { name: 'p', namespace: 'default', uid: 'u', attempt: 0 }, state: 'Ready', createdAtMs: 0, labels: {}, annotations: {}, handler: '', ips: ['10.1.0.1', 'fd00::1'] } as const
const status = (pod: Pod, containers: RuntimeContainer[], more: Partial<StatusInput> = {}, state: Partial<PodState> = {}) => podStatus({
  pod, state: { sandboxes: [sandbox], containers, ...state }, nowMs: NOW, hostIPs: ['192.0.2.1'], waiting: new Map(), messages: new Map(), terminating: false,
  isStarted: each => each.state === 'Running', isReady: each => each.state === 'Running', ...more,
})
const condition = (made: Pod['status'], type: string) => made.conditions?.find(each => each.type === type)

test('before anything runs', () => {
  const made = status(podOf(), [], {}, { sandboxes: [] })
  assert.deepEqual([made.phase, made.podIP, made.hostIP, made.startTime, made.qosClass, made.observedGeneration], ['Pending', undefined, '192.0.2.1', '2026-01-01T00:01:00Z', 'BestEffort', 3])
  assert.deepEqual(made.containerStatuses?.[0]?.state, { waiting: { reason: 'ContainerCreating' } })
  assert.deepEqual(['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(type => condition(made, type)?.status), ['False', 'True', 'False', 'False', 'True'])
  assert.equal(condition(made, 'ContainersReady')?.message, 'containers with unready status: [a]')
})

test('running: addresses, ids, times', () => {
  const made = status(podOf(), [container('a', 2), exited('a', 1, 1)])
  assert.deepEqual([made.phase, made.podIP, made.podIPs], ['Running', '10.1.0.1', [{ ip: '10.1.0.1' }, { ip: 'fd00::1' }]])
  const [own] = made.containerStatuses ?? []
  assert.deepEqual([own?.containerID, own?.imageID, own?.restartCount, own?.ready, own?.started, own?.lastState.terminated?.exitCode], ['containerd://a2', 'i@sha256:1', 2, true, true, 1])
  assert.equal(own?.state.running?.startedAt, '2026-01-01T00:00:55Z')
})

test('a condition that stays keeps its time, one that changes gets a new one', () => {
  const before = [{ type: 'Ready', status: 'True', lastTransitionTime: 'then' }, { type: 'Initialized', status: 'True', lastTransitionTime: 'then' }, { type: 'Theirs', status: 'True' }]
  const made = status(podOf({}, { conditions: before }), [container('a', 0)], { isReady: () => false })
  assert.equal(condition(made, 'Initialized')?.lastTransitionTime, 'then')
  assert.equal(condition(made, 'Ready')?.lastTransitionTime, '2026-01-01T00:01:00Z')
  assert.equal(condition(made, 'Theirs')?.status, 'True')
})

test('readiness gates', () => {
  const gates = { readinessGates: [{ conditionType: 'a' }, { conditionType: 'b' }] }
  const made = status(podOf(gates, { conditions: [{ type: 'b', status: 'False' }] }), [container('a', 0)])
  assert.deepEqual([condition(made, 'Ready')?.reason, condition(made, 'ContainersReady')?.status], ['ReadinessGatesNotReady', 'True'])
  assert.equal(condition(made, 'Ready')?.message,
    'corresponding condition of pod readiness gate "a" does not exist., the status of pod readiness gate "b" is not "True", but False')
  const open = status(podOf(gates, { conditions: [{ type: 'a', status: 'True' }, { type: 'b', status: 'True' }] }), [container('a', 0)])
  assert.equal(condition(open, 'Ready')?.status, 'True')
})

test('while it waits to be started again its end is the last state', () => {
  const made = status(podOf(), [exited('a', 0, 7)], { waiting: new Map([['a', { reason: 'CrashLoopBackOff', message: 'back-off' }]]), messages: new Map([['a0', 'last words']]) })
  const [own] = made.containerStatuses ?? []
  assert.deepEqual([own?.state, own?.lastState.terminated?.exitCode, own?.lastState.terminated?.message, made.phase], [{ waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } }, 7, 'last words', 'Running'])
})

test('a container that the runtime has forgotten', () => {
  const ran = { name: 'a', image: 'i', imageID: '', ready: true, restartCount: 4, state: { running: {} }, lastState: {}, containerID: 'containerd://gone' }
  const made = status(podOf({}, { containerStatuses: [ran] as never }), [])
  assert.deepEqual([made.containerStatuses?.[0]?.restartCount, made.containerStatuses?.[0]?.lastState.terminated?.reason], [5, 'ContainerStatusUnknown'])
})

const policies = ['Always', 'OnFailure', 'Never'] as const
const phases: [string, RuntimeContainer[], boolean, readonly [string, string, string]][] = [
  ['one ended well', [exited('a', 0, 0)], false, ['Running', 'Succeeded', 'Succeeded']], ['one failed', [exited('a', 0, 1)], false, ['Running', 'Running', 'Failed']],
  ['ended well for good', [exited('a', 0, 0)], true, ['Succeeded', 'Succeeded', 'Succeeded']], ['failed for good', [exited('a', 0, 1)], true, ['Failed', 'Failed', 'Failed']],
  ['running', [container('a', 0)], false, ['Running', 'Running', 'Running']],
]
for (const [name, containers, terminating, wanted] of phases) {
  for (const [index, restartPolicy] of policies.entries()) {
    test(`phase: ${name}, ${restartPolicy}: ${wanted[index]}`, () => assert.equal(status(podOf({ restartPolicy }), containers, { terminating }).phase, wanted[index]))
  }
}

test('a phase that is final stays, and says why', () => {
  const made = status(podOf({}, { phase: 'Failed', reason: 'Evicted', message: 'why' }), [container('a', 0)])
  assert.deepEqual([made.phase, made.reason, made.message], ['Failed', 'Evicted', 'why'])
})
