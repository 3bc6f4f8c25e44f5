// Measures the API server in a process of its own, through HTTPS with a client certificate, and tells what each request costs that process:
// node bench/apiserver.ts [pods] [--large] [--memory] [--prof] [--only=create,get,list,pages,watch,idle,stall]
import { fork } from 'node:child_process'
import { connect } from 'node:http2'
import { Connection, type Credentials } from './http1-client.ts'
import { podText } from './pods.ts'

const args = process.argv.slice(2)
const count = Number(args.find(arg => /^\d+$/.test(arg)) ?? 5000)
const only = args.find(arg => arg.startsWith('--only='))?.slice(7).split(',')
const wants = (part: string): boolean => !only || only.includes(part)
const rounds = Number(args.find(arg => arg.startsWith('--rounds='))?.slice(9) ?? 3)
const began = performance.now()
const server = fork(new URL('./apiserver-process.ts', import.meta.url), [args.includes('--memory') ? 'memory' : 'sqlite'], {
  execArgv: args.includes('--prof') ? ['--cpu-prof', '--cpu-prof-interval=200', '--cpu-prof-dir=/tmp/k8ts-prof'] : [],
})
server.once('exit', code => process.exit(code ?? 1))
const next = <T>(): Promise<T> => new Promise(resolve => server.once('message', message => resolve(message as T)))
const access = await next<Credentials>()
console.log(`start to ready${' '.repeat(30)} ${Math.round(performance.now() - began)} ms, loading the program and making three certificates included`)

interface Usage {
  cpu: { user: number; system: number }
  memory: { rss: number; heapUsed: number; external: number }
}
const usage = (): Promise<Usage> => {
  server.send('usage')
  return next<Usage>()
}
const microseconds = ({ cpu: { user, system } }: Usage): number => user + system

const pods = '/api/v1/namespaces/default/pods'
const pod = (name: string): string => podText(name, args.includes('--large') ? 'large' : 'small')
const title = (label: string): string => label.padEnd(44)

async function rate(label: string, total: number, width: number, run: (connection: Connection, index: number) => Promise<{ status: number; head: string }>): Promise<void> {
  const connections = await Promise.all(Array.from({ length: width }, () => Connection.open(access)))
  const before = await usage()
  let index = 0
  const started = performance.now()
  await Promise.all(connections.map(async connection => {
    while (index < total) {
      const { status, head } = await run(connection, index++)
      if (status >= 400) throw new Error(`${label}: ${status} ${head}`)
    }
  }))
  const seconds = (performance.now() - started) / 1000
  const used = (microseconds(await usage()) - microseconds(before)) / total
  console.log(`${title(label)} ${Math.round(total / seconds).toLocaleString('en').padStart(7)} per s   ${used.toFixed(0).padStart(6)} µs of the server's CPU each`)
  for (const connection of connections) connection.close()
}

async function once(label: string, path: string, headers: Record<string, string> = {}): Promise<void> {
  const connection = await Connection.open(access)
  const rows: string[] = []
  let bytes = 0
  for (let round = 0; round < rounds; round++) {
    const before = await usage()
    const started = performance.now()
    bytes = (await connection.request('GET', path, undefined, headers)).bytes
    const wall = performance.now() - started
    rows.push(`${Math.round(wall)} ms (${Math.round((microseconds(await usage()) - microseconds(before)) / 1000)} CPU)`)
  }
  connection.close()
  console.log(`${title(label)} ${rows.join(', ')}, ${(bytes / 1e6).toFixed(1)} MB`)
}

const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

/** Updates of one pod, 20 a second: what each costs the server, and what it costs for each event that somebody saw. */
async function updates(label: string, watching: { events: number; seenAt: (() => void) | undefined } = { events: 0, seenAt: undefined }): Promise<void> {
  const writer = await Connection.open(access)
  const delays: number[] = []
  let sent = 0
  watching.events = 0
  watching.seenAt = () => delays.push(performance.now() - sent)
  const patches = 60
  const before = await usage()
  for (let round = 0; round < patches; round++) {
    sent = performance.now()
    await writer.request('PATCH', `${pods}/b-1`, JSON.stringify({ metadata: { labels: { round: String(round + sent) } } }), { 'content-type': 'application/merge-patch+json' })
    await sleep(50)
  }
  await sleep(500)
  const used = microseconds(await usage()) - microseconds(before)
  delays.sort((one, other) => one - other)
  const perEvent = watching.events === 0 ? '' : `, ${(used / watching.events).toFixed(1)} µs per event (${watching.events} events), p99 ${delays[Math.floor(delays.length * 0.99)]!.toFixed(1)} ms`
  console.log(`${title(label)} ${(used / patches).toFixed(0)} µs of the server's CPU per update${perEvent}`)
  writer.close()
}

async function watches(label: string, open: (onEvent: (count: number) => void) => Promise<() => void>): Promise<void> {
  const watching = { events: 0, seenAt: undefined as (() => void) | undefined }
  const close = await open(seen => {
    watching.events += seen
    watching.seenAt?.()
  })
  await sleep(1500)
  await updates(label, watching)
  close()
  await sleep(500)
}

/** Watches over HTTP/2, a thousand on each connection. */
function manyWatches(total: number, path: string): { opened: Promise<unknown>; close(): void } {
  const sessions = Array.from({ length: Math.ceil(total / 1000) }, () => connect(`https://127.0.0.1:${access.port}`, access))
  const streams = Array.from({ length: total }, (_, index) => sessions[index % sessions.length]!.request({ ':path': path, accept: 'application/json' }).resume())
  const answered = streams.map(stream => new Promise(resolve => stream.once('response', resolve)))
  return { opened: Promise.all(answered), close: () => { for (const session of sessions) session.destroy() } }
}

