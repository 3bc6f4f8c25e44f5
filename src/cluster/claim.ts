import { connect, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

/** What a starting server says to whoever waits for it. */
export type Report =
  | { type: 'progress'; message: string; atMs: number }
  | { type: 'ready' }
  | { type: 'failed'; message: string }

/** The right to run an instance; the kernel takes it back when the process ends, however it ends. */
export interface Claim {
  report(report: Report): void
  release(): Promise<void>
}

/** A name in the abstract socket namespace: no file, so nothing is ever left to be cleaned up. */
const addressOf = (instance: string): string => `\0k8ts/${instance}`

/** Takes the instance for this process and tells its reports, from the first on, to all who follow. `undefined` when another process has it. */
export function claimInstance(instance: string): Promise<Claim | undefined> {
  const lines: string[] = []
  const followers = new Set<Socket>()
  const server = createServer(follower => {
    followers.add(follower)
    follower.on('error', () => follower.destroy())
    follower.once('close', () => followers.delete(follower))
    follower.write(lines.join(''))
  })
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)))
    server.listen(addressOf(instance), () => resolve({
      report(report) {
        const line = `${JSON.stringify(report)}\n`
        lines.push(line)
        for (const follower of followers) follower.write(line)
      },
      release: () => new Promise(released => {
        server.close(() => released())
        for (const follower of followers) follower.end()
      }),
    }))
  })
}

/** The reports of the process that has the instance; `undefined` when none has. The sequence ends with the process or after `ready` or `failed`. */
export function followInstance(instance: string): Promise<AsyncIterable<Report> | undefined> {
  const socket = connect(addressOf(instance))
  return new Promise((resolve, reject) => {
    socket.once('connect', () => {
      // Who only wants to know whether there is somebody never reads; that must not keep its process alive.
      socket.unref()
      resolve(readReports(socket))
    })
    socket.once('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNREFUSED' ? resolve(undefined) : reject(error)))
  })
}

/** Reads reports, one JSON line each, until the one that settles. */
export async function* readReports(stream: Readable): AsyncIterable<Report> {
  // The writer's end is an end like any other, also when it is a crash.
  stream.on('error', () => stream.destroy())
  if ('ref' in stream && typeof stream.ref === 'function') stream.ref()
  try {
    for await (const line of createInterface({ input: stream })) {
      const report = JSON.parse(line) as Report
      yield report
      if (report.type !== 'progress') break
    }
  } finally {
    // Also when the reader leaves early: an open socket would keep its process alive.
    stream.destroy()
  }
}

/** Writes reports to a pipe whose reader may be gone. */
export function reportTo(stream: Writable): (report: Report) => void {
  stream.on('error', () => stream.destroy())
  return report => {
    if (stream.destroyed) return
    stream.write(`${JSON.stringify(report)}\n`)
    if (report.type !== 'progress') stream.end()
  }
}
