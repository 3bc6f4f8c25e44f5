import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { realFiles } from '../src/host/files.ts'
import { systemClock } from '../src/machinery/clock.ts'
import { silentLog } from '../src/machinery/log.ts'
import { newAesKey } from '../src/host/crypto.ts'
import { fixedSealing } from '../src/storage/encryption.ts'
import { memoryStorage } from '../src/storage/memory.ts'
import { sqliteStorage } from '../src/storage/sqlite.ts'
import type { Storage } from '../src/storage/storage.ts'
import { WatchCache } from '../src/storage/watch-cache.ts'

interface Pod {
  metadata: { name: string; namespace: string; resourceVersion?: string; annotations: Record<string, string> }
  spec: { nodeName: string; containers: { name: string; image: string; env: { name: string; value: string }[] }[] }
}

const PODS = '/registry/pods/'
const SECRETS = '/registry/secrets/'
const encoder = new TextEncoder()
const decoder = new TextDecoder()

const pod = (name: string, namespace: string, node: number): Pod => ({
  metadata: { name, namespace, annotations: { note: 'x'.repeat(800) } },
  spec: {
    nodeName: `node-${node}`,
    containers: [{ name: 'main', image: 'registry.example/app:1', env: Array.from({ length: 20 }, (_, index) => ({ name: `VARIABLE_${index}`, value: `value ${index}` })) }],
  },
})

const stamp = (object: Pod, revision: number): Pod => ({ ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } })
const toJson = (object: Pod): Uint8Array => encoder.encode(JSON.stringify(object))

const startCache = (storage: Storage, prefix = PODS): Promise<WatchCache<Pod>> => WatchCache.start<Pod>({
  storage, prefix, clock: systemClock, log: silentLog, encode: toJson, stamp,
  decode: (value, revision) => stamp(JSON.parse(decoder.decode(value)) as Pod, revision),
  indexes: { node: object => object.spec.nodeName },
})

const print = (what: string, figure: string): void => console.log(`${what.padEnd(66)} ${figure.padStart(14)}`)
const perSecond = (count: number, ms: number): string => `${Math.round((count / ms) * 1000).toLocaleString('en')}/s`
const cpuMs = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1000
}

async function creates(cache: WatchCache<Pod>, namespace: string, writers: number, total: number, prefix = PODS): Promise<number> {
  const start = performance.now()
  let next = 0
  await Promise.all(Array.from({ length: writers }, async () => {
    while (next < total) {
      const name = `pod-${next++}`
      await cache.create(`${prefix}${namespace}/${name}`, pod(name, namespace, next % 1000))
    }
  }))
  return performance.now() - start
}

/** Watchers of one sort, their CPU cost for updates of one object in the namespace `hot` on node 0. */
async function fanOut(what: string, watchers: number, options: (index: number) => { prefix?: string; select?: { index: string; value: string } }): Promise<void> {
  const storage = memoryStorage({ clock: systemClock, log: silentLog })
  const cache = await startCache(storage)
  await cache.create(`${PODS}hot/pod`, pod('pod', 'hot', 0))
  const ending = new AbortController()
  let received = 0
  const all = Array.from({ length: watchers }, async (_, index) => {
    for await (const events of cache.watch({ prefix: PODS, afterRevision: cache.revision(), signal: ending.signal, ...options(index) })) {
      if (events !== 'gone') for (const event of events) received += event.encoded('json', ({ entry }) => toJson(entry.object)).length > 0 ? 1 : 0
    }
  })
  await new Promise(setImmediate)
  const cpu = process.cpuUsage()
  for (let update = 0; update < 1000; update++) {
    const entry = cache.get(`${PODS}hot/pod`)!
    await cache.update(entry.key, entry.revision, entry.object)
  }
  await new Promise(setImmediate)
  const used = cpuMs(cpu)
  print(`${watchers} ${what}: CPU per update`, `${used.toFixed(1)} µs`)
  if (received > 0) print('  and per event delivered', `${((used / received) * 1000).toFixed(2)} µs`)
  ending.abort()
  await Promise.all(all)
  await cache.close()
  await storage.close()
}

const folder = await mkdtemp(join(tmpdir(), 'k8ts-bench-'))
const path = join(folder, 'state.db')
const open = (): Promise<Storage> => sqliteStorage({ path, clock: systemClock, log: silentLog, files: realFiles })
try {
  let storage = await open()
  let cache = await startCache(storage)
  await creates(cache, 'warm', 16, 2000)
  for (const [writers, total] of [[1, 2000], [16, 20_000]] as const) print(`create through the cache, ${writers} writer(s), durable`, perSecond(total, await creates(cache, `ns-${writers}`, writers, total)))

  let start = performance.now()
  for (let round = 0; round < 100; round++) cache.snapshot().range(PODS)
  print(`snapshot and range of ${cache.snapshot().size}`, `${((performance.now() - start) / 100).toFixed(2)} ms`)
  for (const round of ['first', 'second']) {
    start = performance.now()
    let bytes = 0
    for (const entry of cache.snapshot().walk(PODS)) bytes += entry.encoded('json', toJson).length
    print(`JSON of all of them (${(bytes / 1e6).toFixed(0)} MB), ${round} time`, `${(performance.now() - start).toFixed(1)} ms`)
  }
  start = performance.now()
  for (let round = 0; round < 10_000; round++) cache.snapshot().range(PODS + 'nowhere/')
  print('snapshot and range that selects nothing', `${((performance.now() - start) / 10).toFixed(2)} µs`)
  await cache.close()
  await storage.close()

  start = performance.now()
  storage = await open()
  print('opening the store', `${(performance.now() - start).toFixed(0)} ms`)
  start = performance.now()
  cache = await startCache(storage)
  print(`loading ${cache.snapshot().size} objects`, `${(performance.now() - start).toFixed(0)} ms`)

  // Both in turn, so that what else the machine does falls on both.
  const sealing = fixedSealing({ rules: [{ resources: ['secrets'], providers: [{ type: 'aesgcm', keys: [{ name: 'a', secret: newAesKey() }] }] }], resources: {} })
  const encrypted = await sqliteStorage({ path: join(folder, 'sealed.db'), clock: systemClock, log: silentLog, files: realFiles, sealing })
  const sealed = await startCache(encrypted, SECRETS)
  const ms = { clear: 0, sealed: 0 }
  for (let round = 0; round < 6; round++) {
    ms.clear += await creates(cache, `clear-${round}`, 16, 3000)
    ms.sealed += await creates(sealed, `sealed-${round}`, 16, 3000, SECRETS)
  }
  print('create through the cache, 16 writers, in the clear', perSecond(18_000, ms.clear))
  print('create through the cache, 16 writers, encrypted', perSecond(18_000, ms.sealed))
  await Promise.all([cache.close(), sealed.close()])
  await Promise.all([storage.close(), encrypted.close()])
} finally {
  await rm(folder, { recursive: true })
}
await fanOut('watchers', 0, () => ({}))
await fanOut('watchers of everything', 1000, () => ({}))
await fanOut('watchers of other namespaces', 1000, index => ({ prefix: `${PODS}ns-${index}/` }))
await fanOut('watchers of other nodes', 1000, index => ({ select: { index: 'node', value: `node-${index + 1}` } }))
