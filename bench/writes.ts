// What the server does of a create between the request's body and the answer's bytes, in this process, without HTTP: the CPU time of each.
// node bench/writes.ts [creates] [--sqlite] [--large] [--writers=16]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resources } from '../src/api/index.ts'
import { createApiServer } from '../src/apiserver/api-server.ts'
import type { Call } from '../src/apiserver/call.ts'
import { perform } from '../src/apiserver/pipeline.ts'
import { bodyOf } from '../src/apiserver/representation/answer.ts'
import { realFiles } from '../src/host/files.ts'
import { systemClock } from '../src/machinery/clock.ts'
import { silentLog } from '../src/machinery/log.ts'
import { systemRandom } from '../src/machinery/random.ts'
import { memoryStorage } from '../src/storage/memory.ts'
import { sqliteStorage } from '../src/storage/sqlite.ts'
import { podText } from './pods.ts'

const args = process.argv.slice(2)
const total = Number(args.find(arg => /^\d+$/.test(arg)) ?? 20_000)
const writers = Number(args.find(arg => arg.startsWith('--writers='))?.slice(10) ?? 16)
const size = args.includes('--large') ? 'large' : 'small'
const folder = mkdtempSync(join(tmpdir(), 'k8ts-bench-'))
const parts = { clock: systemClock, random: systemRandom, log: silentLog }
const storage = args.includes('--sqlite') ? await sqliteStorage({ ...parts, path: join(folder, 'state.db'), files: realFiles }) : memoryStorage(parts)
const api = await createApiServer({ ...parts, storage, resources })
const user = { name: 'admin', groups: ['system:masters'] }
const pods = resources.find(({ plural }) => plural === 'pods')!
const encoder = new TextEncoder()
const format = { mediaType: 'application/json' } as Parameters<typeof bodyOf>[1]['format']
await api.local.call({ user, verb: 'create', resource: resources.find(({ plural }) => plural === 'serviceaccounts')!, namespace: 'default', body: { metadata: { name: 'default' } }, options: {} })

let bytes = 0
async function createOne(index: number): Promise<void> {
  const call: Call = {
    user, verb: 'create', resource: pods, namespace: 'default', options: {}, warnings: new Set(), notes: {}, userAgent: 'bench/1',
    encoded: { bytes: encoder.encode(podText(`pod-${index}`, size)), mediaType: 'application/json' },
  }
  for (const piece of bodyOf(await perform(api.server, call), { resource: pods, format, include: 'None', now: 0 })) bytes = piece.length
}

let next = 0
async function run(until: number): Promise<void> {
  await Promise.all(Array.from({ length: writers }, async () => { while (next < until) await createOne(next++) }))
}

await run(6000)
// Many short rounds, of which some are disturbed by nobody.
const ROUND = 500
const costs: number[] = []
while (next < total + 6000) {
  const before = process.cpuUsage()
  await run(next + ROUND)
  const { user: spent, system } = process.cpuUsage(before)
  costs.push((spent + system) / ROUND)
}
costs.sort((a, b) => a - b)
const at = (share: number): string => costs[Math.floor(costs.length * share)]!.toFixed(0)
console.log(`µs of CPU for each create: ${at(0)} at best, ${at(0.1)} in the best tenth, ${at(0.5)} in the middle; answers of ${bytes} bytes`)
await api.close()
await storage.close()
rmSync(folder, { recursive: true })
