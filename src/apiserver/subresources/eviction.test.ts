import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Namespaces } from '../../api/core/namespace.ts'
import { Pods, type Pod } from '../../api/core/pod/pod.ts'
import { ServiceAccounts } from '../../api/core/service-account.ts'
import { resources } from '../../api/index.ts'
import { PodDisruptionBudgets, type PodDisruptionBudget } from '../../api/policy/pod-disruption-budget.ts'
import type { ApiRequest } from '../../api/request.ts'
import { systemClock } from '../../machinery/clock.ts'
import { silentLog } from '../../machinery/log.ts'
import { seededRandom } from '../../machinery/random.ts'
import { isReason } from '../../machinery/status.ts'
import { memoryStorage } from '../../storage/memory.ts'
import { createApiServer } from '../api-server.ts'

const user = { name: 'admin', groups: ['system:masters', 'system:authenticated'] }
const namespace = 'a'

/** Two ready pods under a budget that lets one of them go. */
async function start() {
  const storage = memoryStorage({ clock: systemClock, log: silentLog })
  const server = await createApiServer({ storage, clock: systemClock, random: seededRandom(1), log: silentLog, resources })
  const call = (request: Pick<ApiRequest, 'verb' | 'resource'> & Partial<ApiRequest>) => server.local.call({ user, options: {}, ...request })
  await call({ verb: 'create', resource: Namespaces, body: { metadata: { name: namespace } } })
  await call({ verb: 'create', resource: ServiceAccounts, namespace, body: { metadata: { name: 'default' } } })
  for (const name of ['one', 'two']) {
    const pod = await call({ verb: 'create', resource: Pods, namespace, body: { metadata: { name, labels: { app: 'a' } }, spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i' }] } } }) as Pod
    await call({ verb: 'update', resource: Pods, namespace, name, subresource: 'status', body: { ...pod, status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } } })
  }
  const budget = await call({ verb: 'create', resource: PodDisruptionBudgets, namespace, body: { metadata: { name: 'b' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'a' } } } } }) as PodDisruptionBudget
  const status = { observedGeneration: 1, disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 }
  await call({ verb: 'update', resource: PodDisruptionBudgets, namespace, name: 'b', subresource: 'status', body: { ...budget, status } })
  return {
    evict: (name: string, deleteOptions = {}) => call({ verb: 'create', resource: Pods, namespace, name, subresource: 'eviction', body: { metadata: { name }, deleteOptions } }),
    budget: async () => await call({ verb: 'get', resource: PodDisruptionBudgets, namespace, name: 'b' }) as PodDisruptionBudget,
    pod: async (name: string) => await call({ verb: 'get', resource: Pods, namespace, name }) as Pod,
    async stop() {
      await server.close()
      await storage.close()
    },
  }
}

test('an eviction that is only tried out spends nothing of the budget', async () => {
  const { evict, budget, pod, stop } = await start()
  await evict('one', { dryRun: ['All'] })
  assert.equal((await budget()).status.disruptionsAllowed, 1)
  assert.deepEqual((await pod('one')).status.conditions?.map(({ type }) => type), ['Ready'])
  await stop()
})

test('the last eviction that a budget allows says so in its status, under the name of the server', async () => {
  const { evict, budget, pod, stop } = await start()
  await evict('one')
  const { status, metadata } = await budget()
  assert.equal(status.disruptionsAllowed, 0)
  assert.deepEqual(Object.keys(status.disruptedPods ?? {}), ['one'])
  assert.deepEqual(status.conditions?.map(({ type, status: value, reason }) => [type, value, reason]), [['DisruptionAllowed', 'False', 'InsufficientPods']])
  assert.ok(metadata.managedFields?.some(({ manager, subresource }) => manager === 'kube-apiserver' && subresource === 'status'))
  assert.ok((await pod('one')).metadata.deletionTimestamp)
  await assert.rejects(evict('two'), error => isReason(error, 'TooManyRequests') && /does not allow evicting pods currently/.test(JSON.stringify(error.details)))
  await stop()
})
