// The server that bench/apiserver.ts measures, in a process of its own: tells its parent where it is, and what it has used when asked.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { realFiles } from '../src/host/files.ts'
import { memoryStorage } from '../src/storage/memory.ts'
import { sqliteStorage } from '../src/storage/sqlite.ts'
import { startAlone } from '../test/api-server-alone.ts'

const folder = mkdtempSync(join(tmpdir(), 'k8ts-bench-'))
const server = await startAlone(parts => (process.argv[2] === 'memory' ? memoryStorage(parts) : sqliteStorage({ ...parts, path: join(folder, 'state.db'), files: realFiles })))
const { certificate: cert, key } = server.admin
process.send!({ port: server.port, cert, key, ca: server.authority.certificate })
process.on('message', message => {
  if (message !== 'stop') return void process.send!({ cpu: process.cpuUsage(), memory: process.memoryUsage() })
  rmSync(folder, { recursive: true, force: true })
  process.exit(0)
})