async function idle(total: number): Promise<void> {
  const before = await usage()
  const watching = manyWatches(total, `/api/v1/namespaces/default/secrets?watch=1&allowWatchBookmarks=true`)
  await watching.opened
  await sleep(2000)
  const quiet = await usage()
  await sleep(10_000)
  const after = await usage()
  const kilobytes = (after.memory.rss - before.memory.rss) / total / 1000
  console.log(`${title(`${total.toLocaleString('en')} idle watches, HTTP/2`)} ${kilobytes.toFixed(1)} KB each, ${((microseconds(after) - microseconds(quiet)) / 100_000).toFixed(2)} % of a core, ${Math.round((microseconds(quiet) - microseconds(before)) / total)} µs to open one`)
  watching.close()
  await sleep(1000)
}

const setup = await Connection.open(access)
await setup.request('POST', '/api/v1/namespaces/default/serviceaccounts', JSON.stringify({ metadata: { name: 'default' } }))
const some = Math.min(1000, count)
await rate('warm up: create, 16 connections', Math.min(3000, count), 16, (connection, index) => connection.request('POST', pods, pod(`w-${index}`)))
await rate('create a pod, 16 connections', count, 16, (connection, index) => connection.request('POST', pods, pod(`b-${index}`)))
// What one connection costs is only known of a server that is warm.
if (wants('create')) {
  await rate('create a pod, 1 connection', some, 1, (connection, index) => connection.request('POST', pods, pod(`a-${index}`)))
  await rate('create a pod, 64 connections', some, 64, (connection, index) => connection.request('POST', pods, pod(`c-${index}`)))
}
if (wants('get')) {
  await rate('warm up: get, 16 connections', 5000, 16, connection => connection.request('GET', `${pods}/b-1`))
  await rate('get a pod, 1 connection', 3000, 1, connection => connection.request('GET', `${pods}/b-1`))
  await rate('get a pod, 16 connections', args.includes('--prof') ? 40_000 : 20_000, 16, connection => connection.request('GET', `${pods}/b-1`))
}
if (wants('list')) {
  await once('list all pods, JSON', pods)
  await once('list all pods, JSON for people', `${pods}?pretty=true`)
  await once('list all pods, protobuf', pods, { accept: 'application/vnd.kubernetes.protobuf' })
  await once('list all pods, Table', pods, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' })
  await once('list all pods, JSON gzip', pods, { 'accept-encoding': 'gzip' })
  await once('list that selects nothing', `${pods}?labelSelector=app%3Dnone`)
}
if (wants('pages')) await rate('list in pages of 500, 4 connections', 200, 4, connection => connection.request('GET', `${pods}?limit=500`))
if (wants('watch')) {
  const path = `${pods}?watch=1&resourceVersion=0&fieldSelector=metadata.name%3Db-1`
  await watches('500 watchers of one pod, HTTP/1.1', async onEvent => {
    const connections: Connection[] = []
    for (let index = 0; index < 500; index++) connections.push(await Connection.open(access))
    for (const connection of connections) connection.watch(path, onEvent)
    return () => { for (const connection of connections) connection.close() }
  })
  await watches('500 watchers of one pod, HTTP/2', async onEvent => {
    const session = connect(`https://127.0.0.1:${access.port}`, { ...access, settings: { initialWindowSize: 1 << 24 } })
    for (let index = 0; index < 500; index++) session.request({ ':path': path, accept: 'application/json' }).on('data', (data: Buffer) => onEvent(data.toString().split('}\n').length - 1))
    return () => session.destroy()
  })
}
if (wants('watch')) {
  await updates('updates that nobody watches')
  for (const [label, path] of [['1,000 watches that match nothing', `${pods}?watch=1&labelSelector=app%3Dnone`], ['1,000 watches of another kind', '/api/v1/namespaces/default/secrets?watch=1'], ['1,000 watches of other pods by name', `${pods}?watch=1&fieldSelector=metadata.name%3Dnone`]] as const) {
    const watching = manyWatches(1000, path)
    await watching.opened
    await updates(label)
    watching.close()
    await sleep(500)
  }
}
if (wants('idle')) await idle(10_000)
if (wants('stall')) {
  const readers = await Promise.all(Array.from({ length: 10 }, () => Connection.open(access)))
  const small = await Connection.open(access)
  const times: number[] = []
  let busy = true
  const reading = Promise.all(readers.map(reader => reader.request('GET', pods))).then(() => { busy = false })
  while (busy) {
    const started = performance.now()
    await small.request('GET', `${pods}/b-1`)
    times.push(performance.now() - started)
  }
  await reading
  times.sort((a, b) => a - b)
  console.log(`${title('GET while ten clients list everything')} p50 ${times[times.length >> 1]!.toFixed(1)} ms, p99 ${times[Math.floor(times.length * 0.99)]!.toFixed(1)} ms (${times.length})`)
  for (const each of [small, ...readers]) each.close()
}
const { memory } = await usage()
console.log(`${title('memory')} ${Math.round(memory.rss / 1e6)} MB (heap ${Math.round(memory.heapUsed / 1e6)} MB, outside of it ${Math.round(memory.external / 1e6)} MB)`)
setup.close()
server.send('stop')
