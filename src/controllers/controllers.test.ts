import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Deployments } from '../api/apps/deployment.ts'
import { ReplicaSets } from '../api/apps/replica-set.ts'
import { Leases } from '../api/coordination/lease.ts'
import { ConfigMaps } from '../api/core/config-map.ts'
import { Endpoints } from '../api/core/endpoints.ts'
import { Namespaces } from '../api/core/namespace.ts'
import { Nodes } from '../api/core/node.ts'
import { Pods } from '../api/core/pod/pod.ts'
import { ServiceAccounts } from '../api/core/service-account.ts'
import { Services } from '../api/core/service.ts'
import { EndpointSlices } from '../api/discovery/endpoint-slice.ts'
import { microTimestamp } from '../machinery/clock.ts'
import { isReason } from '../machinery/status.ts'
import { deployment, node, pod, replicaSet, service } from '../testing/builders.ts'
import { addNodes, testCluster, type TestCluster } from '../testing/test-cluster.ts'
import { testKubelet } from '../testing/test-kubelet.ts'
import { controllers } from './index.ts'

const all = (settings = {}) => testCluster({ controllers: [...controllers, testKubelet], settings: { rootCa: 'CA', ...settings } })
const gone = (error: unknown): boolean => isReason(error, 'NotFound')
const names = (objects: readonly { metadata: { name: string } }[]): string[] => objects.map(({ metadata }) => metadata.name).sort()

test('a namespace gets its account and certificate authority, and takes everything with it', async () => {
  await using cluster = await all()
  await cluster.create(Namespaces, { metadata: { name: 'team' } })
  await cluster.settle()
  assert.deepEqual(names(await cluster.list(ServiceAccounts, 'team')), ['default'])
  assert.deepEqual((await cluster.get(ConfigMaps, 'kube-root-ca.crt', 'team')).data, { 'ca.crt': 'CA' })
  await addNodes(cluster, node('n1'))
  await cluster.create(Deployments, deployment('web', { namespace: 'team', replicas: 2, nodeName: 'n1' }))
  await cluster.create(ConfigMaps, { metadata: { name: 'held', namespace: 'team', finalizers: ['example.com/hold'] } })
  await cluster.settle()
  assert.equal((await cluster.list(Pods, 'team')).length, 2)

  await cluster.delete(Namespaces, 'team')
  await cluster.pass(5_000)
  const { status } = await cluster.get(Namespaces, 'team')
  assert.equal(status.phase, 'Terminating')
  assert.deepEqual(status.conditions?.filter(({ status: state }) => state === 'True').map(({ message }) => message), [
    'Some resources are remaining: configmaps. has 1 resource instances', 'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
  ])
  assert.equal((await cluster.list(Pods, 'team')).length, 0)
  await cluster.edit(ConfigMaps, 'held', object => ({ ...object, metadata: { ...object.metadata, finalizers: [] } }), 'team')
  await cluster.pass(5_000)
  await assert.rejects(cluster.get(Namespaces, 'team'), gone)
})

test('the default account and the published authority come back', async () => {
  await using cluster = await all()
  await cluster.settle()
  await cluster.delete(ServiceAccounts, 'default')
  await cluster.edit(ConfigMaps, 'kube-root-ca.crt', object => ({ ...object, data: {} }))
  await cluster.settle()
  assert.equal((await cluster.get(ServiceAccounts, 'default')).metadata.name, 'default')
  assert.deepEqual((await cluster.get(ConfigMaps, 'kube-root-ca.crt')).data, { 'ca.crt': 'CA' })
})

for (const [policy, rest] of [['Background', []], ['Foreground', []], ['Orphan', ['ReplicaSet']]] as const) {
  test(`deleting a deployment in the ${policy} leaves ${rest.length ? rest.join() : 'nothing'}`, async () => {
    await using cluster = await all()
    await addNodes(cluster, node('n1'))
    await cluster.create(Deployments, deployment('web', { replicas: 2, nodeName: 'n1' }))
    await cluster.settle()
    await cluster.client.delete(Deployments, { namespace: 'default', name: 'web' }, { propagationPolicy: policy })
    await cluster.settle()
    await assert.rejects(cluster.get(Deployments, 'web'), gone)
    const sets = await cluster.list(ReplicaSets)
    assert.equal(sets.length, rest.length)
    assert.equal((await cluster.list(Pods)).length, rest.length ? 2 : 0)
    for (const rs of sets) assert.equal(rs.metadata.ownerReferences?.length ?? 0, 0)
  })
}

