import assert from 'node:assert/strict'
import { test } from 'node:test'
import { measureChecks } from '../apiserver/health-metrics.ts'
import type { Exchange } from '../apiserver/exchange.ts'
import { realFiles } from '../host/files.ts'
import { createMetrics } from '../machinery/metrics.ts'
import { processMetrics } from './process-metrics.ts'

test('the process tells of itself as Go programs do', async () => {
  const metrics = createMetrics()
  const process_ = processMetrics(metrics, realFiles, '/proc/self/exe')
  assert.ok(!metrics.text().includes('process_cpu_seconds_total '))
  await process_.refresh()
  const text = metrics.text()
  const value = (name: string): number => Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(text)?.[1])
  const { rss } = process.memoryUsage()
  assert.ok(Math.abs(value('process_resident_memory_bytes') - rss) < rss / 2)
  assert.ok(Math.abs(value('process_start_time_seconds') - (Date.now() / 1000 - process.uptime())) < 5)
  for (const name of ['process_cpu_seconds_total', 'process_open_fds', 'process_max_fds', 'process_virtual_memory_bytes', 'process_network_receive_bytes_total', 'apiserver_storage_size_bytes']) assert.ok(value(name) >= 0, name)
  assert.match(text, /# TYPE process_cpu_seconds_total counter/)
  assert.match(text, /kubernetes_build_info\{build_date=".*",git_version="v1\.36\..*major="1",minor="36".*\} 1/)
})

test('health checks are told for service level indicators: what each found last, and how often', async () => {
  let well = true
  const { checks, path } = measureChecks([{ name: 'ping', of: ['livez', 'readyz'], check: () => true }, { name: 'kms-providers', of: ['readyz'], check: () => { if (!well) throw new Error('no'); return true } }])
  const ask = async (): Promise<string> => {
    let sent = ''
    await path({ path: '/metrics/slis', send: (_status: number, _type: string, [body]: Uint8Array[]) => { sent = Buffer.from(body!).toString() } } as unknown as Exchange)
    return sent
  }
  for (const each of checks) await each.check()
  well = false
  await assert.rejects(async () => checks[1]!.check())
  const text = await ask()
  assert.match(text, /kubernetes_healthcheck\{name="kms-providers",type="readyz"\} 0/)
  assert.match(text, /kubernetes_healthcheck\{name="ping",type="livez"\} 1/)
  assert.match(text, /kubernetes_healthchecks_total\{name="kms-providers",status="error",type="readyz"\} 2/)
  assert.equal(await path({ path: '/metrics' } as Exchange), false)
})
