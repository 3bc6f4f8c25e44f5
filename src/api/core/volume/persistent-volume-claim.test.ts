import assert from 'node:assert/strict'
import test from 'node:test'
import { decode } from '../../../machinery/schema/decode.ts'
import { PersistentVolumeClaims, type PersistentVolumeClaim } from '../persistent-volume-claim.ts'

const claim = (spec: object, status: object = {}): PersistentVolumeClaim => decode(PersistentVolumeClaims.schema, {
  kind: 'PersistentVolumeClaim', apiVersion: 'v1', metadata: { name: 'a' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } }, ...spec }, status,
}).object as PersistentVolumeClaim

const sized = (storage: string): object => ({ resources: { requests: { storage } } })
const bound = { phase: 'Bound', capacity: { storage: '1Gi' } }
const change = (before: object, after: object, status: object = {}): (string | undefined)[] =>
  PersistentVolumeClaims.validateUpdate!(claim(after, status), claim(before, status), { now: 0 }).map(({ field }) => field)

test('a claim keeps what it asked for; what it left open may be settled, and a bound one may grow', () => {
  const cases: [name: string, before: object, after: object, status: object, refused: string[]][] = [
    ['grow unbound', {}, sized('3Gi'), {}, ['spec']],
    ['grow bound', {}, sized('3Gi'), bound, []],
    ['shrink, above what there is', {}, sized('1500Mi'), bound, []],
    ['shrink to what there is', {}, sized('1Gi'), bound, ['spec.resources.requests.storage']],
    ['class settled', {}, { storageClassName: 'fast' }, {}, []],
    ['class changed', { storageClassName: 'slow' }, { storageClassName: 'fast' }, {}, ['spec']],
    ['volume settled', {}, { volumeName: 'v' }, {}, []],
    ['volume changed', { volumeName: 'v' }, { volumeName: 'w' }, {}, ['spec']],
    ['attributes changed, bound', { volumeAttributesClassName: 'a' }, { volumeAttributesClassName: 'b' }, bound, []],
    ['attributes removed, bound', { volumeAttributesClassName: 'a' }, {}, bound, ['spec']],
    ['attributes in force removed', { volumeAttributesClassName: 'a' }, {}, { ...bound, currentVolumeAttributesClassName: 'a' }, ['spec', 'spec.volumeAttributesClassName']],
  ]
  for (const [name, before, after, status, refused] of cases) assert.deepEqual(change(before, after, status), refused, name)
})

test('KEP-1495: the two fields for the source of a volume are kept the same', () => {
  const settled = (spec: object): PersistentVolumeClaim['spec'] => {
    const object = claim(spec)
    PersistentVolumeClaims.prepareForCreate!(object)
    return object.spec
  }
  const source = { apiGroup: null, kind: 'PersistentVolumeClaim', name: 'src' }
  const other = { apiGroup: 'example.com', kind: 'K', name: 's' }
  assert.deepEqual(settled({ dataSource: source }).dataSourceRef, source)
  assert.deepEqual(settled({ dataSourceRef: other }).dataSource, other)
  assert.equal(settled({ dataSource: other }).dataSource, undefined)
  assert.equal(settled({ dataSourceRef: { ...source, namespace: 'elsewhere' } }).dataSourceRef, undefined)
})
