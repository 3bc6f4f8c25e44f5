import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { resources } from '../../api/index.ts'
import { systemClock } from '../../machinery/clock.ts'
import { silentLog } from '../../machinery/log.ts'
import { seededRandom } from '../../machinery/random.ts'
import { memoryStorage } from '../../storage/memory.ts'
import { createApiServer } from '../api-server.ts'
import { API_SERVER, bootstrap, bootstrapObjects } from './index.ts'

const golden = new URL('../../../../shared/golden/bootstrap/', import.meta.url)

async function freshServer(stack: AsyncDisposableStack) {
  const storage = memoryStorage({ clock: systemClock, log: silentLog })
  const server = await createApiServer({ storage, clock: systemClock, random: seededRandom(1), log: silentLog, resources })
  stack.defer(async () => {
    await server.close()
    await storage.close()
  })
  await bootstrap(server.local, server.stores, bootstrapObjects(0))
  return { server, storage }
}

test('a second start of a complete server writes nothing', async () => {
  await using stack = new AsyncDisposableStack()
  const { server, storage } = await freshServer(stack)
  const revision = await storage.currentRevision()
  await bootstrap(server.local, server.stores, bootstrapObjects(0))
  assert.equal(await storage.currentRevision(), revision)
})

test('what an administrator took away from a bootstrap role comes back, what was added stays', async () => {
  await using stack = new AsyncDisposableStack()
  const { server } = await freshServer(stack)
  const { resource, object } = bootstrapObjects(0).find(each => each.object.metadata.name === 'system:discovery' && each.resource.kind === 'ClusterRole')!
  const role = server.stores.get(resource, undefined, object.metadata.name)!
  const extra = { verbs: ['get'], nonResourceURLs: ['/mine'] }
  await server.local.call({ user: API_SERVER, verb: 'update', resource, name: object.metadata.name, options: {}, body: { ...role, rules: [extra] } })
  await bootstrap(server.local, server.stores, bootstrapObjects(0))
  const { rules } = server.stores.get(resource, undefined, object.metadata.name) as unknown as { rules: unknown[] }
  assert.deepEqual(rules[0], extra)
  assert.equal(rules.length, 2)
})

test('a fresh server contains exactly what upstream contains', { skip: existsSync(golden) ? false : '../shared/golden is not here' }, () => {
  const ours = new Map(bootstrapObjects(0).map(({ resource, object }) => [`${resource.plural}/${object.metadata.namespace ?? ''}/${object.metadata.name}`, object]))
  const kinds = new Map(bootstrapObjects(0).map(({ resource }) => [resource.kind, resource.plural]))
  let compared = 0
  for (const file of readdirSync(golden).filter(name => /roles|rolebindings|flowschemas|prioritylevels|priorityclasses/.test(name))) {
    for (const { name, response } of JSON.parse(readFileSync(new URL(file, golden), 'utf8')).steps) {
      const { kind, metadata, rules, subjects, roleRef, aggregationRule, spec, value } = response.body
      const plural = kinds.get(kind)
      if (!plural) continue
      const mine = ours.get(`${plural}/${metadata.namespace ?? ''}/${metadata.name}`)
      assert(mine, `${kind} ${name} is missing`)
      const expected = { labels: metadata.labels, annotations: metadata.annotations, rules, subjects, roleRef, aggregationRule, spec, value }
      const actual = { labels: mine.metadata.labels, annotations: mine.metadata.annotations, rules: mine['rules'], subjects: mine['subjects'], roleRef: mine['roleRef'], aggregationRule: mine['aggregationRule'], spec: mine['spec'], value: mine['value'] }
      assert.deepEqual(JSON.parse(JSON.stringify(actual)), JSON.parse(JSON.stringify(expected)), `${kind} ${name}`)
      compared++
    }
  }
  assert(compared > 100)
})
