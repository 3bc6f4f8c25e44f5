import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigMaps } from '../api/core/config-map.ts'
import { Events } from '../api/core/event.ts'
import { Nodes } from '../api/core/node.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { Leases } from '../api/coordination/lease.ts'
import { memoryHost, type Host } from '../host/host.ts'
import type { Log } from '../machinery/log.ts'
import { silentLog } from '../machinery/log.ts'
import { isReason } from '../machinery/status.ts'
import type { Draft } from '../machinery/schema/schema.ts'
import { testCluster, type TestCluster } from '../testing/test-cluster.ts'
import { startKubelet } from './kubelet.ts'
import { simulatedRuntime, type SimulatedImage, type SimulatedRuntime } from './simulated.ts'

interface TestNode {
  cluster: TestCluster
  host: Host
  runtime: SimulatedRuntime
  /** Stops the kubelet and starts another on the same runtime. */
  restart(): Promise<void>
  pod(name?: string): Promise<Pod>
  reasons(): Promise<string[]>
}

const noisy: Log = { debug: console.log, info: console.log, warn: console.log, error: console.log, with: () => noisy }

/** A cluster with one simulated node. */
async function testNode(images: Record<string, SimulatedImage> = {}, log: Log = process.argv.includes('--noisy') ? noisy : silentLog): Promise<TestNode & AsyncDisposable> {
  const host = memoryHost()
  let runtime!: SimulatedRuntime
  let kubelet!: { stop(): Promise<void> }
  let start!: () => void
  const cluster = await testCluster({
    parts: [({ client, clock, random }) => {
      runtime = simulatedRuntime({ clock, files: host.files, images })
      start = () => {
        kubelet = startKubelet({
          client, runtime, host, clock, random, log, nodeName: 'n1', nodeIps: ['10.0.0.1'], version: 'v1.36.3', dataDir: '/var/lib/kubelet', runDir: '/run/kubelet',
          podLogDir: '/var/log/pods', clusterDns: ['10.43.0.10'], clusterDomain: 'cluster.local', staticPodDir: '/etc/manifests', capacity: { cpu: '4', memory: '8Gi', 'ephemeral-storage': '100Gi' },
          probes: {
            get: async ({ url }) => ({ status: runtime.serves(new URL(url).hostname) ? 200 : 503, body: '' }),
            async connect(address) { if (!runtime.serves(address)) throw new Error('refused') },
            health: async address => (runtime.serves(address) ? 'SERVING' : 'NOT_SERVING'),
          },
        })
      }
      start()
      return { busy: false, async stop() { await kubelet.stop(); runtime.close() } }
    }],
  })
  await cluster.settle()
  return {
    cluster, host, runtime,
    async restart() {
      await kubelet.stop()
      start()
      await cluster.settle()
    },
    pod: (name = 'p') => cluster.get(Pods, name),
    reasons: async () => (await cluster.list(Events, 'default')).map(({ reason }) => reason ?? ''),
    [Symbol.asyncDispose]: () => cluster.stop(),
  }
}

const podWith = (spec: Draft<Pod['spec']>, metadata: Draft<Pod['metadata']> = {}): Draft<Pod> => ({
  metadata: { name: 'p', namespace: 'default', ...metadata },
  spec: { nodeName: 'n1', automountServiceAccountToken: false, containers: [{ name: 'web', image: 'web:1' }], ...spec },
} as Draft<Pod>)

const condition = (pod: Pod, type: string) => pod.status.conditions?.find(each => each.type === type)

test('the node registers itself, is ready and renews its lease', async () => {
  await using node = await testNode()
  const { cluster } = node
  const object = await cluster.client.get(Nodes, { name: 'n1' })
  assert.equal(object.metadata.labels?.['kubernetes.io/hostname'], 'n1')
  assert.deepEqual(object.status.addresses, [{ type: 'InternalIP', address: '10.0.0.1' }, { type: 'Hostname', address: 'n1' }])
  assert.equal(object.status.capacity?.['pods'], '110')
  const ready = object.status.conditions?.find(({ type }) => type === 'Ready')
  assert.deepEqual([ready?.status, ready?.reason, ready?.message], ['True', 'KubeletReady', 'kubelet is posting ready status'])
  const lease = await cluster.get(Leases, 'n1', 'kube-node-lease')
  assert.equal(lease.spec.leaseDurationSeconds, 40)
  await cluster.pass(10_000)
  const renewed = await cluster.get(Leases, 'n1', 'kube-node-lease')
  assert.notEqual(renewed.spec.renewTime, lease.spec.renewTime)
  const same = await cluster.client.get(Nodes, { name: 'n1' })
  assert.equal(same.metadata.resourceVersion, object.metadata.resourceVersion, 'an unchanged status is not written')
})

