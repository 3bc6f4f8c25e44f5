import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FlowSchemas } from '../../api/flowcontrol/flow-schema.ts'
import { PriorityLevelConfigurations } from '../../api/flowcontrol/priority-level-configuration.ts'
import type { AnyResource, KubeObject } from '../../api/resource.ts'
import type { User } from '../../api/request.ts'
import { isReason } from '../../machinery/status.ts'
import { fakeClock } from '../../testing/fake-clock.ts'
import { flowControl } from '../bootstrap/flow-control.ts'
import type { ObjectReader } from '../object-reader.ts'
import { requestInfo } from '../request-info.ts'
import { createFairness, type Seat } from './fairness.ts'
import { flowOf, inOrder } from './match.ts'

const objects = flowControl.map(({ resource, object }) => ({ resource, object: { ...object, metadata: { ...object.metadata, uid: object.metadata.name } } as unknown as KubeObject }))
const reader: ObjectReader = {
  get: () => undefined, version: () => 1,
  list: <T extends KubeObject>(resource: AnyResource) => objects.filter(each => each.resource === resource).map(({ object }) => object as T),
}
const user = (name: string, ...groups: string[]): User => ({ name, groups: [...groups, 'system:authenticated'] })
const info = (method: string, path: string) => requestInfo({ method, path, query: new URLSearchParams() })
const pods = info('GET', '/api/v1/namespaces/a/pods')
const never = new AbortController().signal
type Enter = Parameters<ReturnType<typeof createFairness>['enter']>
const enter = async (fairness: ReturnType<typeof createFairness>, ...asked: Enter): Promise<Seat> => fairness.enter(...asked)

test('requests fall under the schema that upstream puts them under', () => {
  const schemas = inOrder(reader.list(FlowSchemas))
  const cases: [User, ReturnType<typeof info>, string][] = [
    [user('admin', 'system:masters'), pods, 'exempt/'],
    [{ name: 'system:anonymous', groups: ['system:unauthenticated'] }, info('GET', '/healthz'), 'probes/'],
    [user('system:kube-scheduler'), info('PUT', '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/x'), 'system-leader-election/system:kube-scheduler'],
    [user('system:node:n1', 'system:nodes'), info('PATCH', '/api/v1/nodes/n1/status'), 'system-node-high/system:node:n1'],
    [user('system:node:n1', 'system:nodes'), pods, 'system-nodes/system:node:n1'],
    [user('system:kube-controller-manager'), pods, 'kube-controller-manager/a'],
    [user('system:serviceaccount:kube-system:x', 'system:serviceaccounts'), pods, 'kube-system-service-accounts/a'],
    [user('system:serviceaccount:a:x', 'system:serviceaccounts'), pods, 'service-accounts/system:serviceaccount:a:x'],
    [user('alice'), pods, 'global-default/alice'],
    [user('alice'), info('GET', '/version'), 'global-default/alice'],
  ]
  for (const [who, what, key] of cases) assert.equal(flowOf(schemas, who, what)?.key, key)
  assert.equal(reader.list(PriorityLevelConfigurations).length, 8)
})

test('who floods waits for itself: another client is served at once or in its turn', async () => {
  const fairness = createFairness({ reader, clock: fakeClock(), seats: 20 })
  const seats: Seat[] = []
  const order: string[] = []
  const ask = (name: string) => enter(fairness, user(name), pods, { signal: never }).then(seat => {
    seats.push(seat)
    order.push(name)
  })
  const flood = Array.from({ length: 100 }, () => ask('flooder'))
  await Promise.resolve()
  const running = order.length
  assert.ok(running < 20, 'a level does not take the seats that others must keep')
  const quiet = ask('quiet')
  for (let turn = 0; turn < 3; turn++) {
    seats.shift()![Symbol.dispose]()
    await Promise.resolve()
    await Promise.resolve()
  }
  assert.ok(order.slice(running).includes('quiet'), 'one of the next three turns is the quiet client\'s')
  await quiet
  while (seats.length > 0) {
    seats.shift()![Symbol.dispose]()
    await new Promise(resolve => setImmediate(resolve))
  }
  await Promise.all(flood)
  assert.ok(fairness.levels().every(({ executing, waiting }) => executing === 0 && waiting === 0))
})

test('the exempt never wait, and full queues are refused with a time to come back', async () => {
  const fairness = createFairness({ reader, clock: fakeClock(), seats: 5 })
  const results: Promise<unknown>[] = []
  for (let index = 0; index < 1000; index++) results.push(enter(fairness, user('flooder'), pods, { signal: never }))
  const outcomes = results.map(result => result.then(() => 'seat', (error: unknown) => {
    assert.ok(isReason(error, 'TooManyRequests'))
    assert.equal(error.details?.retryAfterSeconds, 1)
    return 'refused'
  }))
  await enter(fairness, user('admin', 'system:masters'), pods, { signal: never })
  const first = await Promise.race(outcomes.slice(-1))
  assert.equal(first, 'refused')
  assert.ok(fairness.levels().find(({ name }) => name === 'global-default')!.waiting <= 6 * 50)
})

test('who waits too long, or goes away, waits no longer', async () => {
  const clock = fakeClock()
  const fairness = createFairness({ reader, clock, seats: 5, waitMs: 1000 })
  const seats: Seat[] = []
  const gone = new AbortController()
  const waiting: Promise<unknown>[] = []
  for (let index = 0; index < 10; index++) waiting.push(enter(fairness, user('a'), pods, gone).then(seat => seats.push(seat)).catch((error: unknown) => error))
  await new Promise(resolve => setImmediate(resolve))
  clock.advance(1001)
  await new Promise(resolve => setImmediate(resolve))
  assert.ok(isReason(await waiting.at(-1), 'TooManyRequests'))
  const level = () => fairness.levels().find(({ name }) => name === 'global-default')!
  assert.equal(level().waiting, 0)
  const last = enter(fairness, user('a'), pods, gone).catch((error: unknown) => error)
  gone.abort()
  await last
  assert.equal(level().waiting, 0)
})
