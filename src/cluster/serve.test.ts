import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { realHost } from '../host/host.ts'
import { systemClock } from '../machinery/clock.ts'
import { followInstance, type Report } from './claim.ts'
import type { StartComponent } from './component.ts'
import { layoutOf } from './layout.ts'
import { readOptions } from './options.ts'
import type { Part } from './parts.ts'
import { serve } from './serve.ts'
import type { ClusterState } from './state.ts'

const skip = process.getuid?.() === 0 ? false : 'needs root for /run'
const host = realHost()

let serial = 0

const part = (name: Part['name'], start: StartComponent): Part => ({ name, load: async () => start })
const idle: StartComponent = () => ({ ready: Promise.resolve(), stop: async () => {} })

async function freePort(): Promise<string> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '0.0.0.0', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return String(port)
}

async function bench(context: TestContext, flags: Record<string, string> = {}) {
  const instance = `s${process.pid % 100000}-${serial++}`
  const dataDir = mkdtempSync(join(tmpdir(), 'k8ts-serve-'))
  const [port, kubeletPort] = [await freePort(), await freePort()]
  const options = readOptions({ instance, dataDir, port, kubeletPort, ...flags })
  const layout = layoutOf(options)
  context.after(() => { for (const path of [dataDir, layout.runDir]) rmSync(path, { recursive: true, force: true }) })
  const reports: Report[] = []
  const stop = new AbortController()
  const start = (...parts: readonly Part[]): Promise<void> =>
    serve({ host, clock: systemClock, options, parts, report: report => reports.push(report), stopped: stop.signal, logFile: layout.daemonLog })
  const state = (): ClusterState => JSON.parse(readFileSync(layout.stateFile, 'utf8'))
  const until = async (type: Report['type']): Promise<void> => {
    while (!reports.some(report => report.type === type)) await new Promise(resolve => setImmediate(resolve))
  }
  return { instance, options, layout, reports, stop, start, state, until }
}

test('a server starts its parts in order, says so in state.json, and stops them in reverse', { skip }, async context => {
  const { start, stop, state, until, layout, reports } = await bench(context)
  const done: string[] = []
  const noting = (name: string): StartComponent => ({ recordPort, recordProcess, progress, pki, options }) => {
    done.push(`start ${name}`)
    recordPort(name, options.port)
    recordProcess('self', process.pid)
    progress(`${name} is there`)
    assert.ok(existsSync(pki.certificate('apiserver')))
    return { ready: Promise.resolve(), stop: async () => void done.push(`stop ${name}`) }
  }
  const served = start(part('control-plane', noting('control-plane')), part('node', noting('node')))
  await until('ready')
  while (state().processes.length < 2) await new Promise(resolve => setImmediate(resolve))
  assert.equal(state().phase, 'ready')
  assert.deepEqual(Object.keys(state().ports), ['control-plane', 'node'])
  assert.ok(existsSync(layout.adminKubeconfig))
  for (const directory of [layout.storageDir, layout.pkiDir, layout.logDir]) assert.equal(statSync(directory).mode & 0o077, 0, directory)
  stop.abort()
  await served
  assert.equal(state().phase, 'stopped')
  assert.deepEqual(done, ['start control-plane', 'start node', 'stop node', 'stop control-plane'])
  assert.ok(reports.some(report => report.type === 'progress' && report.message === 'node is there'))
})

test('an instance runs once; who comes late still hears everything from the start', { skip }, async context => {
  const { instance, start, stop, until } = await bench(context)
  const served = start(part('control-plane', idle), part('node', idle))
  await until('ready')
  await assert.rejects(start(part('control-plane', idle), part('node', idle)), /runs already: see "k8ts status", or choose another --instance/)
  const heard: Report[] = []
  for await (const report of (await followInstance(instance))!) heard.push(report)
  assert.equal(heard.at(-1)?.type, 'ready')
  assert.ok(heard.length > 1)
  stop.abort()
  await served
  assert.equal(await followInstance(instance), undefined)
})

test('a part that cannot start fails the server, and the others are stopped', { skip }, async context => {
  const { start, state, reports } = await bench(context)
  let stopped = false
  const first: StartComponent = () => ({ ready: Promise.resolve(), stop: async () => { stopped = true } })
  const second: StartComponent = () => ({ ready: Promise.reject(new Error('no room')), stop: async () => {} })
  await assert.rejects(start(part('control-plane', first), part('node', second)), /no room/)
  assert.ok(stopped)
  assert.deepEqual([state().phase, state().reason], ['failed', 'no room'])
  assert.deepEqual(reports.at(-1), { type: 'failed', message: 'no room' })
})

test('a part that gives up later ends the server', { skip }, async context => {
  const { start, state, until } = await bench(context)
  let fail = (_error: unknown): void => {}
  const part_: StartComponent = given => {
    fail = given.fail
    return { ready: Promise.resolve(), stop: async () => {} }
  }
  const served = start(part('control-plane', part_), part('node', idle))
  await until('ready')
  fail(new Error('the disk is full'))
  await assert.rejects(served, /the disk is full/)
  assert.equal(state().phase, 'failed')
})

test('a stop while starting is an orderly end', { skip }, async context => {
  const { start, stop, state } = await bench(context)
  const never: StartComponent = () => ({ ready: new Promise(() => {}), stop: async () => {} })
  const served = start(part('control-plane', never), part('node', never))
  setImmediate(() => stop.abort())
  await served
  assert.equal(state().phase, 'stopped')
})

test('components that start at the same moment share one authority', { skip }, async context => {
  const { start, stop, layout } = await bench(context)
  const authorities: string[] = []
  const noting: StartComponent = ({ pki }) => {
    authorities.push(readFileSync(pki.certificate('ca'), 'utf8'))
    if (authorities.length === 3) stop.abort()
    return { ready: Promise.resolve(), stop: async () => {} }
  }
  await Promise.all((['apiserver', 'kubelet', 'proxy'] as const).map(name => start(part(name, noting))))
  assert.equal(new Set(authorities).size, 1)
  assert.ok(existsSync(join(layout.dataDir, 'state-kubelet.json')))
})

test('a port that is taken is named together with who has it', { skip }, async context => {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '0.0.0.0', resolve))
  context.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const { start } = await bench(context, { port: String(port) })
  await assert.rejects(start(part('control-plane', idle), part('node', idle)), new RegExp(`port ${port} is taken by .*node.* \\(pid ${process.pid}\\): stop that, or choose another with --port`))
})

test('a run that was cut off is noticed', { skip }, async context => {
  const { start, stop, state, until, layout, reports } = await bench(context)
  const served = start(part('control-plane', idle), part('node', idle))
  await until('ready')
  const cutOff = state()
  stop.abort()
  await served
  await host.files.write(layout.stateFile, JSON.stringify(cutOff))
  reports.length = 0
  const again = serve({ host, clock: systemClock, options: readOptions({ instance: cutOff.instance, dataDir: layout.dataDir, port: String(new URL(cutOff.server).port), kubeletPort: await freePort() }),
    parts: [part('control-plane', idle), part('node', idle)], report: report => reports.push(report), stopped: AbortSignal.timeout(500), logFile: layout.daemonLog })
  await again
  assert.ok(reports.some(report => report.type === 'progress' && /cut off/.test(report.message)))
})
