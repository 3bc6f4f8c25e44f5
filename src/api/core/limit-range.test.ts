import assert from 'node:assert/strict'
import test from 'node:test'
import { decode } from '../../machinery/schema/decode.ts'
import { LimitRanges, type LimitRange } from './limit-range.ts'

const read = (item: object): LimitRange => {
  const object = decode(LimitRanges.schema, { kind: 'LimitRange', apiVersion: 'v1', metadata: { name: 'a' }, spec: { limits: [item] } }).object as LimitRange
  LimitRanges.defaults!(object)
  return object
}
const problems = (item: object): string[] => LimitRanges.validate!(read(item), { now: 0, isNew: true }).map(({ field, message }) => `${field}: ${message}`)

test('containers that say nothing get the most as their limit, and their limit or else the least as their request', () => {
  const filled = ({ spec }: LimitRange): object => [spec.limits![0]!.default, spec.limits![0]!.defaultRequest]
  assert.deepEqual(filled(read({ type: 'Container', max: { cpu: '1' } })), [{ cpu: '1' }, { cpu: '1' }])
  assert.deepEqual(filled(read({ type: 'Container', min: { cpu: '100m' } })), [undefined, { cpu: '100m' }])
  assert.deepEqual(filled(read({ type: 'Pod', max: { cpu: '1' } })), [undefined, undefined])
})

test('least, request, limit and most are in order, and the ratio has room between them', () => {
  assert.deepEqual(problems({ type: 'Container', min: { cpu: '1' }, max: { cpu: '2' }, maxLimitRequestRatio: { cpu: '2' } }), [])
  assert.deepEqual(problems({ type: 'Container', min: { cpu: '1' }, max: { cpu: '2' }, maxLimitRequestRatio: { cpu: '3' } }),
    ['spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "3": ratio 3 is greater than max/min = 2.000000'])
  assert.deepEqual(problems({ type: 'Container', default: { 'example.com/gpu': '2' }, defaultRequest: { 'example.com/gpu': '1' } }),
    ['spec.limits[0].defaultRequest[example.com/gpu]: Invalid value: "1": default value 2 must equal to defaultRequest value 1 in example.com/gpu'])
  assert.deepEqual(problems({ type: 'Pod', min: { cpu: '2' }, max: { cpu: '1' } }), ['spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1'])
})
