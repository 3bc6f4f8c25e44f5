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

test('numbers are written as Go writes them', () => {
  const metrics = createMetrics()
  const histogram = metrics.histogram('sizes', 'How large.', [0.000005, 0.0001, 131072, 1e6, 1.05e6])
  histogram.observe({}, 2_000_000)
  metrics.gauge('bytes', 'How many.').set({}, 36214122966)
  const text = metrics.text()
  for (const line of ['sizes_bucket{le="5e-06"} 0', 'sizes_bucket{le="0.0001"} 0', 'sizes_bucket{le="131072"} 0', 'sizes_bucket{le="1e+06"} 0', 'sizes_bucket{le="1.05e+06"} 0', 'sizes_sum 2e+06', 'bytes 3.6214122966e+10']) {
    assert.ok(text.split('\n').includes(line), line)
  }
})
