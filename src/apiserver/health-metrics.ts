import { createMetrics, METRICS_TYPE, type Metrics } from '../machinery/metrics.ts'
import type { HealthCheck } from './paths/health.ts'
import type { PathHandler } from './paths/path.ts'
import { utf8 } from './representation/bytes.ts'

export interface MeasuredChecks {
  readonly checks: readonly HealthCheck[]
  /** `/metrics/slis` (KEP-3466). */
  readonly path: PathHandler
}

/** The same checks, with what they found told for service level indicators: the last result of each, and how often there was which. */
export function measureChecks(checks: readonly HealthCheck[]): MeasuredChecks {
  const metrics: Metrics = createMetrics()
  const last = metrics.gauge('kubernetes_healthcheck', 'This metric records the result of a single healthcheck.')
  const total = metrics.counter('kubernetes_healthchecks_total', 'This metric records the results of all healthcheck.')
  const note = (name: string, types: HealthCheck['of'], well: boolean): void => {
    for (const type of types) {
      last.set({ name, type }, well ? 1 : 0)
      total.add({ name, status: well ? 'success' : 'error', type })
    }
  }
  const measured = checks.map(({ name, of, check }) => ({
    name, of,
    async check() {
      try {
        const well = await check()
        note(name, of, well)
        return well
      } catch (error) {
        note(name, of, false)
        throw error
      }
    },
  }))
  return {
    checks: measured,
    async path(exchange) {
      if (exchange.path !== '/metrics/slis') return false
      // Whoever asks before any probe came sees the state of now.
      await Promise.all(measured.map(({ check }) => check().catch(() => false)))
      await exchange.send(200, METRICS_TYPE, [utf8(metrics.text())])
      return true
    },
  }
}
