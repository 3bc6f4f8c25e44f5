import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigMaps } from '../../api/core/config-map.ts'
import { Namespaces } from '../../api/core/namespace.ts'
import type { ResourceQuota } from '../../api/core/resource-quota.ts'
import { ResourceQuotas } from '../../api/core/resource-quota.ts'
import { resources } from '../../api/index.ts'
import type { ApiRequest } from '../../api/request.ts'
import type { KubeList, KubeObject } from '../../api/resource.ts'
import { systemClock } from '../../machinery/clock.ts'
import { silentLog } from '../../machinery/log.ts'
import { seededRandom } from '../../machinery/random.ts'
import { isReason } from '../../machinery/status.ts'
import { memoryStorage } from '../../storage/memory.ts'
import { createApiServer } from '../api-server.ts'

const user = { name: 'admin', groups: ['system:masters', 'system:authenticated'] }

async function start() {
  const storage = memoryStorage({ clock: systemClock, log: silentLog })
  const server = await createApiServer({ storage, clock: systemClock, random: seededRandom(1), log: silentLog, resources })
  const call = (request: Pick<ApiRequest, 'verb' | 'resource'> & Partial<ApiRequest>) => server.local.call({ user, options: {}, ...request })
  await call({ verb: 'create', resource: Namespaces, body: { metadata: { name: 'a' } } })
  return {
    call,
    async quota(name: string, hard: Record<string, string>) {
      const used = Object.fromEntries(Object.keys(hard).map(key => [key, '0']))
      const made = await call({ verb: 'create', resource: ResourceQuotas, namespace: 'a', body: { metadata: { name }, spec: { hard } } }) as ResourceQuota
      await call({ verb: 'update', resource: ResourceQuotas, namespace: 'a', name, subresource: 'status', body: { ...made, status: { hard, used } } })
    },
    used: async (name: string) => ((await call({ verb: 'get', resource: ResourceQuotas, namespace: 'a', name })) as ResourceQuota).status.used,
    configMap: (name: string, options = {}) => call({ verb: 'create', resource: ConfigMaps, namespace: 'a', options, body: { metadata: { name } } }),
    async stop() {
      await server.close()
      await storage.close()
    },
  }
}

test('100 writers at once stay within the quota, and all that fits is let in', async () => {
  const { call, configMap, quota, used, stop } = await start()
  await quota('q', { configmaps: '30', 'count/configmaps': '50' })
  const results = await Promise.allSettled(Array.from({ length: 100 }, (_, index) => configMap(`c-${index}`)))
  const refused = results.filter(result => result.status === 'rejected')
  assert.equal(refused.length, 70)
  for (const { reason } of refused) {
    assert.ok(isReason(reason, 'Forbidden'))
    assert.match(reason.message, /^configmaps "c-\d+" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=30, limited: configmaps=30$/)
  }
  const { items } = await call({ verb: 'list', resource: ConfigMaps, namespace: 'a' }) as KubeList<KubeObject>
  assert.equal(items.length, 30)
  assert.deepEqual(await used('q'), { configmaps: '30', 'count/configmaps': '30' })
  await stop()
})

test('of several quotas each is asked, and one that refuses leaves the others as they were', async () => {
  const { configMap, quota, used, stop } = await start()
  await quota('wide', { configmaps: '9' })
  await quota('narrow', { configmaps: '1' })
  await configMap('one')
  await assert.rejects(configMap('two'), error => isReason(error, 'Forbidden'))
  assert.deepEqual(await used('wide'), { configmaps: '1' })
  await stop()
})

test('a dry run is held to the quota and books nothing', async () => {
  const { configMap, quota, used, stop } = await start()
  await quota('q', { configmaps: '1' })
  await configMap('dry', { dryRun: ['All'] })
  assert.deepEqual(await used('q'), { configmaps: '0' })
  await configMap('one')
  await assert.rejects(configMap('dry', { dryRun: ['All'] }), error => isReason(error, 'Forbidden'))
  await stop()
})
