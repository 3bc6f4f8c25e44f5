import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Jobs, type Job } from '../api/batch/job.ts'
import { Pods, type Pod } from '../api/core/pod/pod.ts'
import type { Draft } from '../machinery/schema/schema.ts'
import { container } from '../testing/builders.ts'
import { testCluster, type TestCluster } from '../testing/test-cluster.ts'
import { jobController } from './job.ts'
import { podGcController } from './pod-gc.ts'

const start = () => testCluster({ controllers: [jobController, podGcController] })
const job = (spec: object = {}): Draft<Job> => ({
  metadata: { name: 'task', namespace: 'default' },
  spec: { template: { spec: { restartPolicy: 'Never', containers: [container()] } }, ...spec },
} as Draft<Job>)
const indexed = (spec: object): Draft<Job> => job({ completionMode: 'Indexed', completions: 3, parallelism: 3, ...spec })
const living = async (cluster: TestCluster, index?: number): Promise<Pod> => {
  const found = (await cluster.list(Pods)).find(({ status, metadata }) => status.phase === 'Pending' && !metadata.deletionTimestamp && (index === undefined || metadata.labels?.['batch.kubernetes.io/job-completion-index'] === String(index)))
  assert.ok(found, `no living pod of index ${index}`)
  return found
}
const status = async (cluster: TestCluster) => (await cluster.get(Jobs, 'task')).status
async function end(cluster: TestCluster, pod: Pod, exitCode: number, conditions: object[] = []): Promise<void> {
  const terminated = { exitCode, finishedAt: new Date(cluster.clock.now()).toISOString().replace('.000', '') }
  await cluster.editStatus(Pods, pod.metadata.name, object => ({
    ...object, status: { ...object.status, phase: exitCode ? 'Failed' : 'Succeeded', conditions, containerStatuses: [{ name: 'main', image: 'web:1', imageID: '', ready: false, restartCount: 0, state: { terminated } }] } as unknown as Pod['status'],
  }))
  await cluster.settle()
}
const told = async (cluster: TestCluster) => (await status(cluster)).conditions?.filter(condition => condition.status === 'True').map(({ type, reason, message }) => `${type} ${reason}: ${message}`) ?? []

test('KEP-3329: a failure policy ends the job, or looks away', async () => {
  const rules = [
    { action: 'FailJob', onExitCodes: { containerName: 'main', operator: 'In', values: [42] } },
    { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
  ]
  await using cluster = await start()
  await cluster.create(Jobs, job({ backoffLimit: 0, parallelism: 2, completions: 2, podFailurePolicy: { rules } }))
  await cluster.settle()
  await end(cluster, await living(cluster), 137, [{ type: 'DisruptionTarget', status: 'True' }])
  await cluster.pass(11_000)
  assert.deepEqual([(await status(cluster)).failed, (await status(cluster)).active], [undefined, 2])
  assert.ok((await cluster.list(Pods)).filter(pod => pod.status.phase === 'Failed').every(({ metadata }) => !metadata.finalizers?.length))
  const victim = await living(cluster)
  await end(cluster, victim, 42)
  await cluster.pass(60_000)
  const why = `Container main for pod default/${victim.metadata.name} failed with exit code 42 matching FailJob rule at index 0`
  assert.ok((await told(cluster)).includes(`FailureTarget PodFailurePolicy: ${why}`))
  assert.ok((await told(cluster)).includes(`Failed PodFailurePolicy: ${why}`))
})

test('KEP-3850: each index has its own limit, and the job ends when every index has', async () => {
  await using cluster = await start()
  await cluster.create(Jobs, indexed({ backoffLimitPerIndex: 1 }))
  await cluster.settle()
  assert.equal((await living(cluster, 1)).metadata.annotations?.['batch.kubernetes.io/job-index-failure-count'], '0')
  await end(cluster, await living(cluster, 0), 0)
  await end(cluster, await living(cluster, 1), 1)
  assert.equal((await status(cluster)).active, 1)
  await cluster.pass(10_100)
  const second = await living(cluster, 1)
  assert.equal(second.metadata.annotations?.['batch.kubernetes.io/job-index-failure-count'], '1')
  assert.deepEqual([(await status(cluster)).failed, (await status(cluster)).failedIndexes], [1, ''])
  await end(cluster, second, 1)
  assert.deepEqual([(await status(cluster)).failedIndexes, (await status(cluster)).completedIndexes, (await status(cluster)).active], ['1', '0', 1])
  assert.deepEqual(await told(cluster), [])
  await end(cluster, await living(cluster, 2), 0)
  await cluster.pass(1_000)
  assert.deepEqual(await told(cluster), ['FailureTarget FailedIndexes: Job has failed indexes', 'Failed FailedIndexes: Job has failed indexes'])
  assert.deepEqual([(await status(cluster)).failed, (await status(cluster)).succeeded], [2, 2])
})

test('KEP-3850: an index that the policy fails is not tried again; too many failed indexes fail the job', async () => {
  await using cluster = await start()
  const rules = [{ action: 'FailIndex', onExitCodes: { operator: 'In', values: [7] } }]
  await cluster.create(Jobs, indexed({ backoffLimitPerIndex: 5, maxFailedIndexes: 1, podFailurePolicy: { rules } }))
  await cluster.settle()
  await end(cluster, await living(cluster, 0), 7)
  await cluster.pass(60_000)
  assert.deepEqual([(await status(cluster)).failedIndexes, (await status(cluster)).active], ['0', 2])
  await end(cluster, await living(cluster, 2), 7)
  await cluster.pass(60_000)
  assert.ok((await told(cluster)).includes('Failed MaxFailedIndexesExceeded: Job has exceeded the specified maximal number of failed indexes'))
})

test('KEP-3998: a job has succeeded when its policy says so, and lets the rest go', async () => {
  await using cluster = await start()
  await cluster.create(Jobs, indexed({ successPolicy: { rules: [{ succeededIndexes: '0,2', succeededCount: 1 }] } }))
  await cluster.settle()
  await end(cluster, await living(cluster, 1), 0)
  assert.deepEqual(await told(cluster), [])
  await end(cluster, await living(cluster, 2), 0)
  await cluster.pass(60_000)
  assert.deepEqual(await told(cluster), ['SuccessCriteriaMet SuccessPolicy: Matched rules at index 0', 'Complete SuccessPolicy: Matched rules at index 0'])
  assert.equal((await status(cluster)).completedIndexes, '1,2')
})
