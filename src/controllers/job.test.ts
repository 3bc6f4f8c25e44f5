import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Jobs, type Job } from '../api/batch/job.ts'
import { Events } from '../api/core/event.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import type { Draft } from '../machinery/schema/schema.ts'
import { container } from '../testing/builders.ts'
import { testCluster, type TestCluster } from '../testing/test-cluster.ts'
import { garbageCollector } from './garbage-collector.ts'
import { formatIndexes, parseIndexes } from './job-indexes.ts'
import { jobOrphans } from './job-orphans.ts'
import { jobController } from './job.ts'
import { podGcController } from './pod-gc.ts'
import { ttlAfterFinished } from './ttl-after-finished.ts'

const start = () => testCluster({ controllers: [jobController, jobOrphans, ttlAfterFinished, garbageCollector, podGcController] })
const job = (spec: object = {}): Draft<Job> => ({
  metadata: { name: 'task', namespace: 'default' },
  spec: { template: { metadata: { labels: { kind: 'task' } }, spec: { restartPolicy: 'Never', containers: [container()] } }, ...spec },
} as Draft<Job>)
const living = async (cluster: TestCluster): Promise<Pod[]> => (await cluster.list(Pods)).filter(({ status, metadata }) => status.phase === 'Pending' && !metadata.deletionTimestamp)
async function end(cluster: TestCluster, pod: Pod, phase: 'Succeeded' | 'Failed'): Promise<void> {
  await cluster.editStatus(Pods, pod.metadata.name, object => ({ ...object, status: { ...object.status, phase } }))
  await cluster.settle()
}
const states = async (cluster: TestCluster) => (await cluster.get(Jobs, 'task')).status.conditions?.filter(({ status }) => status === 'True').map(({ type, reason }) => `${type} ${reason}`) ?? []

test('a job runs as many pods at once as it may until enough have succeeded, and counts each once', async () => {
  await using cluster = await start()
  await cluster.create(Jobs, job({ completions: 3, parallelism: 2 }))
  await cluster.settle()
  assert.equal((await living(cluster)).length, 2)
  assert.deepEqual((await living(cluster))[0]!.metadata.finalizers, ['batch.kubernetes.io/job-tracking'])
  for (let round = 0; round < 3; round++) await end(cluster, (await living(cluster))[0]!, 'Succeeded')
  assert.equal((await cluster.list(Pods)).length, 3)
  const { status } = await cluster.get(Jobs, 'task')
  assert.deepEqual([status.succeeded, status.failed, status.active, status.ready, status.uncountedTerminatedPods], [3, undefined, undefined, 0, {}])
  assert.ok(status.completionTime)
  assert.deepEqual(await states(cluster), ['SuccessCriteriaMet CompletionsReached', 'Complete CompletionsReached'])
  assert.ok((await cluster.list(Pods)).every(({ metadata }) => !metadata.finalizers?.length))
  assert.ok((await cluster.list(Events)).some(({ reason, message }) => reason === 'Completed' && message === 'Job completed'))
})

test('a pod that is no longer the job\'s is let go for good, and one taken on is counted', async () => {
  await using cluster = await start()
  await cluster.create(Jobs, job({ parallelism: 1 }))
  await cluster.settle()
  const [mine] = await living(cluster)
  const labels = mine!.metadata.labels!
  await cluster.edit(Pods, mine!.metadata.name, pod => ({ ...pod, metadata: { ...pod.metadata, labels: {} } }))
  await cluster.settle()
  const released = await cluster.get(Pods, mine!.metadata.name)
  assert.deepEqual([released.metadata.ownerReferences, released.metadata.finalizers], [undefined, undefined])
  const { metadata, ...rest } = released
  await cluster.create(Pods, { ...rest, metadata: { name: 'found', namespace: metadata.namespace!, labels } } as Draft<Pod>)
  await cluster.settle()
  assert.deepEqual((await cluster.get(Pods, 'found')).metadata.finalizers, ['batch.kubernetes.io/job-tracking'])
})

test('pods left behind by a job lose what held them', async () => {
  await using cluster = await start()
  await cluster.create(Jobs, job())
  await cluster.settle()
  await cluster.client.delete(Jobs, { namespace: 'default', name: 'task' }, { propagationPolicy: 'Orphan' })
  await cluster.settle()
  const [pod] = await cluster.list(Pods)
  assert.deepEqual([pod!.metadata.ownerReferences, pod!.metadata.finalizers], [undefined, undefined])
})

