import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { realFiles } from '../src/host/files.ts'
import { systemClock } from '../src/machinery/clock.ts'
import { silentLog } from '../src/machinery/log.ts'
import { sqliteStorage } from '../src/storage/sqlite.ts'
import { isCompacted, type Storage } from '../src/storage/storage.ts'

/** About the size of a small pod as the API server stores it. */
const VALUE = new Uint8Array(2200).fill(120)

const print = (what: string, figure: string): void => console.log(`${what.padEnd(58)} ${figure.padStart(16)}`)
const perSecond = (count: number, ms: number): string => `${Math.round((count / ms) * 1000).toLocaleString('en')}/s`

/** Durable creates per second with so many writers, each waiting for its acknowledgement before the next. */
async function creates(storage: Storage, writers: number, total: number): Promise<void> {
  const start = performance.now()
  const latencies: number[] = []
  let next = 0
  const write = async (): Promise<void> => {
    while (next < total) {
      const key = `/registry/pods/bench-${writers}/pod-${next++}`
      const began = performance.now()
      await storage.commit({ compare: [{ key, revision: 0 }], operations: [{ type: 'put', key, value: VALUE }] })
      latencies.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: writers }, write))
  const ms = performance.now() - start
  latencies.sort((a, b) => a - b)
  const p99 = latencies[Math.floor(latencies.length * 0.99)]!.toFixed(2)
  print(`durable creates, ${writers} writer${writers > 1 ? 's' : ''} (p99 ${p99} ms)`, perSecond(total, ms))
}

async function reads(storage: Storage): Promise<void> {
  let start = performance.now()
  const page = await storage.list('/registry/')
  if (isCompacted(page)) throw new Error('nothing was compacted')
  print(`list of ${page.entries.length} from the disk`, `${(performance.now() - start).toFixed(0)} ms`)
  start = performance.now()
  for (let index = 0; index < 2000; index++) await storage.get(`/registry/pods/bench-16/pod-${index}`)
  print('get from the disk, one reader', perSecond(2000, performance.now() - start))
}

const folder = await mkdtemp(join(tmpdir(), 'k8ts-bench-'))
const options = { path: join(folder, 'state.db'), clock: systemClock, log: silentLog, files: realFiles }
try {
  let storage = await sqliteStorage(options)
  await creates(storage, 16, 2000)
  for (const [writers, total] of [[1, 3000], [16, 20_000], [64, 20_000]] as const) await creates(storage, writers, total)
  await reads(storage)
  const start = performance.now()
  await storage.compact(await storage.currentRevision())
  print('compaction of as many revisions', `${(performance.now() - start).toFixed(0)} ms`)
  await storage.close()
  const opening = performance.now()
  storage = await sqliteStorage(options)
  print('opening the file again', `${(performance.now() - opening).toFixed(0)} ms`)
  await storage.close()
} finally {
  await rm(folder, { recursive: true })
}
