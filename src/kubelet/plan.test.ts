import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '../api/core/pod/pod.ts'
import type { Draft } from '../machinery/schema/schema.ts'
import { containerHash } from './container/hash.ts'
import { CONTAINER_HASH } from './names.ts'
import { planPod, type PlanInput, type PodPlan } from './plan.ts'
import type { PodState, RuntimeContainer } from './pod-state.ts'

const NOW = 1_000_000

const podOf = (spec: Draft<Pod['spec']>): Pod => ({
  kind: 'Pod', apiVersion: 'v1', metadata: { name: 'p', namespace: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: '' },
  spec: { restartPolicy: 'Always', containers: [{ name: 'a', image: 'i', resources: {} }], ...spec }, status: {},
} as Pod)

const container = (name: string, parts: Partial<RuntimeContainer> = {}): RuntimeContainer => ({
  id: `${name}-0`, name, podSandboxId: 's0', metadata: { name, attempt: 0 }, state: 'Running', image: 'i', imageRef: '', imageId: '', createdAtMs: NOW - 5000, startedAtMs: NOW - 5000,
  finishedAtMs: parts.state === 'Exited' ? NOW - 1000 : 0, exitCode: 0, reason: '', message: '', mounts: [], logPath: '', labels: {},
  annotations: { [CONTAINER_HASH]: containerHash({ name, image: 'i' } as never) }, ...parts,
})
const exited = (name: string, exitCode: number, parts: Partial<RuntimeContainer> = {}): RuntimeContainer => container(name, { state: 'Exited', exitCode, ...parts })

const sandbox = (parts: Partial<PodState['sandboxes'][number]> = {}): PodState['sandboxes'][number] => ({
  id: 's0', metadata: { name: 'p', namespace: 'default', uid: 'u', attempt: 0 }, state: 'Ready', createdAtMs: 0, labels: {}, annotations: {}, handler: '', ips: ['10.1.0.1'], ...parts,
})

/** A plan in a few words: `sandbox 1`, `start a`, `kill a`, `wait a`, `done`. */
function inWords({ createSandbox, kill, start, wait, done }: PodPlan): string {
  return [
    ...(createSandbox ? [`sandbox ${createSandbox.attempt}`] : []), ...kill.map(({ spec }) => `kill ${spec.name}`), ...start.map(({ spec }) => `start ${spec.name}`),
    ...wait.map(({ spec }) => `wait ${spec.name}`), ...(done ? ['done'] : []),
  ].join(', ')
}

const plan = (spec: Draft<Pod['spec']>, containers: RuntimeContainer[], more: Partial<PlanInput> & { sandboxes?: PodState['sandboxes'] } = {}): PodPlan => planPod({
  pod: podOf(spec), state: { sandboxes: more.sandboxes ?? [sandbox()], containers }, nowMs: NOW, backoff: new Map(), unhealthy: new Map(), restarting: new Set(),
  isStarted: each => each.state === 'Running', ...more,
})

const image = 'i'
const init = [{ name: 'i1', image }, { name: 'i2', image }]
const sidecar = [{ name: 'side', image, restartPolicy: 'Always' }, { name: 'i1', image }]

const cases: [string, string, () => PodPlan][] = [
  ['a new pod', 'sandbox 0', () => plan({}, [], { sandboxes: [] })],
  ['a sandbox that died', 'sandbox 1', () => plan({}, [exited('a', 137)], { sandboxes: [sandbox({ state: 'NotReady' })] })],
  ['a sandbox without an address', 'sandbox 1', () => plan({}, [], { sandboxes: [sandbox({ ips: [] })] })],
  ["in the host's network no address is needed", 'start a', () => plan({ hostNetwork: true }, [], { sandboxes: [sandbox({ ips: [] })] })],
  ['a fresh sandbox', 'start a', () => plan({}, [])],
  ['all is well', '', () => plan({}, [container('a')])],
  ['Always: an end is followed by a start', 'start a', () => plan({}, [exited('a', 0)])],
  ['OnFailure: success is final', 'done', () => plan({ restartPolicy: 'OnFailure' }, [exited('a', 0)])],
  ['OnFailure: failure is not', 'start a', () => plan({ restartPolicy: 'OnFailure' }, [exited('a', 1)])],
  ['Never: failure is final', 'done', () => plan({ restartPolicy: 'Never' }, [exited('a', 1)])],
  ['Never: killed in order to be started again', 'start a', () => plan({ restartPolicy: 'Never' }, [exited('a', 1)], { restarting: new Set(['a-0']) })],
  ['Never: a lost sandbox is not made again', 'done', () => plan({ restartPolicy: 'Never' }, [exited('a', 137)], { sandboxes: [sandbox({ state: 'NotReady' })] })],
  ['the back-off holds', 'wait a', () => plan({}, [exited('a', 1)], { backoff: new Map([['a', { delayMs: 10_000, atMs: NOW - 5000 }]]) })],
  ['the back-off is over', 'start a', () => plan({}, [exited('a', 1, { finishedAtMs: NOW - 10_000 })], { backoff: new Map([['a', { delayMs: 10_000, atMs: NOW - 15_000 }]]) })],
  ['liveness', 'kill a', () => plan({}, [container('a')], { unhealthy: new Map([['a-0', 'liveness']]) })],
  ['another image', 'kill a', () => plan({ containers: [{ name: 'a', image: 'other', resources: {} }] } as never, [container('a')])],
  ['a rule restarts one exit code (KEP-5307)', 'start a', () =>
    plan({ restartPolicy: 'Never', containers: [{ name: 'a', image, restartPolicy: 'Never', restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }] }] } as never, [exited('a', 42)])],
  ['the first init container', 'start i1', () => plan({ initContainers: init } as never, [])],
  ['the first still runs', '', () => plan({ initContainers: init } as never, [container('i1')])],
  ['then the second', 'start i2', () => plan({ initContainers: init } as never, [exited('i1', 0)])],
  ['then the app', 'start a', () => plan({ initContainers: init } as never, [exited('i1', 0), exited('i2', 0)])],
  ['a failed init container is tried again', 'start i1', () => plan({ initContainers: init } as never, [exited('i1', 1)])],
  ['Never: a failed init container is the end', 'done', () => plan({ initContainers: init, restartPolicy: 'Never' } as never, [exited('i1', 1)])],
  ['init containers may be gone once the app runs', '', () => plan({ initContainers: init } as never, [container('a')])],
  ['a sidecar first', 'start side', () => plan({ initContainers: sidecar } as never, [])],
  ['the next waits for the sidecar to have started', '', () => plan({ initContainers: sidecar } as never, [container('side')], { isStarted: () => false })],
  ['the next after the sidecar has started', 'start i1', () => plan({ initContainers: sidecar } as never, [container('side')])],
  ['a sidecar that ends is started again', 'start side', () => plan({ initContainers: sidecar, restartPolicy: 'OnFailure' } as never, [exited('side', 0), exited('i1', 0), container('a')])],
  ['sidecars do not keep a pod alive', 'done', () => plan({ initContainers: sidecar, restartPolicy: 'Never' } as never, [container('side'), exited('i1', 0), exited('a', 0)])],
  ['an ephemeral container is started once', 'start debug', () => plan({ ephemeralContainers: [{ name: 'debug', image }] } as never, [container('a')])],
  ['and never again', '', () => plan({ ephemeralContainers: [{ name: 'debug', image }] } as never, [container('a'), exited('debug', 1)])],
]
for (const [name, wanted, make] of cases) test(`${name}: ${wanted || 'nothing'}`, () => assert.equal(inWords(make()), wanted))
