import type { Endpoint } from '../host/sockets.ts'
import { connectTcp, openUdp } from '../host/sockets.ts'
import type { Clock } from '../machinery/clock.ts'
import type { Query } from './message.ts'

const ANSWER_WITHIN_MS = 2_000

/** Name servers that the machine itself uses, as its resolv.conf lists them; ours are left out, or a question would go round in circles. */
export function nameServers(resolvConf: string, ours: readonly string[]): Endpoint[] {
  return resolvConf.split('\n').map(line => /^\s*nameserver\s+(\S+)/.exec(line)?.[1])
    .filter((address): address is string => address !== undefined && !ours.includes(address)).map(address => ({ address, port: 53 }))
}

/** Asks the servers in order, each for a while; undefined when none answers. */
export async function forward(message: Uint8Array, query: Pick<Query, 'id'>, over: 'udp' | 'tcp', servers: readonly Endpoint[], clock: Clock): Promise<Uint8Array | undefined> {
  for (const server of servers) {
    const answer = await (over === 'udp' ? askUdp(message, query.id, server, clock) : askTcp(message, server))
    if (answer) return answer
  }
  return undefined
}

function askUdp(message: Uint8Array, id: number, server: Endpoint, clock: Clock): Promise<Uint8Array | undefined> {
  return new Promise(resolve => {
    const local = { address: server.address.includes(':') ? '::' : '0.0.0.0', port: 0 }
    let finish = (_answer: Uint8Array | undefined): void => undefined
    const opened = openUdp(local, (answer, from) => {
      // Only the server that was asked, with the id that it was asked with, is believed.
      if (from.address === server.address && from.port === server.port && ((answer[0]! << 8) | answer[1]!) === id) finish(answer)
    })
    opened.then(socket => {
      const timer = clock.after(ANSWER_WITHIN_MS, () => finish(undefined), { background: true })
      finish = answer => {
        finish = () => undefined
        timer.cancel()
        void socket.close()
        resolve(answer)
      }
      socket.send(message, server).catch(() => finish(undefined))
    }, () => resolve(undefined))
  })
}

async function askTcp(message: Uint8Array, server: Endpoint): Promise<Uint8Array | undefined> {
  try {
    const socket = await connectTcp(server, { timeoutMs: ANSWER_WITHIN_MS })
    try {
      socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy())
      socket.write(frame(message))
      let received = Buffer.alloc(0)
      for await (const chunk of socket) {
        received = Buffer.concat([received, chunk as Buffer])
        if (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) return received.subarray(2, 2 + received.readUInt16BE(0))
      }
      return undefined
    } finally {
      socket.destroy()
    }
  } catch {
    // A server that cannot be reached is the same as one that does not answer: the next is asked.
    return undefined
  }
}

/** A message as TCP carries it: its length in two bytes before it (RFC 1035, 4.2.2). */
export function frame(message: Uint8Array): Uint8Array {
  const framed = Buffer.alloc(message.length + 2)
  framed.writeUInt16BE(message.length)
  framed.set(message, 2)
  return framed
}
