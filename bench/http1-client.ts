import { connect, type TLSSocket } from 'node:tls'

export interface Credentials {
  readonly port: number
  readonly cert: string
  readonly key: string
  readonly ca: string
}

export interface Answer {
  readonly status: number
  readonly bytes: number
  /** The body's start, as much as came with the headers. */
  readonly head: string
}

const END_OF_HEADERS = Buffer.from('\r\n\r\n')
const LAST_CHUNK = Buffer.from('0\r\n\r\n')

/** One HTTP/1.1 connection that does as little as it can, so that what is measured is the server. One request at a time. */
export class Connection {
  readonly #socket: TLSSocket
  #take: ((data: Buffer) => void) | undefined

  private constructor(socket: TLSSocket) {
    this.#socket = socket
    socket.on('data', (data: Buffer) => this.#take?.(data))
    socket.on('error', error => { throw error })
    socket.on('close', () => { if (this.#take) throw new Error('the server closed a connection in use') })
  }

  static open({ port, cert, key, ca }: Credentials): Promise<Connection> {
    return new Promise(resolve => {
      const socket = connect({ host: '127.0.0.1', port, cert, key, ca, ALPNProtocols: ['http/1.1'] }, () => resolve(new Connection(socket)))
      socket.setNoDelay(true)
    })
  }

  request(method: string, path: string, body?: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const lines = [`${method} ${path} HTTP/1.1`, 'host: 127.0.0.1', 'user-agent: bench/1', ...Object.entries({ accept: 'application/json', ...headers }).map(([name, value]) => `${name}: ${value}`)]
    if (body !== undefined) lines.push(...(headers['content-type'] ? [] : ['content-type: application/json']), `content-length: ${Buffer.byteLength(body)}`)
    this.#socket.write(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`)
    return new Promise(resolve => {
      let head: Buffer | undefined = Buffer.alloc(0)
      let status = 0
      let bytes = 0
      let length: number | undefined
      let start = ''
      let tail: Buffer = Buffer.alloc(0)
      this.#take = data => {
        if (head) {
          head = Buffer.concat([head, data])
          const end = head.indexOf(END_OF_HEADERS)
          if (end < 0) return
          const text = head.subarray(0, end).toString('latin1')
          status = Number(text.slice(9, 12))
          const stated = /\r\ncontent-length: (\d+)/i.exec(text)?.[1]
          length = stated === undefined ? undefined : Number(stated)
          data = head.subarray(end + 4)
          start = data.subarray(0, 2000).toString()
          head = undefined
        }
        bytes += data.length
        tail = data.length >= 5 ? data.subarray(-5) : Buffer.concat([tail, data]).subarray(-5)
        if (length === undefined ? !tail.equals(LAST_CHUNK) : bytes < length) return
        this.#take = undefined
        resolve({ status, bytes, head: start })
      }
    })
  }

  /** A watch: counts the events that come. */
  watch(path: string, onEvent: (count: number) => void): void {
    this.#socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n\r\n`)
    // Each chunk of a watch is one event or more; an event is one line.
    this.#take = data => {
      let count = 0
      for (let at = data.indexOf('}\n'); at >= 0; at = data.indexOf('}\n', at + 2)) count++
      if (count > 0) onEvent(count)
    }
  }

  close(): void {
    this.#take = undefined
    this.#socket.destroy()
  }
}
