import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Deployments, type Deployment } from '../api/apps/deployment.ts'
import { ReplicaSets, type ReplicaSet } from '../api/apps/replica-set.ts'
import { Events } from '../api/core/event.ts'
import { Pods } from '../api/core/pod/pod.ts'
import { deployment } from '../testing/builders.ts'
import { testCluster, type TestCluster } from '../testing/test-cluster.ts'
import { testKubelet } from '../testing/test-kubelet.ts'
import { deploymentController } from './deployment.ts'
import { replicaSetController } from './replicaset.ts'
import { nextRevision } from './replicaset-facts.ts'

const start = () => testCluster({ controllers: [replicaSetController, deploymentController, testKubelet] })
const setImage = (image: string) => (d: Deployment): Deployment =>
  ({ ...d, spec: { ...d.spec, template: { ...d.spec.template, spec: { ...d.spec.template.spec!, containers: [{ ...d.spec.template.spec!.containers[0]!, image }] } } } })
const sizes = async (cluster: TestCluster) =>
  Object.fromEntries((await cluster.list(ReplicaSets)).map(rs => [rs.spec.template.spec!.containers[0]!.image, `${rs.spec.replicas} r${rs.metadata.annotations!['deployment.kubernetes.io/revision']}`]))
const progress = async (cluster: TestCluster, name = 'web') =>
  (await cluster.get(Deployments, name)).status.conditions?.find(({ type }) => type === 'Progressing')

test('a rollout, its history, and the way back', async () => {
  await using cluster = await start()
  await cluster.create(Deployments, deployment('web', { replicas: 3, nodeName: 'n1' }))
  await cluster.settle()
  assert.deepEqual(await sizes(cluster), { 'web:1': '3 r1' })
  const [rs] = await cluster.list(ReplicaSets)
  assert.equal(rs!.metadata.name, `web-${rs!.metadata.labels!['pod-template-hash']}`)
  assert.match(rs!.metadata.labels!['pod-template-hash']!, /^[bcdfghjklmnpqrstvwxz2456789]{6,10}$/)
  assert.equal(rs!.metadata.annotations!['deployment.kubernetes.io/max-replicas'], '4')
  let d = await cluster.get(Deployments, 'web')
  assert.equal(d.metadata.annotations!['deployment.kubernetes.io/revision'], '1')
  assert.equal(d.metadata.generation, 1, 'the revision comes with the status, which is no new generation')
  const { conditions, ...counts } = d.status
  assert.deepEqual(counts, { observedGeneration: d.metadata.generation, replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3, terminatingReplicas: 0 })
  assert.deepEqual(conditions!.map(({ type, status, reason, message }) => [type, status, reason, message]), [
    ['Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.'],
    ['Progressing', 'True', 'NewReplicaSetAvailable', `ReplicaSet "${rs!.metadata.name}" has successfully progressed.`],
  ])

  await cluster.edit(Deployments, 'web', setImage('web:2'))
  await cluster.settle()
  assert.deepEqual(await sizes(cluster), { 'web:1': '0 r1', 'web:2': '3 r2' })
  await cluster.edit(Deployments, 'web', setImage('web:1'))
  await cluster.settle()
  assert.deepEqual(await sizes(cluster), { 'web:1': '3 r3', 'web:2': '0 r2' })
  assert.equal((await cluster.get(ReplicaSets, rs!.metadata.name)).metadata.annotations!['deployment.kubernetes.io/revision-history'], '1')
  d = await cluster.get(Deployments, 'web')
  assert.equal(d.metadata.annotations!['deployment.kubernetes.io/revision'], '3')
  const messages = (await cluster.list(Events)).filter(({ reason }) => reason === 'ScalingReplicaSet').map(({ message }) => message!.replace(/web-\S+/, 'rs'))
  assert.ok(messages.includes('Scaled up replica set rs from 0 to 3'))
  assert.ok(messages.includes('Scaled down replica set rs from 1 to 0'))
})

