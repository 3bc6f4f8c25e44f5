import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Namespaces } from '../api/core/namespace.ts'
import type { Node } from '../api/core/node.ts'
import { PersistentVolumeClaims } from '../api/core/persistent-volume-claim.ts'
import { PersistentVolumes } from '../api/core/persistent-volume.ts'
import type { Pod } from '../api/core/pod/pod.ts'
import { Services } from '../api/core/service.ts'
import type { AnyResource, KubeObject } from '../api/resource.ts'
import type { CacheReader } from '../client/cache.ts'
import { keyOf, ObjectStore } from '../client/store.ts'
import { seededRandom } from '../machinery/random.ts'
import * as make from '../testing/builders.ts'
import { decide, describeUnfit } from './decide.ts'
import { nodeStore } from './node-store.ts'
import { plugins } from './plugins/index.ts'
import type { Snapshot } from './snapshot.ts'

type Objects = readonly (readonly [AnyResource, object])[]

function reader(objects: Objects): CacheReader {
  const stores = new Map<AnyResource, ObjectStore<KubeObject>>()
  const of = (resource: AnyResource): ObjectStore<KubeObject> => stores.get(resource) ?? stores.set(resource, new ObjectStore()).get(resource)!
  for (const [resource, object] of objects) of(resource).set(keyOf((object as KubeObject).metadata), object as KubeObject)
  return { get: (resource, ref) => of(resource).get(ref), list: (resource, query) => of(resource).list(query) } as CacheReader
}

const pod = (name: string, parts: Parameters<typeof make.pod>[1] = {}): Pod => {
  const made = make.pod(name, parts)
  return { kind: 'Pod', apiVersion: 'v1', ...made, metadata: { ...made.metadata, uid: name, creationTimestamp: '2026-01-01T00:00:00Z' }, status: {} } as unknown as Pod
}
const node = (name: string, parts: Parameters<typeof make.node>[1] = {}): Node => ({ spec: {}, ...make.node(name, parts) }) as unknown as Node
const images = (info: Node, list: Record<string, number>): Node => ({ ...info, status: { ...info.status, images: Object.entries(list).map(([image, sizeBytes]) => ({ names: [image], sizeBytes })) } }) as Node

/** `there`: pods by the name of their node. */
function world(nodes: readonly Node[], there: Record<string, readonly Pod[]> = {}, objects: Objects = []): Snapshot {
  const store = nodeStore(reader(objects))
  for (const each of nodes) store.setNode(each.metadata.name, each)
  for (const [nodeName, pods] of Object.entries(there)) for (const each of pods) store.setPod(each.metadata.uid, { ...each, spec: { ...each.spec, nodeName } })
  return store.snapshot
}

const options = { plugins, random: seededRandom(1), start: 0, nominated: () => [] }
/** The node, or why there is none. */
function placed(wanted: Pod, snapshot: Snapshot): string {
  const decision = decide(wanted, snapshot, options)
  return 'node' in decision ? decision.node : describeUnfit(decision.unfit)
}
const score = (name: string, wanted: Pod, snapshot: Snapshot): readonly number[] | undefined =>
  plugins.find(({ plugin }) => plugin.name === name)!.plugin.scores!(wanted, snapshot, snapshot.nodes)

const taint = (key: string, effect: 'NoSchedule' | 'NoExecute' | 'PreferNoSchedule') => ({ key, effect })
const required = (...terms: object[]) => ({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } } })
const term = (key: string, operator: string, ...values: string[]) => ({ matchExpressions: [{ key, operator, values }] })
const hostPort = (port: number, extra = {}) => ({ containers: [{ name: 'main', image: 'web:1', ports: [{ containerPort: 80, hostPort: port, protocol: 'TCP', ...extra }] }] })
const claim = (claimName: string) => ({ volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] })
const zones = [node('a1', { labels: { zone: 'a' } }), node('a2', { labels: { zone: 'a' } }), node('b1', { labels: { zone: 'b' } })]
const near = (kind: 'podAffinity' | 'podAntiAffinity', topologyKey: string, app: string, extra = {}) =>
  ({ affinity: { [kind]: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector: { matchLabels: { app } }, ...extra }] } } })
const spread = (topologyKey: string, extra = {}) =>
  ({ topologySpreadConstraints: [{ topologyKey, maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'web' } }, ...extra }] })
const web = (name: string) => pod(name, { labels: { app: 'web' } })
const exclusive: Objects = [
  [PersistentVolumeClaims, { metadata: { name: 'data', namespace: 'default' }, spec: { volumeName: 'v', accessModes: ['ReadWriteOncePod'] }, status: { phase: 'Bound' } }],
  [PersistentVolumes, { metadata: { name: 'v' }, spec: {} }],
]
const only = (reason: string) => `0/1 nodes are available: 1 ${reason}.`

