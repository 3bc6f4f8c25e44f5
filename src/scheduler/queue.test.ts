import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Nodes } from '../api/core/node.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { FITS, on, unresolvable } from './plugin.ts'
import { schedulingQueue, type QueuedPod, type QueuePlugin } from './queue.ts'

const pod = (name: string, spec: object = {}): Pod => ({ kind: 'Pod', apiVersion: 'v1', metadata: { name, namespace: 'default', uid: name, generation: 1 }, spec: { containers: [], ...spec }, status: {} }) as unknown as Pod

const gates: QueuePlugin = { name: 'Gates', requeueOn: [], preEnqueue: ({ spec }) => (spec.schedulingGates?.length ? unresolvable('gated') : FITS) }
const size: QueuePlugin = { name: 'Size', requeueOn: [on(Nodes)] }
const fussy: QueuePlugin = { name: 'Fussy', requeueOn: [on(Pods, (own, _old, other) => other?.metadata.name === `friend-of-${own.metadata.name}`)] }

function start() {
  const clock = fakeClock()
  const queue = schedulingQueue(clock, [gates, size, fussy])
  const taken: QueuedPod[] = []
  const run = async (): Promise<void> => {
    for (let entry = await queue.take(); entry; entry = await queue.take()) taken.push(entry)
  }
  const running = run()
  return {
    clock, queue, running,
    /** The names of the pods that came since the last call. */
    async next(): Promise<string[]> {
      await new Promise(resolve => setImmediate(resolve))
      return taken.splice(0).map(entry => entry.uid)
    },
    fail: (name: string, ...rejectedBy: string[]) => queue.failed({ pod: pod(name), uid: name, attempts: 0 }, rejectedBy.length ? { rejectedBy: new Set(rejectedBy) } : {}),
  }
}

test('pods come by priority, then in the order in which they came', async () => {
  const queue = schedulingQueue(fakeClock(), [])
  for (const [name, priority] of [['a', 0], ['b', 10], ['c', 0], ['d', 10], ['e', -5]] as const) queue.set(pod(name, { priority }))
  const names: string[] = []
  while (queue.length) names.push((await queue.take())!.uid)
  assert.deepEqual(names, ['b', 'd', 'a', 'c', 'e'])
})

test('a fault is retried after 1 s, 2 s, 4 s, 8 s, 10 s, 10 s', async () => {
  const { clock, queue, next, fail } = start()
  queue.set(pod('a'))
  assert.deepEqual(await next(), ['a'])
  for (const seconds of [1, 2, 4, 8, 10, 10]) {
    fail('a')
    clock.advance(seconds * 1000 - 1)
    assert.deepEqual(await next(), [], `before ${seconds} s`)
    clock.advance(1)
    assert.deepEqual(await next(), ['a'], `after ${seconds} s`)
  }
  queue.done('a')
  queue.close()
  assert.equal(clock.pending().length, 0)
})

test('a rejected pod waits for a change that its rejector named', async () => {
  const { queue, next, fail } = start()
  for (const name of ['a', 'b']) queue.set(pod(name))
  await next()
  fail('a', 'Fussy')
  fail('b', 'Size')
  queue.changed(Pods, undefined, pod('stranger'))
  assert.deepEqual(await next(), [])
  queue.changed(Pods, undefined, pod('friend-of-a'))
  assert.deepEqual(await next(), ['a'])
  queue.changed(Nodes, undefined, undefined)
  assert.deepEqual(await next(), ['b'])
  queue.close()
})

test('a rejected pod is looked at again after 5 minutes whatever happens', async () => {
  const { clock, queue, next, fail } = start()
  queue.set(pod('a'))
  await next()
  fail('a', 'Fussy')
  clock.advance(299_999)
  assert.deepEqual(await next(), [])
  clock.advance(1)
  assert.deepEqual(await next(), ['a'])
  queue.close()
})

test('back-off of a rejected pod gives way only when nobody else is ready', async () => {
  const clock = fakeClock()
  const queue = schedulingQueue(clock, [size])
  queue.set(pod('a', { priority: 10 }))
  await queue.take()
  queue.failed({ pod: pod('a'), uid: 'a', attempts: 0 }, { rejectedBy: new Set(['Size']) })
  queue.set(pod('b'))
  queue.changed(Nodes, undefined, undefined)
  assert.equal((await queue.take())!.uid, 'b')
  assert.equal((await queue.take())!.uid, 'a')
  queue.close()
})

test('a gated pod comes when its last gate opens', async () => {
  const { queue, next } = start()
  queue.set(pod('a', { schedulingGates: [{ name: 'x' }] }))
  assert.deepEqual(await next(), [])
  assert.equal(queue.length, 0)
  queue.set(pod('a'))
  assert.deepEqual(await next(), ['a'])
  queue.close()
})

test('a pod that says something else comes again; what happened to it does not count', async () => {
  const { queue, next, fail } = start()
  queue.set(pod('a'))
  await next()
  fail('a', 'Fussy')
  queue.set({ ...pod('a'), status: { phase: 'Pending', message: 'waits' } } as Pod)
  assert.deepEqual(await next(), [])
  queue.set({ ...pod('a'), metadata: { ...pod('a').metadata, labels: { app: 'web' } } })
  assert.deepEqual(await next(), ['a'])
  queue.close()
})

test('a pod that is removed does not come, also not out of its back-off', async () => {
  const { clock, queue, next, fail } = start()
  queue.set(pod('a'))
  await next()
  fail('a')
  queue.remove('a')
  clock.advance(60_000)
  assert.deepEqual(await next(), [])
  assert.equal(clock.pending().length, 0)
  queue.close()
})

test('a pod that is held back comes when it is let go, if something happened meanwhile', async () => {
  const { queue, next, fail } = start()
  queue.set(pod('a'))
  await next()
  fail('a', 'Size')
  const quiet = queue.hold('a')
  quiet(false)
  assert.deepEqual(await next(), [])
  const release = queue.hold('a')
  queue.changed(Nodes, undefined, undefined)
  assert.deepEqual(await next(), [])
  release(false)
  assert.deepEqual(await next(), ['a'])
  queue.close()
})

test('closing ends those who wait', async () => {
  const { queue, running } = start()
  queue.close()
  await running
  assert.equal(await queue.take(), undefined)
})