test('a pod runs, and its status says so', async () => {
  await using node = await testNode()
  await node.cluster.create(Pods, podWith({}))
  await node.cluster.settle()
  const pod = await node.pod()
  assert.equal(pod.status.phase, 'Running')
  assert.equal(pod.status.hostIP, '10.0.0.1')
  assert.match(pod.status.podIP ?? '', /^10\.244\.0\./)
  for (const type of ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled']) assert.equal(condition(pod, type)?.status, 'True', type)
  const [status] = pod.status.containerStatuses ?? []
  assert.ok(status?.state.running?.startedAt)
  assert.match(status.containerID ?? '', /^containerd:\/\//)
  assert.deepEqual([status.ready, status.started, status.restartCount], [true, true, 0])
  assert.deepEqual((await node.reasons()).filter(reason => ['Pulling', 'Pulled', 'Created', 'Started'].includes(reason)), ['Pulling', 'Pulled', 'Created', 'Started'])
})

test('a deleted pod is stopped, and then its object goes', async () => {
  await using node = await testNode()
  await node.cluster.create(Pods, podWith({ terminationGracePeriodSeconds: 5 }))
  await node.cluster.settle()
  await node.cluster.delete(Pods, 'p')
  await node.cluster.pass(1000)
  await assert.rejects(node.pod(), error => isReason(error, 'NotFound'))
  assert.deepEqual(await node.runtime.listPodSandboxes(), [])
  assert.ok((await node.reasons()).includes('Killing'))
  assert.deepEqual(await node.host.files.list('/var/lib/kubelet/pods'), [])
})

test('a container that fails is started again after 0, 10, 20 seconds', async () => {
  await using node = await testNode({ 'crash:1': { run: { exitAfterMs: 100, exitCode: 3 } } })
  await node.cluster.create(Pods, podWith({ containers: [{ name: 'web', image: 'crash:1' }] }))
  await node.cluster.pass(1000)
  const first = await node.pod()
  const [status] = first.status.containerStatuses ?? []
  assert.equal(status?.restartCount, 1)
  assert.equal(status?.state.waiting?.reason, 'CrashLoopBackOff')
  assert.equal(status?.state.waiting?.message, `back-off 10s restarting failed container=web pod=p_default(${first.metadata.uid})`)
  assert.equal(status?.lastState.terminated?.exitCode, 3)
  assert.equal(first.status.phase, 'Running')
  assert.equal(condition(first, 'Ready')?.message, 'containers with unready status: [web]')
  await node.cluster.pass(11_000)
  assert.equal((await node.pod()).status.containerStatuses?.[0]?.restartCount, 2)
  await node.cluster.pass(15_000)
  assert.equal((await node.pod()).status.containerStatuses?.[0]?.restartCount, 2)
  await node.cluster.pass(6000)
  assert.equal((await node.pod()).status.containerStatuses?.[0]?.restartCount, 3)
})

test('a pod that never restarts ends as Succeeded or Failed', async () => {
  await using node = await testNode({ 'good:1': { run: { exitAfterMs: 100 } }, 'bad:1': { run: { exitAfterMs: 100, exitCode: 1 } } })
  await node.cluster.create(Pods, podWith({ restartPolicy: 'Never', containers: [{ name: 'a', image: 'good:1' }] }))
  await node.cluster.create(Pods, podWith({ restartPolicy: 'Never', containers: [{ name: 'a', image: 'bad:1' }] }, { name: 'q' }))
  await node.cluster.pass(1000)
  const [good, bad] = [await node.pod(), await node.pod('q')]
  assert.equal(good.status.phase, 'Succeeded')
  assert.equal(condition(good, 'Ready')?.reason, 'PodCompleted')
  assert.equal(bad.status.phase, 'Failed')
  assert.equal(condition(bad, 'Ready')?.reason, 'PodFailed')
  assert.equal(bad.status.containerStatuses?.[0]?.state.terminated?.reason, 'Error')
})

test('init containers run one after the other, sidecars go on', async () => {
  await using node = await testNode({ 'init:1': { run: { exitAfterMs: 1000 } } })
  await node.cluster.create(Pods, podWith({
    initContainers: [{ name: 'one', image: 'init:1' }, { name: 'side', image: 'side:1', restartPolicy: 'Always' }, { name: 'two', image: 'init:1' }],
  }))
  await node.cluster.pass(100)
  const pending = await node.pod()
  assert.equal(pending.status.phase, 'Pending')
  assert.deepEqual([condition(pending, 'Initialized')?.reason, condition(pending, 'Initialized')?.message], ['ContainersNotInitialized', 'containers with incomplete status: [one side two]'])
  assert.equal(pending.status.containerStatuses?.[0]?.state.waiting?.reason, 'PodInitializing')
  await node.cluster.pass(1000)
  assert.equal((await node.pod()).status.initContainerStatuses?.[1]?.started, true)
  await node.cluster.pass(1500)
  const running = await node.pod()
  assert.equal(running.status.phase, 'Running')
  assert.equal(condition(running, 'Ready')?.status, 'True')
})

test('a missing image is pulled again after a while', async () => {
  await using node = await testNode({ 'gone:1': { pullError: 'manifest unknown' } })
  await node.cluster.create(Pods, podWith({ containers: [{ name: 'web', image: 'gone:1' }] }))
  await node.cluster.settle()
  assert.equal((await node.pod()).status.containerStatuses?.[0]?.state.waiting?.reason, 'ErrImagePull')
  await node.cluster.pass(2000)
  const waiting = (await node.pod()).status.containerStatuses?.[0]?.state.waiting
  assert.equal(waiting?.reason, 'ImagePullBackOff')
  assert.match(waiting?.message ?? '', /^Back-off pulling image "gone:1": ErrImagePull: .*manifest unknown/)
  node.runtime.define('gone:1', {})
  await node.cluster.pass(15_000)
  assert.equal((await node.pod()).status.phase, 'Running')
})

test('a ConfigMap shows as files, follows its object, and is waited for', async () => {
  await using node = await testNode()
  await node.cluster.create(Pods, podWith({
    volumes: [{ name: 'conf', configMap: { name: 'settings' } }], containers: [{ name: 'web', image: 'web:1', volumeMounts: [{ name: 'conf', mountPath: '/conf' }] }],
  }))
  await node.cluster.settle()
  assert.equal((await node.pod()).status.phase, 'Pending')
  const mounts = (await node.cluster.list(Events, 'default')).find(({ reason }) => reason === 'FailedMount')
  assert.equal(mounts?.message, 'MountVolume.SetUp failed for volume "conf" : configmap "settings" not found')
  await node.cluster.create(ConfigMaps, { metadata: { name: 'settings', namespace: 'default' }, data: { color: 'red' } })
  await node.cluster.pass(1000)
  const pod = await node.pod()
  assert.equal(pod.status.phase, 'Running')
  const path = `/var/lib/kubelet/pods/${pod.metadata.uid}/volumes/kubernetes.io~configmap/conf/color`
  assert.equal(await node.host.files.readText(path), 'red')
  await node.cluster.edit(ConfigMaps, 'settings', object => ({ ...object, data: { color: 'blue' } }))
  await node.cluster.settle()
  assert.equal(await node.host.files.readText(path), 'blue')
})

test('a kubelet that comes back finds its containers and leaves them alone', async () => {
  await using node = await testNode()
  await node.cluster.create(Pods, podWith({}))
  await node.cluster.settle()
  const before = await node.pod()
  const containers = await node.runtime.listContainers()
  await node.restart()
  assert.deepEqual((await node.runtime.listContainers()).map(({ id }) => id), containers.map(({ id }) => id))
  const after = await node.pod()
  assert.equal(after.metadata.resourceVersion, before.metadata.resourceVersion, 'nothing to say')
  await node.cluster.client.delete(Pods, { namespace: 'default', name: 'p' }, { gracePeriodSeconds: 0 })
  await node.restart()
  await node.cluster.pass(3000)
  assert.deepEqual(await node.runtime.listPodSandboxes(), [])
})

test('probes decide when a pod is ready and when a container is dead', async () => {
  await using node = await testNode({ 'slow:1': { run: { readyAfterMs: 4000 } } })
  await node.cluster.create(Pods, podWith({
    containers: [{ name: 'web', image: 'slow:1', readinessProbe: { httpGet: { port: 80 }, periodSeconds: 2 } }],
  }))
  await node.cluster.pass(1000)
  assert.equal(condition(await node.pod(), 'Ready')?.status, 'False')
  await node.cluster.pass(6000)
  assert.equal(condition(await node.pod(), 'Ready')?.status, 'True')
})

test('a failed liveness probe restarts the container', async () => {
  await using node = await testNode({ 'sick:1': { run: ({ metadata }) => ({ exec: () => ({ exitCode: metadata.attempt === 0 ? 1 : 0, stdout: 'so ill' }) }) } })
  await node.cluster.create(Pods, podWith({
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'web', image: 'sick:1', livenessProbe: { exec: { command: ['check'] }, periodSeconds: 1, failureThreshold: 2 } }],
  }))
  await node.cluster.pass(20_000)
  const pod = await node.pod()
  assert.equal(pod.status.containerStatuses?.[0]?.restartCount, 1)
  assert.equal(pod.status.phase, 'Running')
  const events = await node.cluster.list(Events, 'default')
  assert.equal(events.find(({ reason }) => reason === 'Unhealthy')?.message, 'Liveness probe failed: so ill')
  assert.equal(events.find(({ reason }) => reason === 'Killing')?.message, 'Container web failed liveness probe, will be restarted')
})

