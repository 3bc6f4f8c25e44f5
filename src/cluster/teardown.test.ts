import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { realHost } from '../host/host.ts'
import { systemClock } from '../machinery/clock.ts'
import { silentLog } from '../machinery/log.ts'
import { layoutOf } from './layout.ts'
import { readOptions } from './options.ts'
import { claimHolders, purge, tearDown } from './teardown.ts'

const skip = process.getuid?.() === 0 ? false : 'needs root'
const host = realHost()
let serial = 0

function bench(context: TestContext) {
  const instance = `d${process.pid % 100000}-${serial++}`
  const dataDir = mkdtempSync(join(tmpdir(), 'k8ts-down-'))
  const layout = layoutOf(readOptions({ instance, dataDir }))
  context.after(() => { for (const path of [dataDir, layout.runDir]) rmSync(path, { recursive: true, force: true }) })
  const said: string[] = []
  const down = (graceMs = 2000): Promise<void> => tearDown({ host, clock: systemClock, log: silentLog, instance, layout, graceMs, progress: text => said.push(text) })
  return { instance, layout, said, down }
}

const hasEnded = (child: ChildProcess): Promise<string> => new Promise(resolve => child.once('exit', (code, signal) => resolve(signal ?? String(code))))

/** A process in the cluster's cgroup, as a container whose shim is gone. */
async function orphan(context: TestContext, cgroup: string, script: string): Promise<{ child: ChildProcess; ended: Promise<string> }> {
  await host.cgroups.create(cgroup)
  const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = hasEnded(child)
  context.after(() => child.kill('SIGKILL'))
  await new Promise(resolve => child.stdout!.once('data', resolve))
  const mounts = (await host.mounts.list()).filter(({ type }) => type === 'cgroup' || type === 'cgroup2')
  for (const { target } of mounts) if (existsSync(`${target}${cgroup}/cgroup.procs`)) writeFileSync(`${target}${cgroup}/cgroup.procs`, String(child.pid))
  return { child, ended }
}

test('everything that a cluster leaves behind is taken away', { skip }, async context => {
  const { layout, down } = bench(context)
  const { ended } = await orphan(context, `${layout.cgroup}/pods/one`, 'echo; while :; do sleep 0.05; done')
  await host.network.ip('link', 'add', layout.cni.bridge, 'type', 'bridge')
  await host.network.nft(`add table ip ${layout.nftTable}\nadd table inet ${layout.nftTable}\nadd table ip ${layout.nftTable}-other\n`)
  context.after(() => host.network.nft(`add table ip ${layout.nftTable}-other\ndelete table ip ${layout.nftTable}-other\n`))
  const volume = `${layout.kubeletDir}/pods/uid/volumes/x`
  mkdirSync(volume, { recursive: true })
  await host.mounts.mount({ source: 'tmpfs', target: volume, type: 'tmpfs' })
  mkdirSync(layout.cni.leases, { recursive: true })

  await down()
  assert.equal(await ended, 'SIGKILL')
  assert.equal((await host.network.interfaces()).some(({ name }) => name === layout.cni.bridge), false)
  const tables = await host.network.nftPrint('list tables')
  assert.doesNotMatch(tables, new RegExp(`${layout.nftTable}$`, 'm'))
  assert.match(tables, new RegExp(`${layout.nftTable}-other$`, 'm'))
  assert.equal(await host.mounts.isMounted(volume), false)
  assert.deepEqual(await host.cgroups.children(layout.cgroup), [])
  assert.equal(existsSync(layout.runDir), false)
  await down()
})

test('a container that handles SIGTERM may end by itself', { skip }, async context => {
  const { layout, down } = bench(context)
  const { ended } = await orphan(context, `${layout.cgroup}/pods/two`, "trap 'exit 7' TERM; echo; while :; do sleep 0.05; done")
  await down(10_000)
  assert.equal(await ended, '7')
})

test('the server is found by its claim, with no state.json at all, and killed when it will not stop', { skip, timeout: 60_000 }, async context => {
  const { instance, down, said } = bench(context)
  const script = `process.on('SIGTERM', () => process.exit(3)); require('net').createServer().listen('\\0k8ts/${instance}', () => console.log('up'))`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  context.after(() => child.kill('SIGKILL'))
  const ended = hasEnded(child)
  await new Promise(resolve => child.stdout!.once('data', resolve))
  assert.deepEqual((await claimHolders(host, instance)).map(({ pid }) => pid), [child.pid])
  assert.deepEqual(await claimHolders(host, instance.slice(0, -1)), [])
  await down()
  assert.equal(await ended, '3')
  assert.deepEqual(said, ['stopping the control plane and the node agent'])
})

test('purge removes a data folder of ours and nothing else', { skip }, async context => {
  const { instance, layout } = bench(context)
  writeFileSync(join(layout.dataDir, 'precious'), '')
  await assert.rejects(purge(host, instance, layout), /is not the data folder of/)
  assert.ok(existsSync(join(layout.dataDir, 'precious')))
  writeFileSync(layout.stateFile, JSON.stringify({ instance: 'another' }))
  await assert.rejects(purge(host, instance, layout), /is not the data folder of/)
  writeFileSync(layout.stateFile, JSON.stringify({ instance }))
  await purge(host, instance, layout)
  assert.equal(existsSync(layout.dataDir), false)
  await purge(host, instance, layout)
  mkdirSync(layout.logDir, { recursive: true })
  await purge(host, instance, layout)
  assert.equal(existsSync(layout.dataDir), false)
})
