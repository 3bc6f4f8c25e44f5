import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { realCgroups, weightOfShares, writesV1, writesV2 } from './cgroup.ts'
import { memoryHost } from './host.ts'
import { callHttp, serveHttp, upgradeHttp } from './http.ts'
import { asText, openLog } from './log.ts'
import { parseMountInfo, realMounts } from './mount.ts'
import { primaryAddress, realNetwork, type NetworkInterface, type Route } from './network.ts'
import { realProcesses } from './process.ts'
import { connectTcp, listenTcp, openUdp, splice } from './sockets.ts'

const root = process.getuid?.() === 0
const needsRoot = { skip: root ? false : 'needs root' }

test('mountinfo is read with its optional fields and octal blanks', () => {
  assert.deepEqual(parseMountInfo('36 35 98:0 /mnt1 /mnt/a\\040b rw,noatime master:1 shared:2 - ext4 /dev/root rw,errors=continue\n25 1 0:5 / /dev rw - devtmpfs none rw\n'), [
    { root: '/mnt1', target: '/mnt/a b', options: ['rw', 'noatime'], propagation: ['master:1', 'shared:2'], type: 'ext4', source: '/dev/root' },
    { root: '/', target: '/dev', options: ['rw'], propagation: [], type: 'devtmpfs', source: 'none' },
  ])
})

test('mounts are made, seen, and taken away with what is below them', needsRoot, async () => {
  const mounts = realMounts(realProcesses)
  const directory = await mkdtemp('/tmp/k8ts-mount-')
  await mounts.mount({ source: 'tmpfs', target: directory, type: 'tmpfs', options: ['size=1m'] })
  await mounts.mount({ source: 'tmpfs', target: directory, type: 'tmpfs' })
  assert.equal(await mounts.isMounted(directory), true)
  await assert.rejects(mounts.mount({ source: 'none', target: `${directory}/missing`, type: 'tmpfs' }), /mount exited with code/)
  await mounts.unmountBelow(directory)
  assert.equal(await mounts.isMounted(directory), false)
  await mounts.unmount(directory)
  await rm(directory, { recursive: true })
})

test('limits are written as each version of cgroups wants them', () => {
  const limits = { cpuShares: 512, cpuQuotaMicros: 50_000, cpuPeriodMicros: 100_000, memoryBytes: 1 << 20, pids: -1 }
  assert.deepEqual(writesV1(limits).map(([, file, value]) => `${file}=${value}`), [
    'cpu.shares=512', 'cpu.cfs_period_us=100000', 'cpu.cfs_quota_us=50000', 'memory.limit_in_bytes=1048576', 'pids.max=max',
  ])
  assert.deepEqual(writesV2({ ...limits, memoryBytes: -1 }).map(([, file, value]) => `${file}=${value}`), ['cpu.weight=20', 'cpu.max=50000 100000', 'memory.max=max', 'pids.max=max'])
  assert.deepEqual([2, 1024, 262144].map(weightOfShares), [1, 39, 10000])
})

test('a group is made with limits, counts, and is removed', needsRoot, async () => {
  const cgroups = realCgroups()
  if ((await cgroups.layout()) === 'none') return
  const path = `/k8ts-unit-${process.pid}`
  try {
    await cgroups.create(`${path}/child`, { cpuShares: 512, memoryBytes: 64 << 20, pids: 10 })
    assert.deepEqual(await cgroups.children(path), ['child'])
    assert.deepEqual(await cgroups.processes(path), [])
    assert.equal((await cgroups.usage(`${path}/child`))?.pids, 0)
  } finally {
    await cgroups.remove(path)
  }
  assert.equal(await cgroups.usage(path), undefined)
  await cgroups.remove(path)
})

test('interfaces, settings and nft work on the real machine', needsRoot, async () => {
  const network = realNetwork(realProcesses)
  const loopback = (await network.interfaces()).find(({ name }) => name === 'lo')
  assert.ok(loopback?.addresses.some(({ address, prefixLength }) => address === '127.0.0.1' && prefixLength === 8))
  assert.match(await network.readSetting('net.ipv4.ip_forward'), /^[01]$/)
  await network.deleteInterface('k8tsnone0')
  const table = `k8ts-unit-${process.pid}`
  await network.nft(`add table ip ${table}\nadd chain ip ${table} c\n`)
  assert.match(await network.nftPrint(`list table ip ${table}`), /chain c/)
  await network.nft(`delete table ip ${table}\n`)
  await assert.rejects(network.nft('nonsense'), /nft exited with code 1: .*syntax error/s)
})

