import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigMaps } from '../api/core/config-map.ts'
import { Namespaces } from '../api/core/namespace.ts'
import { Pods } from '../api/core/pod/pod.ts'
import { isReason } from '../machinery/status.ts'
import { pod } from '../testing/builders.ts'
import { testCluster } from '../testing/test-cluster.ts'

test('deleting what waits for its finalizers once more writes nothing', async () => {
  await using cluster = await testCluster()
  await cluster.create(ConfigMaps, { metadata: { name: 'held', namespace: 'default', finalizers: ['example.com/hold'] } })
  await cluster.delete(ConfigMaps, 'held')
  const first = await cluster.get(ConfigMaps, 'held')
  await cluster.pass(5_000)
  await cluster.delete(ConfigMaps, 'held')
  assert.equal((await cluster.get(ConfigMaps, 'held')).metadata.resourceVersion, first.metadata.resourceVersion)
  // Another policy is a change.
  await cluster.client.delete(ConfigMaps, { namespace: 'default', name: 'held' }, { propagationPolicy: 'Foreground' })
  assert.deepEqual((await cluster.get(ConfigMaps, 'held')).metadata.finalizers, ['example.com/hold', 'foregroundDeletion'])
})

test('letting go of a namespace that is being deleted removes it; of one that is not, nothing', async () => {
  await using cluster = await testCluster()
  const finalize = async (name: string): Promise<void> => {
    const namespace = await cluster.get(Namespaces, name)
    await cluster.client.update(Namespaces, { ...namespace, spec: { finalizers: [] } }, { subresource: 'finalize' })
  }
  for (const name of ['going', 'staying']) await cluster.create(Namespaces, { metadata: { name } })
  await cluster.delete(Namespaces, 'going')
  await finalize('going')
  await finalize('staying')
  await assert.rejects(cluster.get(Namespaces, 'going'), error => isReason(error, 'NotFound'))
  assert.equal((await cluster.get(Namespaces, 'staying')).metadata.name, 'staying')
})

test('a refusal before a name is generated names what it would begin with', async () => {
  await using cluster = await testCluster()
  const { name: _, ...metadata } = pod('web').metadata!
  const draft = { ...pod('web'), metadata: { ...metadata, generateName: 'web-' }, spec: { ...pod('web').spec, serviceAccountName: 'nobody' } } as never
  await assert.rejects(cluster.create(Pods, draft), /pods "web-" is forbidden: error looking up service account default\/nobody: serviceaccount "nobody" not found/)
})
