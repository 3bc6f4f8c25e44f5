import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics } from './metrics.ts'

test('metrics are written as Prometheus reads them', () => {
  const metrics = createMetrics()
  metrics.counter('requests_total', 'Requests.').add({ code: '200', path: 'a"b\\c\nd' })
  const gauge = metrics.gauge('inflight', 'In flight.', own => own.set({ kind: 'seen' }, 7))
  gauge.add({ kind: 'x' }, 2)
  gauge.add({ kind: 'x' }, -1)
  metrics.counter('never_used', 'Nothing.')
  const histogram = metrics.histogram('seconds', 'How long.', [0.1, 1])
  for (const value of [0.05, 0.1, 0.5, 5]) histogram.observe({ verb: 'GET' }, value)
  assert.equal(metrics.text(), `# HELP requests_total Requests.
# TYPE requests_total counter
requests_total{code="200",path="a\\"b\\\\c\\nd"} 1
# HELP inflight In flight.
# TYPE inflight gauge
inflight{kind="x"} 1
inflight{kind="seen"} 7
# HELP seconds How long.
# TYPE seconds histogram
seconds_bucket{verb="GET",le="0.1"} 2
seconds_bucket{verb="GET",le="1"} 3
seconds_bucket{verb="GET",le="+Inf"} 4
seconds_sum{verb="GET"} 5.65
seconds_count{verb="GET"} 4
`)
})
