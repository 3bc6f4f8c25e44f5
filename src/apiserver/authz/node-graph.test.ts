import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { PersistentVolume } from '../../api/core/persistent-volume.ts'
import type { Pod } from '../../api/core/pod/pod.ts'
import type { AnyResource, KubeObject } from '../../api/resource.ts'
import type { Change, ObjectReader } from '../object-reader.ts'
import { createNodeGraph } from './node-graph.ts'

/** A cache in memory that forgets what changed more than some changes ago. */
function cacheOf(remembered: number) {
  const kinds = new Map<string, { objects: Map<string, KubeObject>; changes: Change<KubeObject>[]; floor: number }>()
  const of = (plural: string) => kinds.get(plural) ?? kinds.set(plural, { objects: new Map(), changes: [], floor: 0 }).get(plural)!
  let scans = 0
  const reader: ObjectReader = {
    get: <T>({ plural }: AnyResource, namespace: string | undefined, name: string) => of(plural).objects.get(`${namespace ?? ''}/${name}`) as T | undefined,
    list: <T>({ plural }: AnyResource) => { scans += 1; return [...of(plural).objects.values()] as T[] },
    version: ({ plural }) => of(plural).floor + of(plural).changes.length,
    changes: <T extends KubeObject>({ plural }: AnyResource, since: number) => (since < of(plural).floor ? undefined : of(plural).changes.slice(since - of(plural).floor) as Change<T>[]),
  }
  return {
    reader, scans: () => scans,
    set(plural: string, key: string, object: KubeObject | undefined) {
      const kind = of(plural)
      const previous = kind.objects.get(key)
      if (!object && !previous) return
      if (object) kind.objects.set(key, object)
      else kind.objects.delete(key)
      kind.changes.push({ object, previous })
      while (kind.changes.length > remembered) {
        kind.changes.shift()
        kind.floor += 1
      }
    },
  }
}

const podOf = (name: string, nodeName: string, secret: string, claim: string, mirror: boolean): Pod => ({
  metadata: { name, namespace: 'a', ...(mirror && { annotations: { 'kubernetes.io/config.mirror': 'x' } }) },
  spec: { ...(nodeName && { nodeName }), serviceAccountName: 'robot', containers: [], volumes: [{ name: 's', secret: { secretName: secret } }, { name: 'c', persistentVolumeClaim: { claimName: claim } }] }, status: {},
}) as unknown as Pod
const volumeOf = (name: string, claim: string, secret: string): PersistentVolume =>
  ({ metadata: { name }, spec: { ...(claim && { claimRef: { namespace: 'a', name: claim } }), csi: { driver: 'd', volumeHandle: 'h', nodePublishSecretRef: { namespace: 'b', name: secret }, controllerPublishSecretRef: { namespace: 'b', name: 'controller' } } } }) as unknown as PersistentVolume

const name = fc.constantFrom('x', 'y', 'z')
const step = fc.oneof(
  fc.record({ what: fc.constant('pods' as const), key: name, node: fc.constantFrom('', 'n1', 'n2'), secret: name, claim: name, mirror: fc.boolean(), gone: fc.boolean() }),
  fc.record({ what: fc.constant('persistentvolumes' as const), key: name, claim: fc.constantFrom('', 'x', 'y', 'z'), secret: name, gone: fc.boolean() }),
)

test('the graph knows what a search through everything would find, whatever happens', () => {
  fc.assert(fc.property(fc.array(fc.oneof(step, fc.constant('look' as const)), { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (steps, remembered) => {
    const cache = cacheOf(remembered)
    const graph = createNodeGraph(cache.reader)
    for (const each of [...steps, 'look' as const]) {
      if (each === 'look') check(cache.reader, graph)
      else if (each.what === 'pods') cache.set('pods', `a/${each.key}`, each.gone ? undefined : podOf(each.key, each.node, each.secret, each.claim, each.mirror))
      else cache.set('persistentvolumes', `/${each.key}`, each.gone ? undefined : volumeOf(each.key, each.claim, each.secret))
    }
  }), { seed: 1, numRuns: 300 })
})

function check(reader: ObjectReader, graph: ReturnType<typeof createNodeGraph>): void {
  const pods = reader.list<Pod>({ plural: 'pods' } as AnyResource).filter(({ metadata }) => !metadata.annotations)
  const volumes = reader.list<PersistentVolume>({ plural: 'persistentvolumes' } as AnyResource)
  const claims = (node: string, claim: string | undefined): boolean => pods.some(({ spec }) => spec.nodeName === node && spec.volumes?.[1]?.persistentVolumeClaim?.claimName === claim)
  for (const node of ['n1', 'n2']) {
    for (const each of ['x', 'y', 'z']) {
      assert.equal(graph.refers(node, 'secrets', 'a', each), pods.some(({ spec }) => spec.nodeName === node && spec.volumes?.[0]?.secret?.secretName === each))
      assert.equal(graph.refers(node, 'claims', 'a', each), claims(node, each))
      assert.equal(graph.refers(node, 'secrets', 'b', each), volumes.some(({ spec }) => spec.csi?.nodePublishSecretRef?.name === each && spec.claimRef && claims(node, spec.claimRef.name)))
      assert.equal(graph.claimsVolume(node, each), volumes.some(({ metadata, spec }) => metadata.name === each && spec.claimRef && claims(node, spec.claimRef.name)))
    }
    assert.equal(graph.refers(node, 'secrets', 'b', 'controller'), false)
    assert.equal(graph.refers(node, 'serviceAccounts', 'a', 'robot'), pods.some(({ spec }) => spec.nodeName === node))
  }
}

test('it goes through everything once, and through what changed after that', () => {
  const cache = cacheOf(1000)
  for (let index = 0; index < 500; index += 1) cache.set('pods', `a/p${index}`, podOf(`p${index}`, `n${index % 50}`, `s${index}`, 'c', false))
  const graph = createNodeGraph(cache.reader)
  for (let index = 0; index < 500; index += 1) {
    cache.set('pods', `a/q${index}`, podOf(`q${index}`, 'n1', `t${index}`, 'c', false))
    assert.equal(graph.refers('n1', 'secrets', 'a', `t${index}`), true)
    assert.equal(graph.refers('n2', 'secrets', 'a', `t${index}`), false)
  }
  assert.equal(cache.scans(), 2, 'pods and volumes')
})