const filters: readonly (readonly [what: string, pod: Pod, snapshot: Snapshot, expected: string])[] = [
  ['an empty node takes a pod', pod('p'), world([node('n')]), 'n'],
  ['cordoned', pod('p'), world([node('n', { spec: { unschedulable: true } })]), only('node(s) were unschedulable')],
  ['cordoned but tolerated', pod('p', { spec: { tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }] } }), world([node('n', { spec: { unschedulable: true } })]), 'n'],
  ['a taint', pod('p'), world([node('n', { spec: { taints: [taint('gpu', 'NoSchedule')] } })]), only('node(s) had untolerated taint(s)')],
  ['a taint that evicts', pod('p'), world([node('n', { spec: { taints: [taint('gpu', 'NoExecute')] } })]), only('node(s) had untolerated taint(s)')],
  ['a taint to be avoided only', pod('p'), world([node('n', { spec: { taints: [taint('gpu', 'PreferNoSchedule')] } })]), 'n'],
  ['a tolerated taint', pod('p', { spec: { tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }] } }), world([node('n', { spec: { taints: [taint('gpu', 'NoSchedule')] } })]), 'n'],
  ['node selector', pod('p', { spec: { nodeSelector: { disk: 'ssd' } } }), world([node('n'), node('fast', { labels: { disk: 'ssd' } })]), 'fast'],
  ['node selector nowhere', pod('p', { spec: { nodeSelector: { disk: 'ssd' } } }), world([node('n')]), only("node(s) didn't match Pod's node affinity/selector")],
  ['node affinity In', pod('p', { spec: required(term('zone', 'In', 'b', 'c')) as never }), world(zones), 'b1'],
  ['node affinity NotIn', pod('p', { spec: required(term('zone', 'NotIn', 'a')) as never }), world(zones), 'b1'],
  ['node affinity Gt', pod('p', { spec: required(term('cores', 'Gt', '8')) as never }), world([node('n', { labels: { cores: '8' } }), node('big', { labels: { cores: '16' } })]), 'big'],
  ['terms are alternatives', pod('p', { spec: required(term('zone', 'In', 'x'), term('zone', 'In', 'b')) as never }), world(zones), 'b1'],
  ['an empty term selects nothing', pod('p', { spec: required({}) as never }), world([node('n')]), only("node(s) didn't match Pod's node affinity/selector")],
  ['daemon pods name their node', pod('p', { requests: { cpu: '9' }, spec: required({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a2'] }] }) as never }), world(zones),
    "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]."],
  ['cpu', pod('p', { requests: { cpu: '2' } }), world([node('n')], { n: [pod('q', { requests: { cpu: '3' } })] }), only('Insufficient cpu')],
  ['cpu and memory', pod('p', { requests: { cpu: '5', memory: '9Gi' } }), world([node('n')]), '0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory.'],
  ['an unknown resource', pod('p', { requests: { 'example.com/gpu': '1' } }), world([node('n')]), only('Insufficient example.com/gpu')],
  ['exactly full', pod('p', { requests: { cpu: '1' } }), world([node('n')], { n: [pod('q', { requests: { cpu: '3' } })] }), 'n'],
  ['too many pods', pod('p'), world([node('n', { allocatable: { pods: '1' } })], { n: [pod('q')] }), only('Too many pods')],
  ['a port that is taken', pod('p', { spec: hostPort(80) as never }), world([node('n')], { n: [pod('q', { spec: hostPort(80) as never })] }), only("node(s) didn't have free ports for the requested pod ports")],
  ['another protocol', pod('p', { spec: hostPort(80) as never }), world([node('n')], { n: [pod('q', { spec: hostPort(80, { protocol: 'UDP' }) as never })] }), 'n'],
  ['another address', pod('p', { spec: hostPort(80, { hostIP: '10.0.0.1' }) as never }), world([node('n')], { n: [pod('q', { spec: hostPort(80, { hostIP: '10.0.0.2' }) as never })] }), 'n'],
  ['all addresses', pod('p', { spec: hostPort(80, { hostIP: '10.0.0.1' }) as never }), world([node('n')], { n: [pod('q', { spec: hostPort(80) as never })] }), only("node(s) didn't have free ports for the requested pod ports")],
  ['near others', pod('p', { spec: near('podAffinity', 'zone', 'web') as never }), world(zones, { b1: [web('w')] }), 'b1'],
  ['near others in another namespace', pod('p', { spec: near('podAffinity', 'zone', 'web') as never }), world([zones[0]!], { a1: [pod('w', { namespace: 'other', labels: { app: 'web' } })] }), only("node(s) didn't match pod affinity rules")],
  ['near others in a named namespace', pod('p', { spec: near('podAffinity', 'zone', 'web', { namespaces: ['other'] }) as never }), world(zones, { b1: [pod('w', { namespace: 'other', labels: { app: 'web' } })] }), 'b1'],
  ['near others in selected namespaces', pod('p', { spec: near('podAffinity', 'zone', 'web', { namespaceSelector: { matchLabels: { team: 'x' } } }) as never }),
    world(zones, { b1: [pod('w', { namespace: 'other', labels: { app: 'web' } })] }, [[Namespaces, { metadata: { name: 'other', labels: { team: 'x' } } }]]), 'b1'],
  ['the first of a group', pod('p', { labels: { app: 'web' }, spec: near('podAffinity', 'zone', 'web') as never }), world([zones[2]!]), 'b1'],
  ['away from others', pod('p', { spec: near('podAntiAffinity', 'zone', 'web') as never }), world(zones, { a1: [web('w')] }), 'b1'],
  ['away from others nowhere', pod('p', { spec: near('podAntiAffinity', 'zone', 'web') as never }), world([zones[0]!], { a1: [web('w')] }), only("node(s) didn't match pod anti-affinity rules")],
  ['others stay away', web('p'), world([zones[0]!], { a1: [pod('q', { spec: near('podAntiAffinity', 'zone', 'web') as never })] }), only("node(s) didn't satisfy existing pods anti-affinity rules")],
  ['spread', pod('p', { labels: { app: 'web' }, spec: spread('zone') as never }), world(zones, { a1: [web('w')] }), 'b1'],
  ['spread nowhere', pod('p', { labels: { app: 'web' }, spec: { ...spread('zone'), nodeSelector: { 'kubernetes.io/hostname': 'a1' } } as never }), world(zones, { a1: [web('w')] }), 'a1'],
  ['spread: nodes that the pod may not use count when told', pod('p', { labels: { app: 'web' }, spec: { ...spread('zone', { nodeAffinityPolicy: 'Ignore' }), nodeSelector: { 'kubernetes.io/hostname': 'a1' } } as never }), world(zones, { a1: [web('w')] }),
    "0/3 nodes are available: 1 node(s) didn't match pod topology spread constraints, 2 node(s) didn't match Pod's node affinity/selector."],
  ['spread: no label', pod('p', { labels: { app: 'web' }, spec: spread('rack') as never }), world([node('n')]), only("node(s) didn't match pod topology spread constraints (missing required label)")],
  ['spread: too few domains', pod('p', { labels: { app: 'web' }, spec: spread('zone', { minDomains: 3 }) as never }), world([zones[0]!], { a1: [web('w')] }), only("node(s) didn't match pod topology spread constraints")],
  ['no claim', pod('p', { spec: claim('data') as never }), world([node('n')]), '0/1 nodes are available: persistentvolumeclaim "data" not found.'],
  ['an unbound claim', pod('p', { spec: claim('data') as never }), world([node('n')], {}, [[PersistentVolumeClaims, { metadata: { name: 'data', namespace: 'default' }, spec: {}, status: { phase: 'Pending' } }]]),
    '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.'],
  ['a bound claim whose volume is elsewhere', pod('p', { spec: claim('data') as never }), world([zones[0]!], {}, [
    [PersistentVolumeClaims, { metadata: { name: 'data', namespace: 'default' }, spec: { volumeName: 'v' }, status: { phase: 'Bound' } }],
    [PersistentVolumes, { metadata: { name: 'v' }, spec: { nodeAffinity: { required: { nodeSelectorTerms: [term('zone', 'In', 'b')] } } } }],
  ]), only("node(s) didn't match PersistentVolume's node affinity")],
  ['a claim for one pod only', pod('p', { spec: claim('data') as never }), world([node('n')], { n: [pod('q', { spec: claim('data') as never })] }, exclusive),
    only('node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod')],
  ['a claim for one pod only that is free', pod('p', { spec: claim('data') as never }), world([node('n')], { n: [pod('q', { namespace: 'other', spec: claim('data') as never })] }, exclusive), 'n'],
  ['several reasons are counted and sorted', pod('p', { requests: { cpu: '5' } }), world([node('a', { spec: { taints: [taint('x', 'NoSchedule')] } }), node('b'), node('c')]),
    '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu.'],
]
for (const [what, wanted, snapshot, expected] of filters) test(`filter: ${what}`, () => assert.equal(placed(wanted, snapshot), expected))

test('score: LeastAllocated prefers the emptier node; containers without requests count as 100m and 200 MiB', () => {
  const nodes = [node('n', { allocatable: { cpu: '1', memory: '1000Mi' } }), node('m', { allocatable: { cpu: '1', memory: '1000Mi' } })]
  assert.deepEqual(score('NodeResourcesFit', pod('p'), world(nodes, { n: [pod('q', { requests: { cpu: '500m', memory: '100Mi' } })] })), [55, 85])
})

test('score: balanced allocation prefers like parts of CPU and memory, and has no opinion on pods that ask for nothing', () => {
  const nodes = [node('n', { allocatable: { cpu: '4', memory: '4Gi' } }), node('m', { allocatable: { cpu: '4', memory: '8Gi' } })]
  assert.deepEqual(score('NodeResourcesBalancedAllocation', pod('p', { requests: { cpu: '2', memory: '2Gi' } }), world(nodes)), [100, 87])
  assert.equal(score('NodeResourcesBalancedAllocation', pod('p'), world(nodes)), undefined)
})

test('score: fewer taints to avoid are better', () => {
  const avoid = (count: number) => ({ spec: { taints: Array.from({ length: count }, (_, i) => taint(`t${i}`, 'PreferNoSchedule')) } })
  assert.deepEqual(score('TaintToleration', pod('p'), world([node('a', avoid(2)), node('b', avoid(1)), node('c')])), [0, 50, 100])
})

test('score: preferred node affinity adds its weights', () => {
  const preference = (weight: number, zone: string) => ({ weight, preference: term('zone', 'In', zone) })
  const wanted = pod('p', { spec: { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [preference(80, 'a'), preference(20, 'b')] } } } as never })
  assert.deepEqual(score('NodeAffinity', wanted, world(zones)), [100, 100, 25])
})

test('score: preferred pod affinity draws, preferred anti-affinity repels, and required affinity of those there draws too', () => {
  const prefer = (kind: string) => pod('p', { spec: { affinity: { [kind]: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 10, podAffinityTerm: { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'web' } } } }] } } } as never })
  const snapshot = world(zones, { b1: [web('w')] })
  assert.deepEqual(score('InterPodAffinity', prefer('podAffinity'), snapshot), [0, 0, 100])
  assert.deepEqual(score('InterPodAffinity', prefer('podAntiAffinity'), snapshot), [100, 100, 0])
  assert.deepEqual(score('InterPodAffinity', web('p'), world(zones, { a1: [pod('q', { spec: near('podAffinity', 'zone', 'web') as never })] })), [100, 100, 0])
  assert.equal(score('InterPodAffinity', web('p'), snapshot), undefined)
})

