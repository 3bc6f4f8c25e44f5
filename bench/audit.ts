/** What the audit log costs: CPU of a create over HTTPS without it and with it at level Metadata, over an encrypted store on disk. `node bench/audit.ts`. Goal: less than 10 %. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resources } from '../src/api/index.ts'
import { createApiServer } from '../src/apiserver/api-server.ts'
import { createAuditor } from '../src/apiserver/audit/auditor.ts'
import { logBackend } from '../src/apiserver/audit/log-backend.ts'
import { METADATA_POLICY } from '../src/apiserver/audit/policy.ts'
import { staticTokens } from '../src/apiserver/authn/static-token.ts'
import { listen } from '../src/apiserver/network.ts'
import { realFiles } from '../src/host/files.ts'
import { httpClient } from '../src/host/http-client.ts'
import { systemClock } from '../src/machinery/clock.ts'
import { silentLog } from '../src/machinery/log.ts'
import { systemRandom } from '../src/machinery/random.ts'
import { fixedSealing } from '../src/storage/encryption.ts'
import { newAesKey } from '../src/host/crypto.ts'
import { sqliteStorage } from '../src/storage/sqlite.ts'

const COUNT = 3000
const WRITERS = 32
const folder = mkdtempSync(join(tmpdir(), 'k8ts-audit-'))
const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile, '-out', certFile, '-days', '1', '-subj', '/CN=test', '-addext', 'subjectAltName=IP:127.0.0.1'], { stdio: 'ignore' })
const [cert, key] = [readFileSync(certFile, 'utf8'), readFileSync(keyFile, 'utf8')]
const shared = { clock: systemClock, random: systemRandom, log: silentLog }

/** Microseconds of the process's CPU for one create, its client's included. */
async function run(name: string, audited: boolean): Promise<number> {
  const sealing = fixedSealing({ rules: [{ resources: ['*.*'], providers: [{ type: 'aesgcm', keys: [{ name: 'a', secret: newAesKey() }] }] }], resources: {} })
  const storage = await sqliteStorage({ path: join(folder, `${name}.db`), files: realFiles, clock: systemClock, log: silentLog, sealing })
  const api = await createApiServer({ ...shared, storage, resources })
  const backend = logBackend({ log: silentLog, append: text => realFiles.append(join(folder, `${name}.log`), text) })
  const http = await listen(api, {
    tls: { cert, key }, authenticators: [staticTokens(new Map([['t', { name: 'admin', groups: ['system:masters'] }]]))],
    ...(audited && { observers: [createAuditor({ ...shared, policy: METADATA_POLICY, backend })] }),
  })
  const client = httpClient({ server: `https://127.0.0.1:${http.port}`, ca: cert, token: 't' })
  let next = 0
  const write = async (): Promise<void> => {
    while (next < COUNT) {
      const body = JSON.stringify({ metadata: { name: `c-${next++}` }, data: { k: 'x'.repeat(500) } })
      const answer = await client.send({ method: 'POST', path: '/api/v1/namespaces/default/configmaps', headers: { 'content-type': 'application/json' }, body })
      for await (const _chunk of answer.body);
      if (answer.status !== 201) throw new Error(`a create was answered ${answer.status}`)
    }
  }
  const before = process.cpuUsage()
  await Promise.all(Array.from({ length: WRITERS }, write))
  const { user, system } = process.cpuUsage(before)
  client.close()
  await http.close(0)
  await backend.close()
  await api.close()
  await storage.close()
  return (user + system) / COUNT
}

try {
  await run('warm-up', true)
  const rounds = [0, 1, 2]
  const figures: Record<string, number[]> = { without: [], with: [] }
  for (const round of rounds) for (const [name, audited] of [['without', false], ['with', true]] as const) figures[name]!.push(await run(`${name}-${round}`, audited))
  const best = (name: string): number => Math.min(...figures[name]!)
  console.log(`without audit: ${best('without').toFixed(0)} µs of CPU for a create; with: ${best('with').toFixed(0)} µs (${((best('with') / best('without') - 1) * 100).toFixed(1)} % more)`)
} finally {
  rmSync(folder, { recursive: true })
}
