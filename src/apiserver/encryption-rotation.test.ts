import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resources } from '../api/index.ts'
import { Namespaces } from '../api/core/namespace.ts'
import { Secrets } from '../api/core/secret.ts'
import type { KubeObject } from '../api/resource.ts'
import { systemClock } from '../machinery/clock.ts'
import { silentLog } from '../machinery/log.ts'
import { seededRandom } from '../machinery/random.ts'
import type { SealingPlan } from '../storage/encryption-plan.ts'
import { fixedSealing } from '../storage/encryption.ts'
import { memoryStorage } from '../storage/memory.ts'
import { sealedStorage } from '../storage/sealed-storage.ts'
import { createApiServer } from './api-server.ts'

const planOf = (...names: string[]): SealingPlan => ({
  resources: {}, rules: [{ resources: ['secrets'], providers: [{ type: 'aesgcm', keys: names.map(name => ({ name, secret: new Uint8Array(32).fill(name.length) })) }] }],
})

void test('an update that changes nothing writes a secret again when its key was replaced, and only then', async () => {
  const listeners = new Set<() => void>()
  let plan = planOf('a')
  const inner = memoryStorage({ clock: systemClock, log: silentLog })
  const storage = await sealedStorage(inner, { ...fixedSealing(plan), plan: () => plan, onChange: listener => { listeners.add(listener); return () => undefined } })
  const server = await createApiServer({ storage, clock: systemClock, random: seededRandom(1), log: silentLog, resources, bootstrap: false })
  const target = { user: { name: 'admin', groups: ['system:masters'] }, options: {}, resource: Secrets, namespace: 'default' }
  const { namespace: _none, ...cluster } = target
  await server.local.call({ ...cluster, verb: 'create', resource: Namespaces, body: { metadata: { name: 'default' } } })
  const made = await server.local.call({ ...target, verb: 'create', body: { metadata: { name: 's' }, data: { k: 'dg==' } } }) as KubeObject
  const again = () => server.local.call({ ...target, verb: 'update', name: 's', body: { ...made, metadata: { ...made.metadata, resourceVersion: undefined } } }) as Promise<KubeObject>
  assert.equal((await again()).metadata.resourceVersion, made.metadata.resourceVersion)
  plan = planOf('bb', 'a')
  for (const listener of listeners) listener()
  const moved = await again()
  assert.notEqual(moved.metadata.resourceVersion, made.metadata.resourceVersion)
  assert.ok(Buffer.from((await inner.get('/registry/secrets/default/s'))!.value).toString('latin1').startsWith('k8s:enc:aesgcm:v1:bb:'))
  assert.equal((await again()).metadata.resourceVersion, moved.metadata.resourceVersion)
  await server.close()
  await storage.close()
})
