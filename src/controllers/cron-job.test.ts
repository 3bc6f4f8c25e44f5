import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CronJobs, type CronJob } from '../api/batch/cron-job.ts'
import { Jobs, type Job } from '../api/batch/job.ts'
import { Events } from '../api/core/event.ts'
import { timestamp } from '../machinery/clock.ts'
import type { Draft } from '../machinery/schema/schema.ts'
import { container } from '../testing/builders.ts'
import { testCluster, type TestCluster } from '../testing/test-cluster.ts'
import { cronJobController } from './cron-job.ts'
import { garbageCollector } from './garbage-collector.ts'

const MINUTE = 60_000
const start = () => testCluster({ controllers: [cronJobController, garbageCollector] })
const cronJob = (spec: object = {}): Draft<CronJob> => ({
  metadata: { name: 'tick', namespace: 'default' },
  spec: { schedule: '*/5 * * * *', jobTemplate: { metadata: { labels: { run: 'tick' } }, spec: { template: { spec: { restartPolicy: 'Never', containers: [container()] } } } }, ...spec },
} as Draft<CronJob>)
const names = async (cluster: TestCluster): Promise<string[]> => (await cluster.list(Jobs)).map(({ metadata }) => metadata.name).sort()
const reasons = async (cluster: TestCluster): Promise<string[]> => (await cluster.list(Events)).map(({ reason, message }) => `${reason}: ${message}`)
async function finish(cluster: TestCluster, name: string): Promise<void> {
  const now = timestamp(cluster.clock.now())
  await cluster.editStatus(Jobs, name, (job: Job) => ({
    ...job,
    status: {
      ...job.status, startTime: now, completionTime: now, succeeded: 1,
      conditions: [{ type: 'SuccessCriteriaMet', status: 'True', lastTransitionTime: now }, { type: 'Complete', status: 'True', lastTransitionTime: now }],
    } as Job['status'],
  }))
  await cluster.settle()
}
// 2026-01-01T00:05Z in minutes.
const FIRST = Date.UTC(2026, 0, 1, 0, 5) / MINUTE

test('a cron job starts jobs at its times, follows them, and keeps a history', async () => {
  await using cluster = await start()
  await cluster.create(CronJobs, cronJob({ successfulJobsHistoryLimit: 2, timeZone: 'Europe/Berlin' }))
  await cluster.pass(4 * MINUTE)
  assert.deepEqual(await names(cluster), [])
  for (let round = 0; round < 4; round++) {
    await cluster.pass(round === 0 ? MINUTE + 1000 : 5 * MINUTE)
    await finish(cluster, `tick-${FIRST + 5 * round}`)
  }
  assert.deepEqual(await names(cluster), [`tick-${FIRST + 10}`, `tick-${FIRST + 15}`])
  const job = await cluster.get(Jobs, `tick-${FIRST + 15}`)
  assert.deepEqual(job.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp'], '2026-01-01T01:20:00+01:00')
  assert.deepEqual(job.metadata.labels?.['run'], 'tick')
  assert.deepEqual(job.metadata.ownerReferences?.map(({ kind, name, controller }) => [kind, name, controller]), [['CronJob', 'tick', true]])
  const { status } = await cluster.get(CronJobs, 'tick')
  assert.deepEqual([status.active, status.lastScheduleTime, status.lastSuccessfulTime], [undefined, '2026-01-01T00:20:00Z', '2026-01-01T00:20:01Z'])
  const told = await reasons(cluster)
  for (const line of [`SuccessfulCreate: Created job tick-${FIRST}`, `SawCompletedJob: Saw completed job: tick-${FIRST}, condition: Complete`, `SuccessfulDelete: Deleted job tick-${FIRST}`]) assert.ok(told.includes(line), line)
})

test('what happens while a job still runs is the policy\'s: allow, forbid, replace', async () => {
  for (const [concurrencyPolicy, expected, active] of [['Allow', [FIRST, FIRST + 5], 2], ['Forbid', [FIRST], 1], ['Replace', [FIRST + 5], 1]] as const) {
    await using cluster = await start()
    await cluster.create(CronJobs, cronJob({ concurrencyPolicy }))
    await cluster.pass(11 * MINUTE)
    assert.deepEqual(await names(cluster), expected.map(minute => `tick-${minute}`), concurrencyPolicy)
    assert.equal((await cluster.get(CronJobs, 'tick')).status.active?.length, active)
    if (concurrencyPolicy !== 'Forbid') continue
    assert.ok((await reasons(cluster)).some(line => line.startsWith('JobAlreadyActive')))
    // The time that was passed over is made up for as soon as the way is free.
    await finish(cluster, `tick-${FIRST}`)
    assert.deepEqual(await names(cluster), [`tick-${FIRST}`, `tick-${FIRST + 5}`])
  }
})

test('a suspended cron job starts nothing; what was missed is made up for once, unless it is too late', async () => {
  for (const [spec, expected] of [[{}, 1], [{ startingDeadlineSeconds: 60 }, 0]] as const) {
    await using cluster = await start()
    await cluster.create(CronJobs, cronJob({ suspend: true, ...spec }))
    await cluster.pass(3 * 60 * MINUTE + 3 * MINUTE)
    assert.deepEqual(await names(cluster), [])
    await cluster.edit(CronJobs, 'tick', object => ({ ...object, spec: { ...object.spec, suspend: false } }))
    await cluster.settle()
    assert.equal((await names(cluster)).length, expected)
  }
})

test('an active job that disappears is struck out', async () => {
  await using cluster = await start()
  await cluster.create(CronJobs, cronJob())
  await cluster.pass(6 * MINUTE)
  await cluster.delete(Jobs, `tick-${FIRST}`)
  await cluster.settle()
  assert.equal((await cluster.get(CronJobs, 'tick')).status.active, undefined)
  assert.ok((await reasons(cluster)).includes(`MissingJob: Active job went missing: tick-${FIRST}`))
})
