import assert from 'node:assert/strict'
import test from 'node:test'
import { decode } from '../../machinery/schema/decode.ts'
import { HorizontalPodAutoscalers as V1, type HorizontalPodAutoscaler as Autoscaler1 } from './horizontal-pod-autoscaler.ts'
import { HorizontalPodAutoscalers as V2, type HorizontalPodAutoscaler as Autoscaler2 } from './horizontal-pod-autoscaler-v2.ts'

const target = { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' }
const read1 = (spec: object, annotations?: Record<string, string>): Autoscaler1 => {
  const object = decode(V1.schema, { kind: 'HorizontalPodAutoscaler', apiVersion: 'autoscaling/v1', metadata: { name: 'a', ...(annotations && { annotations }) }, spec: { scaleTargetRef: target, maxReplicas: 3, ...spec } }).object as Autoscaler1
  V1.defaults!(object)
  return object
}
const read2 = (spec: object): Autoscaler2 => {
  const object = decode(V2.schema, { kind: 'HorizontalPodAutoscaler', apiVersion: 'autoscaling/v2', metadata: { name: 'a' }, spec: { scaleTargetRef: target, maxReplicas: 3, ...spec } }).object as Autoscaler2
  V2.defaults!(object)
  return object
}
const { up, down } = V1.storedAs!

test('version 1 says of the processor what version 2 says in a metric', () => {
  assert.deepEqual((up(read1({ targetCPUUtilizationPercentage: 70 })) as Autoscaler2).spec.metrics, [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }])
  assert.equal((down(up(read1({}))) as Autoscaler1).spec.targetCPUUtilizationPercentage, 80)
})

test('what version 1 has no fields for survives the way there and back', () => {
  const rich = read2({
    metrics: [
      { type: 'Pods', pods: { metric: { name: 'requests' }, target: { type: 'AverageValue', averageValue: '1k' } } },
      { type: 'Object', object: { describedObject: target, metric: { name: 'hits' }, target: { type: 'Value', value: '5' } } },
      { type: 'External', external: { metric: { name: 'queue', selector: { matchLabels: { a: 'b' } } }, target: { type: 'AverageValue', averageValue: '2' } } },
      { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '10Mi' } } },
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
    ],
    behavior: { scaleUp: { stabilizationWindowSeconds: 5 } },
  })
  const back = up(down(rich) as Autoscaler1) as Autoscaler2
  assert.deepEqual(back.spec.metrics, rich.spec.metrics)
  assert.deepEqual(back.spec.behavior, rich.spec.behavior)
  assert.equal(back.metadata.annotations, undefined)
})

test('annotations that cannot be read are as good as none', () => {
  const { metadata, spec } = up(read1({}, { 'autoscaling.alpha.kubernetes.io/metrics': '{', 'autoscaling.alpha.kubernetes.io/behavior': '[]', keep: 'me' })) as Autoscaler2
  assert.deepEqual([metadata.annotations, spec.behavior, spec.metrics?.length], [{ keep: 'me' }, undefined, 1])
})

test('an API version that was wrong before may stay', () => {
  const wrong = read2({ scaleTargetRef: { ...target, apiVersion: '' } })
  const fields = (causes: { field?: string }[] | undefined): (string | undefined)[] => (causes ?? []).map(({ field }) => field)
  assert.deepEqual(fields(V2.validate!(wrong, { now: 0, isNew: true })), ['spec.scaleTargetRef.apiVersion'])
  assert.deepEqual(fields(V2.validateUpdate!(wrong, wrong, { now: 0 })), [])
})