test('score: pods of a Service spread over nodes by themselves', () => {
  const objects: Objects = [[Services, { metadata: { name: 'web', namespace: 'default' }, spec: { selector: { app: 'web' } } }]]
  const [a1, a2, b1] = score('PodTopologySpread', web('p'), world(zones, { a1: [web('w1'), web('w2')] }, objects))!
  assert.ok(a1! < a2! && a2 === b1, `${a1} ${a2} ${b1}`)
  assert.equal(score('PodTopologySpread', web('p'), world(zones, { a1: [web('w1')] })), undefined)
})

test('score: spreading that may be missed prefers the emptier zone', () => {
  const wanted = pod('p', { labels: { app: 'web' }, spec: spread('zone', { whenUnsatisfiable: 'ScheduleAnyway' }) as never })
  const [a1, a2, b1] = score('PodTopologySpread', wanted, world(zones, { a1: [web('w1'), web('w2')] }))!
  assert.ok(a1 === a2 && a1! < b1!, `${a1} ${a2} ${b1}`)
})

test('score: a node that has a large image is better', () => {
  const snapshot = world([images(node('a'), { 'web:1': 500 * 2 ** 20 }), images(node('b'), { 'web:1': 500 * 2 ** 20 }), node('c')])
  assert.deepEqual(score('ImageLocality', pod('p'), snapshot), [31, 31, 0])
})

test('a pod that was promised room is not robbed of it by a less important one', () => {
  const promised = pod('important', { requests: { cpu: '3' }, spec: { priority: 10 } })
  const nominated = (name: string) => (name === 'n' ? [promised] : [])
  const look = (wanted: Pod) => decide(wanted, world([node('n')]), { ...options, nominated })
  assert.ok('unfit' in look(pod('p', { requests: { cpu: '2' } })))
  assert.ok('node' in look(pod('p', { requests: { cpu: '1' } })))
  assert.ok('node' in look(pod('p', { requests: { cpu: '2' }, spec: { priority: 20 } })))
})