test('a pod that outlives its deadline fails', async () => {
  await using node = await testNode()
  await node.cluster.create(Pods, podWith({ activeDeadlineSeconds: 5 }))
  await node.cluster.pass(1000)
  assert.equal((await node.pod()).status.phase, 'Running')
  await node.cluster.pass(10_000)
  const pod = await node.pod()
  assert.deepEqual([pod.status.phase, pod.status.reason, pod.status.message], ['Failed', 'DeadlineExceeded', 'Pod was active on the node longer than the specified deadline'])
})

test('a manifest in the folder runs as a static pod with a mirror in the API', async () => {
  await using node = await testNode()
  const manifest = (image: string): string => `apiVersion: v1\nkind: Pod\nmetadata: {name: db, namespace: default}\nspec: {terminationGracePeriodSeconds: 1, containers: [{name: main, image: "${image}"}]}\n`
  await node.host.files.write('/etc/manifests/db.yaml', manifest('db:1'))
  await node.host.files.write('/etc/manifests/bad.yaml', 'kind: Pod\napiVersion: v1\nmetadata: {name: x}\nspec: {container: []}\n')
  await node.cluster.pass(1000)
  const mirror = await node.pod('db-n1')
  assert.equal(mirror.metadata.annotations?.['kubernetes.io/config.source'], 'file')
  assert.equal(mirror.metadata.annotations?.['kubernetes.io/config.mirror'], mirror.metadata.annotations?.['kubernetes.io/config.hash'])
  assert.equal(mirror.metadata.ownerReferences?.[0]?.kind, 'Node')
  assert.equal(mirror.status.phase, 'Running')
  const [container] = await node.runtime.listContainers()
  await node.cluster.delete(Pods, 'db-n1')
  await node.cluster.pass(1000)
  assert.notEqual((await node.pod('db-n1')).metadata.uid, mirror.metadata.uid, 'the mirror comes back')
  assert.equal((await node.runtime.listContainers())[0]?.id, container?.id, 'the container never noticed')
  await node.host.files.write('/etc/manifests/db.yaml', manifest('db:2'))
  await node.cluster.pass(5000)
  assert.equal((await node.pod('db-n1')).spec.containers[0]?.image, 'db:2')
  assert.equal((await node.pod('db-n1')).status.phase, 'Running')
  await node.host.files.remove('/etc/manifests/db.yaml')
  await node.cluster.pass(5000)
  await assert.rejects(node.pod('db-n1'), error => isReason(error, 'NotFound'))
  assert.deepEqual(await node.runtime.listPodSandboxes(), [])
})