test('an object with two owners loses the reference to the one that goes; one whose owner never was goes too', async () => {
  await using cluster = await all()
  const owner = await cluster.create(ConfigMaps, { metadata: { name: 'owner', namespace: 'default' } })
  const other = await cluster.create(ConfigMaps, { metadata: { name: 'other', namespace: 'default' } })
  const reference = ({ metadata: { name, uid } }: typeof owner) => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid })
  await cluster.create(ConfigMaps, { metadata: { name: 'child', namespace: 'default', ownerReferences: [reference(owner), reference(other)] } })
  await cluster.create(ConfigMaps, { metadata: { name: 'lost', namespace: 'default', ownerReferences: [{ ...reference(owner), uid: '00000000-0000-4000-8000-000000000000' }] } })
  await cluster.settle()
  await assert.rejects(cluster.get(ConfigMaps, 'lost'), gone)
  await cluster.delete(ConfigMaps, 'owner')
  await cluster.settle()
  assert.deepEqual((await cluster.get(ConfigMaps, 'child')).metadata.ownerReferences, [reference(other)])
})

async function serving(cluster: TestCluster): Promise<void> {
  await addNodes(cluster, node('n1', { labels: { 'topology.kubernetes.io/zone': 'z1' } }))
  await cluster.create(Services, service('web', { labels: { team: 'a' } }))
  await cluster.create(ReplicaSets, replicaSet('web', { replicas: 2 }))
  await cluster.settle()
}

test('endpoints and slices follow the pods behind a service', async () => {
  await using cluster = await all()
  await serving(cluster)
  let [slice] = await cluster.list(EndpointSlices, 'default')
  assert.deepEqual([slice!.endpoints, slice!.ports], [null, null])
  for (const each of await cluster.list(Pods)) await cluster.client.createSubresource(Pods, each.metadata, 'binding', { kind: 'Binding', apiVersion: 'v1', metadata: { name: each.metadata.name, namespace: 'default' }, target: { kind: 'Node', name: 'n1' } })
  await cluster.settle()
  const pods = await cluster.list(Pods)
  const slices = await cluster.list(EndpointSlices, 'default')
  assert.equal(slices.length, 1)
  slice = slices[0]
  assert.deepEqual(slice!.endpoints!.map(({ addresses, conditions, nodeName, zone }) => ({ addresses, conditions, nodeName, zone })), pods.map(({ status }) => (
    { addresses: [status.podIP], conditions: { ready: true, serving: true, terminating: false }, nodeName: 'n1', zone: 'z1' })))
  assert.deepEqual(slice!.ports, [{ name: '', port: 8080, protocol: 'TCP' }])
  assert.deepEqual(slice!.metadata.labels, {
    team: 'a', 'service.kubernetes.io/headless': '', 'kubernetes.io/service-name': 'web', 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
  })
  const endpoints = await cluster.get(Endpoints, 'web')
  assert.deepEqual(endpoints.subsets?.map(({ addresses, ports }) => [addresses?.length, ports]), [[2, [{ port: 8080, protocol: 'TCP' }]]])
  await cluster.becomesReady(pods[0]!, false)
  await cluster.settle()
  assert.deepEqual((await cluster.get(Endpoints, 'web')).subsets?.map(({ addresses, notReadyAddresses }) => [addresses?.length, notReadyAddresses?.length]), [[1, 1]])
  await cluster.delete(Services, 'web')
  await cluster.settle()
  await assert.rejects(cluster.get(Endpoints, 'web'), gone)
  assert.deepEqual(names((await cluster.list(EndpointSlices, 'default')).filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'web')), [])
})

