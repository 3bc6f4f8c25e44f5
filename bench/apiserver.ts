// Measures the API server by itself over memory, through HTTPS: node bench/apiserver.ts [pods]
import { connect, type ClientHttp2Session } from 'node:http2'
import { startAlone } from '../test/api-server-alone.ts'

const count = Number(process.argv[2] ?? 5000)
const server = await startAlone()
const session: ClientHttp2Session = connect(`https://127.0.0.1:${server.port}`, { cert: server.admin.certificate, key: server.admin.key, ca: server.authority.certificate, settings: { initialWindowSize: 1 << 24 } })

function call(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<{ status: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':method': method, ':path': path, 'content-type': 'application/json', accept: 'application/json', ...headers })
    let status = 0
    let bytes = 0
    stream.on('response', answer => { status = answer[':status']! })
    stream.on('data', (chunk: Uint8Array) => { bytes += chunk.length })
    stream.on('end', () => resolve({ status, bytes }))
    stream.on('error', reject)
    stream.end(body && JSON.stringify(body))
  })
}

const pods = '/api/v1/namespaces/default/pods'
const pod = (name: string) => ({ metadata: { name, labels: { app: 'bench', name } }, spec: { containers: [{ name: 'c', image: 'registry.example.com/team/app:1.2.3', env: [{ name: 'A', value: 'b' }], resources: { requests: { cpu: '100m', memory: '64Mi' } } }], automountServiceAccountToken: false } })

async function rate(label: string, total: number, width: number, run: (index: number) => Promise<{ status: number }>): Promise<void> {
  let next = 0
  const started = performance.now()
  await Promise.all(Array.from({ length: width }, async () => {
    while (next < total) {
      const { status } = await run(next++)
      if (status >= 400) throw new Error(`${label}: ${status}`)
    }
  }))
  const seconds = (performance.now() - started) / 1000
  console.log(`${label.padEnd(44)} ${Math.round(total / seconds).toLocaleString('en')} per s`)
}

async function once(label: string, headers: Record<string, string> = {}, path = pods): Promise<void> {
  const times: number[] = []
  let bytes = 0
  for (let round = 0; round < 3; round++) {
    const started = performance.now()
    bytes = (await call('GET', path, undefined, headers)).bytes
    times.push(performance.now() - started)
  }
  console.log(`${label.padEnd(44)} ${times.map(time => `${Math.round(time)} ms`).join(', ')} (${(bytes / 1e6).toFixed(1)} MB)`)
}

await call('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
await rate('create a pod, 1 at a time', Math.min(500, count), 1, index => call('POST', pods, pod(`a-${index}`)))
await rate('create a pod, 16 at a time', count, 16, index => call('POST', pods, pod(`b-${index}`)))
await rate('get a pod, 1 at a time', 2000, 1, () => call('GET', `${pods}/b-1`))
await rate('get a pod, 16 at a time', 10_000, 16, () => call('GET', `${pods}/b-1`))
await once('list all pods, JSON')
await once('list all pods, protobuf', { accept: 'application/vnd.kubernetes.protobuf' })
await once('list all pods, Table', { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' })
await once('list all pods, JSON gzip', { 'accept-encoding': 'gzip' })
await once('list that selects nothing', {}, `${pods}?labelSelector=app%3Dnone`)
await rate('list in pages of 500', 100, 4, () => call('GET', `${pods}?limit=500`))

const watchers = 500
let events = 0
for (let index = 0; index < watchers; index++) {
  const stream = session.request({ ':path': `${pods}?watch=1&resourceVersion=0&fieldSelector=metadata.name%3Db-1`, accept: 'application/json' })
  stream.on('data', () => { events++ })
}
await new Promise(resolve => setTimeout(resolve, 1000))
events = 0
const cpu = process.cpuUsage()
for (let round = 0; round < 40; round++) await call('PATCH', `${pods}/b-1`, { metadata: { labels: { round: String(round) } } }, { 'content-type': 'application/merge-patch+json' })
await new Promise(resolve => setTimeout(resolve, 500))
const used = process.cpuUsage(cpu)
console.log(`${`${watchers} watchers of one pod, client included`.padEnd(44)} ${((used.user + used.system) / Math.max(events, 1)).toFixed(1)} µs per event (${events} events)`)
console.log(`memory ${Math.round(process.memoryUsage().rss / 1e6)} MB, this client included`)
session.destroy()
await server.stop()
process.exit(0)
