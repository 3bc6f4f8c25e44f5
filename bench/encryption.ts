/** What sealing at rest costs a create through the API, of a secret and of a pod: two servers, one that seals everything and one that seals nothing, in turn. `node bench/encryption.ts [rounds]`. Goal: less than 10 %. */
import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newAesKey } from '../src/host/crypto.ts'
import { realFiles } from '../src/host/files.ts'
import { fixedSealing } from '../src/storage/encryption.ts'
import { sqliteStorage } from '../src/storage/sqlite.ts'
import { startAlone } from '../test/api-server-alone.ts'
import { Connection, type Credentials } from './http1-client.ts'

/** Short rounds in turn, and their medians: what else the machine does falls on both alike. */
const PER_ROUND = 64
const WARM_UP = 40
const WIDTH = 16

async function serve(sealed: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'k8ts-bench-'))
  const sealing = fixedSealing({ rules: [{ resources: ['*.*'], providers: [{ type: 'aesgcm', keys: [{ name: 'a', secret: newAesKey() }] }] }], resources: {} })
  const server = await startAlone(parts => sqliteStorage({ ...parts, path: join(folder, 'state.db'), files: realFiles, ...(sealed && { sealing }) }))
  const { certificate: cert, key } = server.admin
  process.send!({ port: server.port, cert, key, ca: server.authority.certificate })
  process.on('message', message => {
    if (message !== 'stop') return void process.send!(process.cpuUsage())
    rmSync(folder, { recursive: true, force: true })
    process.exit(0)
  })
}

interface Server {
  readonly child: ChildProcess
  readonly connections: readonly Connection[]
  readonly used: Record<string, number[]>
}

const next = <T>(child: ChildProcess): Promise<T> => new Promise(resolve => child.once('message', message => resolve(message as T)))
async function cpu(child: ChildProcess): Promise<number> {
  child.send('usage')
  const { user, system } = await next<NodeJS.CpuUsage>(child)
  return user + system
}

async function start(mode: string): Promise<Server> {
  const child = fork(new URL(import.meta.url), [mode])
  const access = await next<Credentials>(child)
  const connections = await Promise.all(Array.from({ length: WIDTH }, () => Connection.open(access)))
  await connections[0]!.request('POST', '/api/v1/namespaces/default/serviceaccounts', JSON.stringify({ metadata: { name: 'default' } }))
  return { child, connections, used: {} }
}

const kinds: Record<string, (name: string) => object> = {
  secrets: name => ({ metadata: { name }, type: 'Opaque', data: { key: Buffer.alloc(1500, 'x').toString('base64') } }),
  pods: name => ({
    metadata: { name, labels: { app: 'bench', name } },
    spec: { containers: [{ name: 'c', image: 'registry.example.com/team/app:1.2.3', env: [{ name: 'A', value: 'b' }], resources: { requests: { cpu: '100m', memory: '64Mi' } } }], automountServiceAccountToken: false },
  }),
}

async function round({ child, connections, used }: Server, kind: string, number: number): Promise<void> {
  let index = 0
  const before = await cpu(child)
  await Promise.all(connections.map(async connection => {
    while (index < PER_ROUND) {
      const { status, head } = await connection.request('POST', `/api/v1/namespaces/default/${kind}`, JSON.stringify(kinds[kind]!(`r${number}-${index++}`)))
      if (status >= 400) throw new Error(`${status} ${head}`)
    }
  }))
  const spent = (await cpu(child)) - before
  if (number > WARM_UP) (used[kind] ??= []).push(spent / PER_ROUND)
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!
const [mode = '200'] = process.argv.slice(2)
if (mode === 'clear' || mode === 'sealed') await serve(mode === 'sealed')
else {
  const [clear, sealed] = [await start('clear'), await start('sealed')]
  const rounds = Number(mode)
  for (let number = 0; number <= rounds + WARM_UP; number++) {
    for (const kind of Object.keys(kinds)) for (const server of number % 2 ? [clear, sealed] : [sealed, clear]) await round(server, kind, number)
  }
  for (const kind of Object.keys(kinds)) {
    const [plain, costly] = [clear, sealed].map(({ used }) => median(used[kind]!)) as [number, number]
    console.log(`create of ${kind}: ${plain.toFixed(0)} µs of CPU in the clear, ${costly.toFixed(0)} µs sealed: ${((costly / plain - 1) * 100).toFixed(1)} %`)
  }
  for (const { child, connections } of [clear, sealed]) {
    for (const connection of connections) connection.close()
    child.send('stop')
  }
}