test('Endpoints that somebody wrote for a service without a selector are mirrored in slices', async () => {
  await using cluster = await all()
  await cluster.create(Services, service('db', { spec: { selector: null as never } }))
  const made = await cluster.create(Endpoints, { metadata: { name: 'db', namespace: 'default' }, subsets: [{ addresses: [{ ip: '10.9.0.1' }], notReadyAddresses: [{ ip: '10.9.0.2' }], ports: [{ port: 5432 }] }] })
  const mirrored = async () => (await cluster.list(EndpointSlices, 'default')).filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'db')
  await cluster.settle()
  let [slice] = await mirrored()
  assert.deepEqual(slice!.endpoints!.map(({ addresses, conditions }) => [addresses[0], conditions.ready]), [['10.9.0.1', true], ['10.9.0.2', false]])
  assert.deepEqual(slice!.ports, [{ name: '', port: 5432, protocol: 'TCP' }])
  assert.equal(slice!.metadata.labels!['endpointslice.kubernetes.io/managed-by'], 'endpointslicemirroring-controller.k8s.io')
  await cluster.edit(Endpoints, 'db', object => ({ ...object, subsets: [{ ...made.subsets![0]!, notReadyAddresses: [] }] }))
  await cluster.settle()
  ;[slice] = await mirrored()
  assert.equal(slice!.endpoints!.length, 1)
  await cluster.delete(Endpoints, 'db')
  await cluster.settle()
  assert.equal((await mirrored()).length, 0)
})

const renew = async (cluster: TestCluster, name: string): Promise<void> => {
  const now = microTimestamp(cluster.clock.now())
  const lease = await cluster.get(Leases, name, 'kube-node-lease').catch(() => undefined)
  if (lease) await cluster.client.update(Leases, { ...lease, spec: { ...lease.spec, renewTime: now } })
  else await cluster.create(Leases, { metadata: { name, namespace: 'kube-node-lease' }, spec: { holderIdentity: name, renewTime: now } })
}

test('a node that falls silent is unknown, tainted, and loses its pods when they no longer tolerate it', async () => {
  await using cluster = await all()
  await addNodes(cluster, node('n1'), node('n2'))
  await cluster.create(Pods, pod('a', { spec: { nodeName: 'n1' } }))
  await cluster.create(Pods, pod('b', { spec: { nodeName: 'n2' } }))
  const heartbeats = async (seconds: number): Promise<void> => {
    for (let at = 0; at < seconds; at += 10) {
      await renew(cluster, 'n2')
      await cluster.pass(10_000)
    }
  }
  await heartbeats(60)
  const lost = await cluster.get(Nodes, 'n1')
  assert.deepEqual(lost.status.conditions?.find(({ type }) => type === 'Ready')?.status, 'Unknown')
  assert.equal(lost.status.conditions?.find(({ type }) => type === 'Ready')?.message, 'Kubelet stopped posting node status.')
  assert.deepEqual(lost.spec.taints?.map(({ key, effect }) => `${key}:${effect}`).sort(), ['node.kubernetes.io/unreachable:NoExecute', 'node.kubernetes.io/unreachable:NoSchedule'])
  assert.equal((await cluster.get(Nodes, 'n2')).spec.taints, undefined)
  assert.equal((await cluster.get(Pods, 'a')).status.conditions?.find(({ type }) => type === 'Ready')?.status, 'False')
  await heartbeats(280)
  await assert.doesNotReject(cluster.get(Pods, 'a'))
  await heartbeats(30)
  await assert.rejects(cluster.get(Pods, 'a'), gone)
  await assert.doesNotReject(cluster.get(Pods, 'b'))
  await cluster.editStatus(Nodes, 'n1', object => ({ ...object, status: { ...object.status, conditions: [{ type: 'Ready', status: 'True' }] } }))
  await cluster.settle()
  assert.equal((await cluster.get(Nodes, 'n1')).spec.taints, undefined)
})

test('pods of a node that is gone fail and go after the quarantine', async () => {
  await using cluster = await testCluster({ controllers })
  await addNodes(cluster, node('n1'))
  await cluster.create(Pods, pod('a', { spec: { nodeName: 'n1' } }))
  await cluster.settle()
  await cluster.delete(Nodes, 'n1')
  await cluster.pass(39_000)
  await assert.doesNotReject(cluster.get(Pods, 'a'))
  await cluster.pass(2_000)
  await assert.rejects(cluster.get(Pods, 'a'), gone)
})

test('of too many finished pods the oldest go', async () => {
  await using cluster = await testCluster({ controllers, settings: { terminatedPodThreshold: 2 } })
  await addNodes(cluster, node('n1'))
  for (const name of ['a', 'b', 'c']) {
    await cluster.create(Pods, pod(name, { spec: { nodeName: 'n1' } }))
    await cluster.pass(1_000)
    await cluster.editStatus(Pods, name, object => ({ ...object, status: { ...object.status, phase: 'Succeeded' as const } }))
  }
  await cluster.settle()
  assert.deepEqual(names(await cluster.list(Pods)), ['b', 'c'])
})
