import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Namespaces } from '../api/core/namespace.ts'
import { Services, type Service } from '../api/core/service.ts'
import { resources } from '../api/index.ts'
import { IPAddresses } from '../api/networking/ip-address.ts'
import { ServiceCIDRs } from '../api/networking/service-cidr.ts'
import type { ApiRequest } from '../api/request.ts'
import type { KubeList, KubeObject } from '../api/resource.ts'
import { systemClock } from '../machinery/clock.ts'
import { silentLog } from '../machinery/log.ts'
import { seededRandom } from '../machinery/random.ts'
import { isReason } from '../machinery/status.ts'
import { memoryStorage } from '../storage/memory.ts'
import { createApiServer } from './api-server.ts'

const user = { name: 'admin', groups: ['system:masters', 'system:authenticated'] }
const namespace = 'a'

async function start(cidrs = ['10.43.0.0/28'], nodePorts = { first: 30_000, last: 30_003 }) {
  const storage = memoryStorage({ clock: systemClock, log: silentLog })
  const server = await createApiServer({ storage, clock: systemClock, random: seededRandom(1), log: silentLog, resources, services: { cidrs, nodePorts } })
  const call = (request: Pick<ApiRequest, 'verb' | 'resource'> & Partial<ApiRequest>) => server.local.call({ user, options: {}, ...request })
  await call({ verb: 'create', resource: Namespaces, body: { metadata: { name: namespace } } })
  return {
    call,
    create: async (name: string, spec: object, options = {}) => await call({ verb: 'create', resource: Services, namespace, options, body: { metadata: { name }, spec } }) as Service,
    change: async (service: Service, spec: object) => await call({ verb: 'update', resource: Services, namespace, name: service.metadata.name, body: { ...service, spec } }) as Service,
    taken: async () => ((await call({ verb: 'list', resource: IPAddresses })) as KubeList<KubeObject>).items.map(({ metadata }) => metadata.name).sort(),
    async stop() {
      await server.close()
      await storage.close()
    },
  }
}

const ports = [{ port: 80 }]

test('a range is given out to the last address, and never twice', async () => {
  const { create, taken, stop } = await start()
  const results = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => create(`s${index}`, { ports })))
  const given = results.flatMap(result => (result.status === 'fulfilled' ? [result.value.spec.clusterIP] : []))
  assert.equal(given.length, 14)
  assert.equal(new Set(given).size, 14)
  assert.deepEqual((await taken()).length, 14)
  assert.ok(results.every(result => result.status === 'fulfilled' || isReason(result.reason, 'InternalError')))
  await stop()
})

test('added ranges are given out too, unless they are not ready', async () => {
  const { call, create, stop } = await start()
  const cidr = await call({ verb: 'create', resource: ServiceCIDRs, body: { metadata: { name: 'more' }, spec: { cidrs: ['10.99.0.0/24'] } } }) as KubeObject
  assert.equal((await create('in', { ports, clusterIP: '10.99.0.7' })).spec.clusterIP, '10.99.0.7')
  const conditions = [{ type: 'Ready', status: 'False', reason: 'No', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }]
  await call({ verb: 'update', resource: ServiceCIDRs, name: 'more', subresource: 'status', body: { ...cidr, status: { conditions } } })
  await assert.rejects(create('out', { ports, clusterIP: '10.99.0.8' }), /failed to allocate IP 10.99.0.8: the provided network does not match the current range/)
  await stop()
})

test('what a refused or a tried write has taken is free again', async () => {
  const { create, taken, stop } = await start()
  await assert.rejects(create('s', { type: 'NodePort', clusterIP: '10.43.0.5', ports: [{ port: 80, nodePort: 99 }] }), /provided port is not in the valid range/)
  await assert.rejects(create('s', { clusterIP: '10.43.0.5', ports: [{ port: 0 }] }), /must be between 1 and 65535/)
  await create('s', { clusterIP: '10.43.0.5', ports }, { dryRun: ['All'] })
  assert.deepEqual(await taken(), [])
  await stop()
})

test('an address goes with its service, or with its type', async () => {
  const { call, create, change, taken, stop } = await start()
  const service = await create('s', { ports })
  const named = await change(service, { ...service.spec, type: 'ExternalName', externalName: 'x.example.com' })
  assert.deepEqual([named.spec.clusterIP, await taken()], [undefined, []])
  const again = await change(named, { type: 'ClusterIP', ports })
  assert.deepEqual(await taken(), [again.spec.clusterIP])
  await call({ verb: 'delete', resource: Services, namespace, name: 's' })
  assert.deepEqual(await taken(), [])
  await stop()
})

test('ports that differ in their protocol only share a node port; others have one each until there is none', async () => {
  const { create, stop } = await start()
  const dns = await create('dns', { type: 'NodePort', ports: [{ name: 'u', port: 53, protocol: 'UDP' }, { name: 't', port: 53 }, { name: 'm', port: 9153 }] })
  const [udp, tcp, metrics] = dns.spec.ports!.map(({ nodePort }) => nodePort)
  assert.equal(udp, tcp)
  assert.notEqual(udp, metrics)
  await assert.rejects(create('same', { type: 'NodePort', ports: [{ port: 80, nodePort: udp }] }), /provided port is already allocated/)
  await create('last', { type: 'NodePort', ports: [{ name: 'a', port: 1 }, { name: 'b', port: 2 }] })
  await assert.rejects(create('none', { type: 'NodePort', ports }), /failed to allocate a nodePort: range is full/)
  await stop()
})