test('a rollout whose pods never become ready times out, and keeps what is available', async () => {
  await using cluster = await testCluster({ controllers: [replicaSetController, deploymentController] })
  await cluster.create(Deployments, deployment('web', { replicas: 4 }))
  await cluster.settle()
  for (const pod of await cluster.list(Pods)) await cluster.becomesReady(pod)
  await cluster.settle()
  await cluster.edit(Deployments, 'web', setImage('web:2'))
  await cluster.settle()
  assert.deepEqual(await sizes(cluster), { 'web:1': '3 r1', 'web:2': '2 r2' })
  assert.equal((await progress(cluster))?.reason, 'ReplicaSetUpdated')
  await cluster.pass(602_000)
  const condition = await progress(cluster)
  assert.equal(condition?.status, 'False')
  assert.equal(condition?.reason, 'ProgressDeadlineExceeded')
  assert.match(condition?.message ?? '', /^ReplicaSet "web-\S+" has timed out progressing\.$/)
})

test('Recreate waits until the last old pod is gone', async () => {
  await using cluster = await testCluster({ controllers: [replicaSetController, deploymentController] })
  await cluster.create(Deployments, deployment('web', { replicas: 2, nodeName: 'n1', spec: { strategy: { type: 'Recreate' } } }))
  await cluster.settle()
  for (const pod of await cluster.list(Pods)) await cluster.becomesReady(pod)
  await cluster.edit(Deployments, 'web', setImage('web:2'))
  await cluster.settle()
  assert.deepEqual(await sizes(cluster), { 'web:1': '0 r1' })
  const old = await cluster.list(Pods)
  assert.deepEqual(old.map(pod => pod.metadata.deletionTimestamp !== undefined), [true, true])
  for (const pod of old) await cluster.client.delete(Pods, pod.metadata, { gracePeriodSeconds: 0 })
  await cluster.settle()
  assert.deepEqual(await sizes(cluster), { 'web:1': '0 r1', 'web:2': '2 r2' })
})

test('a paused deployment scales in proportion and does not roll', async () => {
  await using cluster = await testCluster({ controllers: [replicaSetController, deploymentController] })
  await cluster.create(Deployments, deployment('web', { replicas: 10, spec: { strategy: { rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } } }))
  await cluster.settle()
  for (const pod of await cluster.list(Pods)) await cluster.becomesReady(pod)
  await cluster.settle()
  await cluster.edit(Deployments, 'web', setImage('web:2'))
  await cluster.settle()
  assert.deepEqual(await sizes(cluster), { 'web:1': '8 r1', 'web:2': '5 r2' })
  await cluster.edit(Deployments, 'web', d => ({ ...d, spec: { ...d.spec, paused: true } }))
  await cluster.settle()
  assert.equal((await progress(cluster))?.reason, 'DeploymentPaused')
  await cluster.edit(Deployments, 'web', d => ({ ...d, spec: { ...d.spec, replicas: 15 } }))
  await cluster.settle()
  assert.deepEqual(await sizes(cluster), { 'web:1': '11 r1', 'web:2': '7 r2' })
  await cluster.edit(Deployments, 'web', d => ({ ...d, spec: { ...d.spec, paused: false } }))
  await cluster.settle()
  for (let round = 0; round < 5; round++) {
    for (const pod of await cluster.list(Pods)) await cluster.becomesReady(pod)
    await cluster.settle()
  }
  assert.deepEqual(await sizes(cluster), { 'web:1': '0 r1', 'web:2': '15 r2' })
})

test('revisions are 64 bits wide', () => {
  const last = { metadata: { annotations: { 'deployment.kubernetes.io/revision': '3546343826724305832' } } } as unknown as ReplicaSet
  assert.equal(nextRevision([last]), 3546343826724305833n)
})

test('no more old revisions are kept than the limit says', async () => {
  await using cluster = await start()
  await cluster.create(Deployments, deployment('web', { nodeName: 'n1', spec: { revisionHistoryLimit: 1 } }))
  for (const image of ['web:2', 'web:3', 'web:4']) {
    await cluster.settle()
    await cluster.edit(Deployments, 'web', setImage(image))
  }
  await cluster.settle()
  assert.deepEqual(await sizes(cluster), { 'web:3': '0 r3', 'web:4': '1 r4' })
})
