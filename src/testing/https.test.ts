import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ReplicaSets } from '../api/apps/replica-set.ts'
import { Namespaces } from '../api/core/namespace.ts'
import { Pods } from '../api/core/pod/pod.ts'
import { resources } from '../api/index.ts'
import { createApiServer } from '../apiserver/api-server.ts'
import { createHandler } from '../apiserver/serve.ts'
import { createCache } from '../client/cache.ts'
import { createClient, listAll, type Client } from '../client/client.ts'
import { httpTransport } from '../client/transport.ts'
import { startControllers } from '../controllers/index.ts'
import { replicaSetController } from '../controllers/replicaset.ts'
import { serviceAccountController } from '../controllers/service-account.ts'
import { httpClient } from '../host/http-client.ts'
import { serveHttp } from '../host/http.ts'
import { systemClock } from '../machinery/clock.ts'
import { silentLog } from '../machinery/log.ts'
import { seededRandom } from '../machinery/random.ts'
import { isReason } from '../machinery/status.ts'
import { memoryStorage } from '../storage/memory.ts'
import { replicaSet } from './builders.ts'

const TOKEN = 'a-token-for-this-test'

/** A real API server on a port of its own, and a client that knows the token. */
async function served(run: (client: Client, restart: () => Promise<void>) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'k8ts-https-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert, '-days', '1', '-subj', '/CN=test', '-addext', 'subjectAltName=IP:127.0.0.1'], { stdio: 'ignore' })
  const tls = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
  const shared = { clock: systemClock, random: seededRandom(1), log: silentLog }
  const storage = memoryStorage(shared)
  const api = await createApiServer({ ...shared, storage, resources })
  const authenticators = [{ name: 'test', authenticate: async ({ bearerToken }: { bearerToken?: string }) => (bearerToken === TOKEN ? { name: 'admin', groups: ['system:masters'] } : undefined) }]
  const serve = createHandler({ server: api.server, authenticators: authenticators as never, paths: [] })
  let http = await serveHttp({ tls, serve })
  const { port } = http
  const connection = httpClient({ server: `https://127.0.0.1:${port}`, ca: tls.cert, token: TOKEN })
  try {
    await run(createClient(httpTransport(request => connection.send(request), 'test')), async () => {
      await http.close()
      http = await serveHttp({ tls, serve, port })
    })
  } finally {
    connection.close()
    await http.close()
    await api.close()
    await storage.close()
    rmSync(folder, { recursive: true })
  }
}

async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  const until = systemClock.monotonic() + 20_000
  while (!(await holds().catch(() => false))) {
    assert.ok(systemClock.monotonic() < until, `never came true: ${what}`)
    await new Promise<void>(resolve => systemClock.after(50, resolve))
  }
}

test('controllers work over HTTPS as they do in process, and go on after the server was away', async () => {
  await served(async (client, restart) => {
    const shared = { client, clock: systemClock, random: seededRandom(2), log: silentLog }
    const cache = createCache({ ...shared, initialEvents: true })
    const running = startControllers({ ...shared, cache, controllers: [serviceAccountController, replicaSetController], leaderElection: { identity: 'me' } })
    try {
      await client.create(Namespaces, { metadata: { name: 'team' } })
      await client.create(ReplicaSets, replicaSet('web', { namespace: 'team', replicas: 3 }))
      await eventually('three pods', async () => (await client.list(Pods, { namespace: 'team' })).items.length === 3)
      await assert.rejects(client.create(ReplicaSets, replicaSet('web', { namespace: 'team' })), error => isReason(error, 'AlreadyExists'))
      const paged: string[] = []
      for await (const { metadata } of listAll(client, Pods, { namespace: 'team' }, 2)) paged.push(metadata.name)
      assert.equal(paged.length, 3)

      await restart()
      await eventually('a scale after the restart', async () => {
        const rs = await client.get(ReplicaSets, { namespace: 'team', name: 'web' })
        await client.update(ReplicaSets, { ...rs, spec: { ...rs.spec, replicas: 5 } })
        return true
      })
      await eventually('five pods', async () => (await client.list(Pods, { namespace: 'team' })).items.length === 5)
      await eventually('the status that follows', async () => (await client.get(ReplicaSets, { namespace: 'team', name: 'web' })).status.replicas === 5)
    } finally {
      await running.stop()
      cache.stop()
    }
  })
})
