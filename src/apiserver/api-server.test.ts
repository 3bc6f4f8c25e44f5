import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigMaps } from '../api/core/config-map.ts'
import { Namespaces } from '../api/core/namespace.ts'
import { resources } from '../api/index.ts'
import type { ApiRequest, WatchEvent } from '../api/request.ts'
import type { KubeList, KubeObject } from '../api/resource.ts'
import { systemClock } from '../machinery/clock.ts'
import { silentLog } from '../machinery/log.ts'
import { seededRandom } from '../machinery/random.ts'
import { isReason, StatusError } from '../machinery/status.ts'
import { memoryStorage } from '../storage/memory.ts'
import { createApiServer } from './api-server.ts'

const admin = { name: 'admin', groups: ['system:masters', 'system:authenticated'] }

async function start() {
  const storage = memoryStorage({ clock: systemClock, log: silentLog })
  const server = await createApiServer({ storage, clock: systemClock, random: seededRandom(1), log: silentLog, resources })
  const call = (request: Partial<ApiRequest> & Pick<ApiRequest, 'verb' | 'resource'>) => server.local.call({ user: admin, options: {}, ...request })
  return {
    ...server, call,
    configMap: (name: string, data?: Record<string, string>, metadata = {}) =>
      call({ verb: 'create', resource: ConfigMaps, namespace: 'default', body: { metadata: { name, ...metadata }, data } }) as Promise<KubeObject & { data?: Record<string, string> }>,
    async stop() {
      await server.close()
      await storage.close()
    },
  }
}

test('an object goes through create, get, update, patch and delete', async () => {
  const { call, configMap, stop } = await start()
  const made = await configMap('a', { k: '1' })
  assert.equal(made.kind, 'ConfigMap')
  assert.match(made.metadata.uid, /^[0-9a-f-]{36}$/)
  const target = { resource: ConfigMaps, namespace: 'default', name: 'a' }
  assert.deepEqual(await call({ verb: 'get', ...target }), made)
  await assert.rejects(configMap('a'), error => isReason(error, 'AlreadyExists'))

  const updated = await call({ verb: 'update', ...target, body: { ...made, data: { k: '2' } } }) as KubeObject
  assert.notEqual(updated.metadata.resourceVersion, made.metadata.resourceVersion)
  await assert.rejects(async () => call({ verb: 'update', ...target, body: { ...made, data: { k: '3' } } }), error => isReason(error, 'Conflict'))
  const same = await call({ verb: 'update', ...target, body: updated }) as KubeObject
  assert.equal(same.metadata.resourceVersion, updated.metadata.resourceVersion, 'a write that changes nothing makes no new version')

  const patched = await call({ verb: 'patch', ...target, patchType: 'application/merge-patch+json', body: { data: { x: '1' } } }) as { data: unknown }
  assert.deepEqual(patched.data, { k: '2', x: '1' })
  const gone = await call({ verb: 'delete', ...target }) as { kind: string; status: string }
  assert.equal(gone.status, 'Success')
  await assert.rejects(async () => call({ verb: 'get', ...target }), error => isReason(error, 'NotFound'))
  await stop()
})

test('a finalizer holds an object until it lets go', async () => {
  const { call, configMap, stop } = await start()
  await configMap('a', {}, { finalizers: ['example.com/hold'] })
  const target = { resource: ConfigMaps, namespace: 'default', name: 'a' }
  const held = await call({ verb: 'delete', ...target }) as KubeObject
  assert.ok(held.metadata.deletionTimestamp)
  assert.equal(held.metadata.deletionGracePeriodSeconds, 0)
  await call({ verb: 'patch', ...target, patchType: 'application/merge-patch+json', body: { metadata: { finalizers: null } } })
  await assert.rejects(async () => call({ verb: 'get', ...target }), error => isReason(error, 'NotFound'))
  await stop()
})

test('a list comes in consistent pages', async () => {
  const { call, configMap, stop } = await start()
  for (const name of ['a', 'b', 'c', 'd', 'e']) await configMap(name)
  const first = await call({ verb: 'list', resource: ConfigMaps, namespace: 'default', options: { limit: 2 } }) as KubeList<KubeObject>
  assert.deepEqual(first.items.map(({ metadata }) => metadata.name), ['a', 'b'])
  assert.equal(first.metadata.remainingItemCount, 3)
  await configMap('bb')
  const second = await call({ verb: 'list', resource: ConfigMaps, namespace: 'default', options: { limit: 5, continue: first.metadata.continue! } }) as KubeList<KubeObject>
  assert.deepEqual(second.items.map(({ metadata }) => metadata.name), ['c', 'd', 'e'])
  assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion)
  await stop()
})

test('a watch shows objects entering and leaving its selection, and the very objects of the cache', async () => {
  const { call, configMap, local, stop } = await start()
  const end = new AbortController()
  const events: WatchEvent[] = []
  const watching = (async () => {
    for await (const event of local.watch({ user: admin, verb: 'watch', resource: ConfigMaps, namespace: 'default', options: { labelSelector: 'app=x' }, signal: end.signal })) {
      events.push(event)
      if (events.length === 3) end.abort()
    }
  })()
  await configMap('other')
  await configMap('a', { k: '1' }, { labels: { app: 'x' } })
  const target = { resource: ConfigMaps, namespace: 'default', name: 'a' }
  const changed = await call({ verb: 'patch', ...target, patchType: 'application/merge-patch+json', body: { data: { k: '2' } } })
  await call({ verb: 'patch', ...target, patchType: 'application/merge-patch+json', body: { metadata: { labels: { app: 'y' } } } })
  await watching
  assert.deepEqual(events.map(({ type }) => type), ['ADDED', 'MODIFIED', 'DELETED'])
  assert.equal(events[1]!.object, changed)
  await stop()
})

test('metadata is checked, and what a user may not do is refused', async () => {
  const { call, configMap, stop } = await start()
  await assert.rejects(configMap('A_'), error => error instanceof StatusError && error.code === 422 && error.message.startsWith('ConfigMap "A_" is invalid: metadata.name: Invalid value: "A_": a lowercase RFC 1123 subdomain'))
  await assert.rejects(async () => call({ user: { name: 'alice', groups: [] }, verb: 'get', resource: Namespaces, name: 'x' }),
    error => error instanceof StatusError && error.message === 'namespaces "x" is forbidden: User "alice" cannot get resource "namespaces" in API group "" at the cluster scope')
  await stop()
})
