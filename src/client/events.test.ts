import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Events } from '../api/core/event.ts'
import { ConfigMaps } from '../api/core/config-map.ts'
import { silentLog } from '../machinery/log.ts'
import { testCluster } from '../testing/test-cluster.ts'
import { eventRecorder } from './events.ts'

async function start() {
  const cluster = await testCluster()
  const about = await cluster.create(ConfigMaps, { metadata: { name: 'a', namespace: 'default' } })
  const recorder = eventRecorder({ client: cluster.client, clock: cluster.clock, log: silentLog, component: 'tester', host: 'n1' })
  const told = async () => (await cluster.list(Events, 'default')).map(({ count, message, type, reason }) => `${count} ${type} ${reason} ${message}`)
  return { cluster, about, recorder, told }
}

test('equal events are counted, and name who told them about what', async () => {
  const { cluster, about, recorder, told } = await start()
  await using _ = cluster
  for (let times = 0; times < 3; times++) {
    recorder.event(about, 'Normal', 'Pulled', 'it is here')
    cluster.clock.advance(1_000)
  }
  recorder.event(about, 'Normal', 'Pulled', 'another')
  await recorder.flush()
  assert.deepEqual(await told(), ['3 Normal Pulled it is here', '1 Normal Pulled another'])
  const [event] = await cluster.list(Events, 'default')
  assert.deepEqual(event!.source, { component: 'tester', host: 'n1' })
  assert.deepEqual([event!.firstTimestamp, event!.lastTimestamp], ['2026-01-01T00:00:00Z', '2026-01-01T00:00:02Z'])
  assert.deepEqual([event!.involvedObject.kind, event!.involvedObject.uid], ['ConfigMap', about.metadata.uid])
})

test('many similar events become one, and a flood is cut off', async () => {
  const { cluster, about, recorder, told } = await start()
  await using _ = cluster
  for (let index = 0; index < 40; index++) recorder.event(about, 'Warning', 'Failed', `attempt ${index}`)
  await recorder.flush()
  const lines = await told()
  assert.equal(lines.length, 11)
  assert.equal(lines.at(-1), '15 Warning Failed (combined from similar events): attempt 24')
  cluster.clock.advance(600_000)
  recorder.event(about, 'Warning', 'Failed', 'much later')
  await recorder.flush()
  assert.ok((await told()).some(line => line.endsWith('much later')))
})

test('an event that was deleted is told anew with its count; one that cannot be written harms nobody', async () => {
  const { cluster, about, recorder, told } = await start()
  await using _ = cluster
  recorder.event(about, 'Normal', 'Seen', 'once')
  await recorder.flush()
  await cluster.delete(Events, (await cluster.list(Events, 'default'))[0]!.metadata.name)
  recorder.event(about, 'Normal', 'Seen', 'once')
  recorder.event({ kind: 'Pod', name: 'x', namespace: 'nowhere' }, 'Normal', 'Seen', 'in no namespace')
  await recorder.flush()
  assert.deepEqual(await told(), ['2 Normal Seen once'])
})
