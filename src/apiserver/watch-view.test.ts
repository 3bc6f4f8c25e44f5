import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigMaps } from '../api/core/config-map.ts'
import type { KubeObject } from '../api/resource.ts'
import { CacheEntry, CacheEvent } from '../storage/cache-entry.ts'
import { viewOf } from './watch-view.ts'

const entry = (revision: number, labels: Record<string, string>) => new CacheEntry<KubeObject>(`/registry/configmaps/a/x`, revision, 1, {
  kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'x', namespace: 'a', labels, resourceVersion: String(revision) },
} as KubeObject)
const [red, redder, blue] = [entry(1, { color: 'red' }), entry(2, { color: 'red', more: 'yes' }), entry(3, { color: 'blue' })]

test('a selector makes additions and deletions of changes, once for all who select the same', () => {
  const view = viewOf(ConfigMaps, { labelSelector: 'color=red' })
  assert.equal(viewOf(ConfigMaps, { labelSelector: 'color=red' }), view)
  const cases: [CacheEvent<KubeObject>, string | undefined, string?][] = [
    [new CacheEvent('ADDED', red, undefined), 'ADDED', '1'],
    [new CacheEvent('MODIFIED', redder, red), 'MODIFIED', '2'],
    [new CacheEvent('MODIFIED', blue, redder), 'DELETED', '3'],
    [new CacheEvent('MODIFIED', redder, blue), 'ADDED', '2'],
    [new CacheEvent('DELETED', red, red), 'DELETED', '1'],
    [new CacheEvent('ADDED', blue, undefined), undefined],
    [new CacheEvent('DELETED', blue, blue), undefined],
  ]
  for (const [event, type, version] of cases) {
    const seen = view.see(event)
    assert.deepEqual([seen?.type, seen?.object.metadata.resourceVersion], [type, version])
    assert.equal(view.see(event), seen)
  }
  assert.deepEqual(view.see(new CacheEvent('MODIFIED', blue, redder))!.object.metadata.labels, { color: 'red', more: 'yes' }, 'who no longer sees an object is told what it last saw')
})

test('without selectors everything is seen as it is', () => {
  const event = new CacheEvent('MODIFIED', blue, red)
  assert.equal(viewOf(ConfigMaps, {}).see(event)!.event, event)
  assert.throws(() => viewOf(ConfigMaps, { fieldSelector: 'spec.color=red' }), /field label not supported|is not a known field selector/)
})