test('a pod whose port of the node is taken is turned away', async () => {
  await using node = await testNode()
  const spec: Draft<Pod['spec']> = { containers: [{ name: 'web', image: 'web:1', ports: [{ containerPort: 80, hostPort: 8080 }] }] }
  await node.cluster.create(Pods, podWith(spec))
  await node.cluster.settle()
  await node.cluster.create(Pods, podWith(spec, { name: 'q' }))
  await node.cluster.settle()
  const { status } = await node.pod('q')
  assert.deepEqual([status.phase, status.reason, status.message],
    ['Failed', 'NodePorts', "Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"])
})

test('a pod for which there is no room is turned away', async () => {
  await using node = await testNode()
  const asking = (cpu: string): Draft<Pod['spec']> => ({ containers: [{ name: 'web', image: 'web:1', resources: { requests: { cpu } } }] })
  await node.cluster.create(Pods, podWith(asking('3')))
  await node.cluster.settle()
  await node.cluster.create(Pods, podWith(asking('2'), { name: 'q' }))
  await node.cluster.settle()
  const pod = await node.pod('q')
  assert.deepEqual([pod.status.phase, pod.status.reason], ['Failed', 'OutOfcpu'])
  assert.equal(pod.status.message, "Pod was rejected: Node didn't have enough resource: cpu, requested: 2000, used: 3000, capacity: 4000")
  await node.restart()
  assert.equal((await node.pod()).status.phase, 'Running')
})
