import assert from 'node:assert/strict'
import { Resolver } from 'node:dns/promises'
import { test } from 'node:test'
import type { Service } from '../api/core/service.ts'
import { systemClock } from '../machinery/clock.ts'
import { silentLog } from '../machinery/log.ts'
import { nameServers } from './forward.ts'
import type { DnsData } from './records.ts'
import { startDnsServer } from './server.ts'

const service = { metadata: { name: 'web', namespace: 'default' }, spec: { clusterIP: '10.43.0.9', clusterIPs: ['10.43.0.9'], ports: [{ name: 'http', port: 80, protocol: 'TCP' }] } } as unknown as Service
const many = { metadata: { name: 'many', namespace: 'default' }, spec: { clusterIP: '1', clusterIPs: Array.from({ length: 60 }, (_, index) => `10.43.1.${index}`), ports: [] } } as unknown as Service
const data = (zone: string): DnsData => ({
  zone, service: (_namespace, name) => ({ web: service, many })[name], endpointSlices: () => [], namespaceExists: () => true, serviceOfIp: () => undefined, endpointNames: () => [],
})
const start = (zone: string, forwarders: { address: string; port: number }[] = []) =>
  startDnsServer({ listen: { address: '127.0.0.1', port: 0 }, data: data(zone), forwarders, clock: systemClock, log: silentLog })
const resolver = (port: number): Resolver => {
  const resolver = new Resolver({ timeout: 2000, tries: 1 })
  resolver.setServers([`127.0.0.1:${port}`])
  return resolver
}

test('the server answers over UDP, and over TCP what is too long for it', async () => {
  await using stack = new AsyncDisposableStack()
  const server = await start('cluster.local')
  stack.defer(() => server.stop())
  const dns = resolver(server.port)
  assert.deepEqual(await dns.resolve4('web.default.svc.cluster.local'), ['10.43.0.9'])
  assert.equal((await dns.resolve4('many.default.svc.cluster.local')).length, 60)
  assert.deepEqual((await dns.resolveSrv('_http._tcp.web.default.svc.cluster.local')).map(({ port }) => port), [80])
  await assert.rejects(dns.resolve4('gone.default.svc.cluster.local'), { code: 'ENOTFOUND' })
})

test('names of other zones are forwarded; nobody to ask is a failure and not a silence', async () => {
  await using stack = new AsyncDisposableStack()
  const world = await start('example.org')
  stack.defer(() => world.stop())
  const server = await start('cluster.local', [{ address: '127.0.0.1', port: world.port }])
  stack.defer(() => server.stop())
  const alone = await start('cluster.local')
  stack.defer(() => alone.stop())
  assert.deepEqual(await resolver(server.port).resolve4('web.default.svc.example.org'), ['10.43.0.9'])
  await assert.rejects(resolver(alone.port).resolve4('web.default.svc.example.org'), { code: 'ESERVFAIL' })
})

test('the name servers are those of resolv.conf, but never ourselves', () => {
  assert.deepEqual(nameServers('# x\nnameserver 10.43.0.10\nnameserver 9.9.9.9\nsearch a b\n', ['10.43.0.10']), [{ address: '9.9.9.9', port: 53 }])
})
