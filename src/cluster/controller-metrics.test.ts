import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics } from '../machinery/metrics.ts'
import { workQueue } from '../machinery/queue.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { controllerMetrics } from './controller-metrics.ts'

test('queues tell what is added, how long it waits, and how much waits', () => {
  const clock = fakeClock()
  const metrics = createMetrics()
  const meter = controllerMetrics(metrics)
  const queue = workQueue<string>(clock, { meter: meter.queue!('replicaset') })
  for (const key of ['a', 'b', 'a']) queue.add(key)
  clock.advance(500)
  assert.equal(queue.tryTake(), 'a')
  queue.addRateLimited('a')
  meter.ran('replicaset', 20, true)
  queue.done('a')
  const lines = (): string[] => metrics.text().split('\n')
  for (const line of [
    'workqueue_adds_total{name="replicaset"} 2', 'workqueue_depth{name="replicaset"} 1', 'workqueue_retries_total{name="replicaset"} 1',
    'workqueue_queue_duration_seconds_bucket{name="replicaset",le="0.1"} 0', 'workqueue_queue_duration_seconds_bucket{name="replicaset",le="1"} 1', 'workqueue_queue_duration_seconds_bucket{name="replicaset",le="9.999999999999999e-06"} 0',
    'workqueue_work_duration_seconds_sum{name="replicaset"} 0.02',
  ]) assert.ok(lines().includes(line), line)
  clock.advance(10)
  assert.ok(lines().includes('workqueue_adds_total{name="replicaset"} 3'))
})