test('the address of the default route is the primary one', async () => {
  const card = (name: string, address: string): NetworkInterface =>
    ({ name, index: 1, up: true, mtu: 1500, mac: '', kind: '', addresses: [{ family: 4, address, prefixLength: 24, scope: 'global' }] })
  const route = (device: string, metric: number): Route => ({ destination: 'default', device, metric })
  const ask = (interfaces: NetworkInterface[], routes: Route[]) => primaryAddress({ ...memoryHost().network, interfaces: async () => interfaces, routes: async () => routes })
  const cards = [card('eth0', '10.0.0.5'), card('eth1', '192.168.1.5')]
  assert.equal(await ask(cards, [route('eth0', 200), route('eth1', 100)]), '192.168.1.5')
  assert.equal(await ask(cards, []), '10.0.0.5')
  assert.equal(await ask([], []), undefined)
})

describe('sockets', () => {
  test('TCP: accepted, refused, too slow', async () => {
    const listener = await listenTcp({ address: '127.0.0.1', port: 0 }, connection => connection.pipe(connection))
    const connection = await connectTcp({ address: '127.0.0.1', port: listener.port }, { timeoutMs: 1000 })
    connection.write('ping')
    assert.equal(String((await once(connection))), 'ping')
    await assert.rejects(listenTcp({ address: '127.0.0.1', port: listener.port }, () => {}), { code: 'EADDRINUSE' })
    await listener.close()
    await assert.rejects(connectTcp({ address: '127.0.0.1', port: listener.port }), { code: 'ECONNREFUSED' })
  })

  test('splice copies both ways and ends both', async () => {
    const open = { halfOpen: true }
    const here = { address: '127.0.0.1', port: 0 }
    const echo = await listenTcp(here, connection => connection.pipe(connection), open)
    const relay = await listenTcp(here, connection => void connectTcp({ ...here, port: echo.port }, open).then(other => splice(connection, other)), open)
    const client = await connectTcp({ address: '127.0.0.1', port: relay.port })
    client.end('through')
    assert.equal(String(await once(client)), 'through')
    await Promise.all([echo.close(), relay.close()])
  })

  test('UDP: a datagram there and back', async () => {
    const server = await openUdp({ address: '127.0.0.1', port: 0 }, (message, from) => void server.send(message, from))
    const answer = Promise.withResolvers<Uint8Array>()
    const client = await openUdp({ address: '127.0.0.1', port: 0 }, message => answer.resolve(message))
    await client.send(Buffer.from('hello'), server)
    assert.equal(Buffer.from(await answer.promise).toString(), 'hello')
    await Promise.all([server.close(), client.close()])
  })
})

const once = (stream: NodeJS.ReadableStream): Promise<Buffer> => new Promise((resolve, reject) => { stream.once('data', resolve); stream.once('error', reject) })

test('HTTP: answers, limits, time-outs, upgrades, over TCP and unix sockets', async () => {
  const directory = await mkdtemp('/tmp/k8ts-http-')
  const handler = (request: { url?: string }, response: { end(text?: string): unknown; statusCode: number }): void => {
    if (request.url === '/never') return
    response.statusCode = request.url === '/missing' ? 404 : 200
    response.end('body')
  }
  const server = await serveHttp({ handler: handler as never, onUpgrade: (_request, socket) => void socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\nhi') })
  const url = `http://127.0.0.1:${server.port}`
  assert.equal(await (await callHttp(url)).text(), 'body')
  assert.equal((await callHttp(`${url}/missing`)).status, 404)
  await assert.rejects((await callHttp(url)).text(2), /longer than 2 bytes/)
  await assert.rejects(callHttp(`${url}/never`, { timeoutMs: 50 }), { code: 'ETIMEDOUT' })
  const upgraded = await upgradeHttp(url, { headers: { Connection: 'Upgrade', Upgrade: 'test' } })
  assert.equal(upgraded.status, 101)
  upgraded.socket?.destroy()
  await server.close()
  await assert.rejects(callHttp(url), { code: 'ECONNREFUSED' })

  const local = await serveHttp({ path: `${directory}/s`, handler: handler as never })
  assert.equal((await callHttp('http://localhost/missing', { socketPath: `${directory}/s` })).status, 404)
  const refused = await upgradeHttp('http://localhost/', { socketPath: `${directory}/s`, headers: { Connection: 'Upgrade', Upgrade: 'test' } })
  assert.deepEqual([refused.status, refused.body], [200, 'body'])
  await local.close()
  await rm(directory, { recursive: true })
})

test('the log writes a line at once, for people or for machines', async () => {
  const directory = await mkdtemp('/tmp/k8ts-log-')
  const log = openLog({ format: 'json', file: `${directory}/log`, level: 'info' }).with({ component: 'kubelet' })
  log.debug('not said')
  log.warn('a pod is late', { pod: 'default/web', error: new Error('why') })
  const line = JSON.parse(await readFile(`${directory}/log`, 'utf8')) as Record<string, unknown>
  assert.deepEqual([line['level'], line['msg'], line['component'], line['pod'], (line['error'] as Error).message], [40, 'a pod is late', 'kubelet', 'default/web', 'why'])
  assert.equal(asText(JSON.stringify({ ...line, time: 0 })), '1970-01-01T00:00:00.000Z WARN  kubelet: a pod is late pod=default/web error=why\n')
  await rm(directory, { recursive: true })
})