test('failed pods are tried again, later each time, and too many fail the job', async () => {
  await using cluster = await start()
  await cluster.create(Jobs, job({ backoffLimit: 1 }))
  await cluster.settle()
  await end(cluster, (await living(cluster))[0]!, 'Failed')
  assert.equal((await living(cluster)).length, 0)
  await cluster.pass(11_000)
  assert.equal((await living(cluster)).length, 1)
  await end(cluster, (await living(cluster))[0]!, 'Failed')
  await cluster.pass(700_000)
  assert.deepEqual(await states(cluster), ['FailureTarget BackoffLimitExceeded', 'Failed BackoffLimitExceeded'])
  assert.equal((await cluster.get(Jobs, 'task')).status.failed, 2)
  assert.equal((await living(cluster)).length, 0)
})

test('an indexed job has one pod for each index and lists those that are done', async () => {
  await using cluster = await start()
  await cluster.create(Jobs, job({ completions: 4, parallelism: 4, completionMode: 'Indexed' }))
  await cluster.settle()
  const pods = await living(cluster)
  const byIndex = new Map(pods.map(pod => [pod.metadata.annotations!['batch.kubernetes.io/job-completion-index'], pod]))
  assert.deepEqual([...byIndex.keys()].sort(), ['0', '1', '2', '3'])
  assert.equal(byIndex.get('2')!.spec.hostname, 'task-2')
  assert.deepEqual(byIndex.get('2')!.spec.containers[0]!.env!.map(({ name }) => name), ['JOB_COMPLETION_INDEX'])
  for (const index of ['0', '3', '1']) await end(cluster, byIndex.get(index)!, 'Succeeded')
  assert.equal((await cluster.get(Jobs, 'task')).status.completedIndexes, '0,1,3')
  await end(cluster, byIndex.get('2')!, 'Failed')
  await cluster.pass(11_000)
  const [again] = await living(cluster)
  assert.equal(again!.metadata.annotations!['batch.kubernetes.io/job-completion-index'], '2')
  await end(cluster, again!, 'Succeeded')
  assert.equal((await cluster.get(Jobs, 'task')).status.completedIndexes, '0-3')
  assert.ok((await states(cluster)).includes('Complete CompletionsReached'))
})

test('a suspended job stops its pods and goes on when resumed; a deadline ends it', async () => {
  await using cluster = await start()
  await cluster.create(Jobs, job({ activeDeadlineSeconds: 60 }))
  await cluster.settle()
  await cluster.edit(Jobs, 'task', object => ({ ...object, spec: { ...object.spec, suspend: true } }))
  await cluster.settle()
  assert.equal((await living(cluster)).length, 0)
  assert.deepEqual(await states(cluster), ['Suspended JobSuspended'])
  assert.equal((await cluster.get(Jobs, 'task')).status.failed, undefined, 'being suspended is no failure')
  await cluster.pass(120_000)
  await cluster.edit(Jobs, 'task', object => ({ ...object, spec: { ...object.spec, suspend: false } }))
  await cluster.settle()
  assert.equal((await living(cluster)).length, 1)
  await cluster.pass(61_000)
  assert.ok((await states(cluster)).includes('Failed DeadlineExceeded'))
  assert.equal((await living(cluster)).length, 0)
})

test('a finished job goes with its pods when its time is up', async () => {
  await using cluster = await start()
  await cluster.create(Jobs, job({ ttlSecondsAfterFinished: 30 }))
  await cluster.settle()
  await end(cluster, (await living(cluster))[0]!, 'Succeeded')
  await cluster.pass(29_000)
  assert.equal((await cluster.list(Jobs)).length, 1)
  await cluster.pass(3_000)
  assert.deepEqual([(await cluster.list(Jobs)).length, (await cluster.list(Pods)).length], [0, 0])
})

for (const [text, indexes] of [['', []], ['0', [0]], ['0,1', [0, 1]], ['0-2,5', [0, 1, 2, 5]]] as const) {
  test(`indexes "${text}"`, () => {
    assert.equal(formatIndexes(new Set(indexes)), text)
    assert.deepEqual([...parseIndexes(text, 10)], [...indexes])
  })
}
