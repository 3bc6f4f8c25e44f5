import type { Endpoint } from '../host/sockets.ts'
import { listenTcp, openUdp } from '../host/sockets.ts'
import type { Clock } from '../machinery/clock.ts'
import type { Log } from '../machinery/log.ts'
import { errorMessage } from '../machinery/log.ts'
import { forward, frame } from './forward.ts'
import { decodeQuery, encodeAnswer, encodeFailure, encodeQuestion, withAlias } from './message.ts'
import type { Query } from './message.ts'
import { answer } from './records.ts'
import type { DnsData } from './records.ts'

const TCP_BYTES = 65_535
const IDLE_TCP_MS = 10_000

export interface DnsServerOptions {
  readonly listen: Endpoint
  readonly data: DnsData
  /** Where names of other zones are asked for. */
  readonly forwarders: readonly Endpoint[]
  readonly clock: Clock
  readonly log: Log
}

export interface DnsServer {
  readonly address: string
  readonly port: number
  stop(): Promise<void>
}

/** Serves names over UDP and TCP on one port. */
export async function startDnsServer(options: DnsServerOptions): Promise<DnsServer> {
  const udp = await openUdp(options.listen, (message, from) => {
    respond(message, 'udp', options).then(response => response && udp.send(response, from))
      .catch((error: unknown) => options.log.warn('a DNS answer could not be sent', { error: errorMessage(error), to: from.address }))
  })
  const tcp = await listenTcp({ address: options.listen.address, port: udp.port }, connection => {
    connection.setTimeout(IDLE_TCP_MS, () => connection.destroy())
    let received = Buffer.alloc(0)
    connection.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const message = received.subarray(2, 2 + received.readUInt16BE(0))
        received = received.subarray(2 + message.length)
        respond(message, 'tcp', options).then(response => response && connection.write(frame(response)))
          .catch((error: unknown) => options.log.warn('a DNS answer could not be sent', { error: errorMessage(error) }))
      }
    })
  })
  return {
    address: udp.address, port: udp.port,
    async stop() {
      await Promise.all([udp.close(), tcp.close()])
    },
  }
}

async function respond(message: Uint8Array, over: 'udp' | 'tcp', options: DnsServerOptions): Promise<Uint8Array | undefined> {
  const query = decodeQuery(message)
  if (!query) return undefined
  const result = answer(query.question, options.data)
  if (result.code === 'forward') return (await forward(message, query, over, options.forwarders, options.clock)) ?? encodeFailure(query, 'SERVFAIL')
  if (result.answers[0]?.type === 'CNAME' && query.question.type !== 'CNAME') return followAlias(query, over, options)
  return encodeAnswer(query, result, options.data.zone, over === 'tcp' ? TCP_BYTES : query.udpBytes)
}

/** An ExternalName service: the client gets the alias and, where the world can be reached, what it stands for. */
async function followAlias(query: Query, over: 'udp' | 'tcp', { data, forwarders, clock }: DnsServerOptions): Promise<Uint8Array> {
  const alias = answer(query.question, data)
  const target = String(alias.answers[0]?.data)
  const inside = answer({ name: target, type: query.question.type }, data)
  if (inside.code !== 'forward') return encodeAnswer(query, { ...inside, code: 'NOERROR', answers: [...alias.answers, ...inside.answers] }, data.zone, TCP_BYTES)
  return withAlias(query, alias, await forward(encodeQuestion(query, target), query, over, forwarders, clock))
}
