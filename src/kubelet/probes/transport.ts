import { Client, credentials, status as grpcStatus, type ServiceError } from '@grpc/grpc-js'
import { callHttp } from '../../host/http.ts'
import { connectTcp } from '../../host/sockets.ts'
import type { Clock } from '../../machinery/clock.ts'
import { goDuration } from '../backoff.ts'
import { hostPort, type ProbeTransport } from './probe.ts'

const MAX_BODY = 10 * 1024
const MAX_REDIRECTS = 10
const SERVING = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN']

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect: connection refused', EHOSTUNREACH: 'connect: no route to host', ENETUNREACH: 'connect: network is unreachable', ETIMEDOUT: 'i/o timeout',
}

/** The error as Go's net package words it. */
function asDialError(error: unknown, address: string, port: number): Error {
  const { code = '', message } = error as NodeJS.ErrnoException
  if (code === 'ECONNRESET') return new Error('EOF')
  if (code.startsWith('HPE_')) return new Error(`malformed HTTP response: ${message}`)
  return new Error(`dial tcp ${hostPort(address, port)}: ${REASONS[code] ?? message}`, { cause: error })
}

/** The first bytes of a body; what follows is not read. */
async function beginning(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= MAX_BODY) break
  }
  return Buffer.concat(chunks).subarray(0, MAX_BODY).toString()
}

function within<T>(clock: Clock, timeoutMs: number, words: string, start: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController()
  return new Promise((resolve, reject) => {
    const timer = clock.after(timeoutMs, () => {
      reject(new Error(words))
      abort.abort()
    })
    start(abort.signal).then(resolve, reject).finally(() => timer.cancel())
  })
}

async function get(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal, redirects = 0): Promise<{ status: number; body: string }> {
  const { hostname, port, protocol } = new URL(url)
  const answer = await callHttp(url, { headers, signal, lenient: true, tls: { insecure: true } }).catch(error => {
    throw asDialError(error, hostname.replace(/^\[|\]$/g, ''), Number(port || (protocol === 'https:' ? 443 : 80)))
  })
  const location = answer.headers.location
  if (answer.status >= 300 && answer.status < 400 && location !== undefined) {
    const next = new URL(location, url)
    answer.discard()
    // To another host a redirect counts as an answer: the probe is about this container only.
    if (next.hostname !== hostname) return { status: 200, body: `Probe terminated redirects, Response body: ` }
    if (redirects >= MAX_REDIRECTS) throw new Error(`stopped after ${MAX_REDIRECTS} redirects`)
    return get(next.href, headers, signal, redirects + 1)
  }
  return { status: answer.status, body: await beginning(answer.body) }
}

const encodeRequest = (service: string): Buffer => {
  const name = Buffer.from(service)
  return name.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x0a, name.length]), name])
}
const decodeStatus = (message: Buffer): string => SERVING[message[0] === 0x08 ? message[1]! : 0] ?? 'UNKNOWN'

function health(address: string, port: number, service: string, timeoutMs: number, nowMs: number): Promise<string> {
  const target = hostPort(address, port)
  const client = new Client(target, credentials.createInsecure())
  return new Promise<string>((resolve, reject) => {
    client.makeUnaryRequest('/grpc.health.v1.Health/Check', encodeRequest, decodeStatus, service, { deadline: nowMs + timeoutMs }, (error: ServiceError | null, status?: string) => {
      if (!error) return resolve(status ?? 'UNKNOWN')
      if (error.code === grpcStatus.UNIMPLEMENTED) return reject(new Error(`error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${error.details}`))
      if (error.code === grpcStatus.DEADLINE_EXCEEDED || error.code === grpcStatus.UNAVAILABLE) {
        return reject(new Error(`timeout: failed to connect service "${target}" within ${goDuration(timeoutMs)}: context deadline exceeded`))
      }
      reject(new Error(`error: health rpc probe failed: ${error.message}`))
    })
  }).finally(() => client.close())
}

/** Probes over the real network. */
export const networkProbes = (clock: Clock): ProbeTransport => ({
  get: ({ url, headers, timeoutMs }) =>
    within(clock, timeoutMs, 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)', signal => get(url, headers, signal)),
  async connect(address, port, timeoutMs) {
    const socket = await within(clock, timeoutMs, `dial tcp ${hostPort(address, port)}: i/o timeout`, signal =>
      connectTcp({ address, port }, { signal }).catch(error => { throw asDialError(error, address, port) }))
    socket.destroy()
  },
  health: (address, port, service, timeoutMs) => health(address, port, service, timeoutMs, clock.now()),
})
