import type { ControllerMetrics } from '../controllers/framework.ts'
import type { Metrics } from '../machinery/metrics.ts'

/** Upstream's buckets for queues, in seconds: from 10 ns to 10 s. */
const QUEUE_BUCKETS = [1e-8, 1e-7, 1e-6, 9.999999999999999e-6, 9.999999999999999e-5, 0.001, 0.01, 0.1, 1, 10]

/** What controllers and their queues do, under upstream's names. */
export function controllerMetrics(metrics: Metrics): ControllerMetrics {
  const depths = new Map<string, () => number>()
  const adds = metrics.counter('workqueue_adds_total', 'Total number of adds handled by workqueue')
  const retries = metrics.counter('workqueue_retries_total', 'Total number of retries handled by workqueue')
  const waits = metrics.histogram('workqueue_queue_duration_seconds', 'How long in seconds an item stays in workqueue before being requested.', QUEUE_BUCKETS)
  const work = metrics.histogram('workqueue_work_duration_seconds', 'How long in seconds processing an item from workqueue takes.', QUEUE_BUCKETS)
  metrics.gauge('workqueue_depth', 'Current depth of workqueue', gauge => { for (const [name, depth] of depths) gauge.set({ name }, depth()) })
  return {
    ran: (name, durationMs) => work.observe({ name }, durationMs / 1000),
    queue(name) {
      const [added, retried, waited] = [adds.with({ name }), retries.with({ name }), waits.with({ name })]
      return {
        added: () => added.add(), retried: () => retried.add(), taken: waitedMs => waited.observe(waitedMs / 1000),
        watch: depth => void depths.set(name, depth),
      }
    },
  }
}
