import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Readable } from 'node:stream'
import { readReports, type Report } from './claim.ts'
import type { Layout } from './layout.ts'

/** The file descriptor through which a daemon tells its starter how far it is. */
export const REPORT_FD = 3

/** For Node: small young generations keep HTTP/2's buffers from becoming old ones, and the smallest make loading slower. */
const NODE_FLAGS = ['--min-semi-space-size=8', '--max-semi-space-size=8', '--disable-warning=ExperimentalWarning']

/** Starts `k8ts server` in the background, in a session of its own, and yields what it reports. It lives on when this process ends. */
export async function* startDaemon(layout: Layout, args: readonly string[], env: NodeJS.ProcessEnv): AsyncIterable<Report> {
  mkdirSync(dirname(layout.crashLog), { recursive: true })
  const crashLog = openSync(layout.crashLog, 'w', 0o600)
  // The program that this one is: the sources or their bundle.
  const main = process.argv[1]!
  const child = spawn(process.execPath, [...NODE_FLAGS, main, 'server', '--daemon', ...args], {
    cwd: '/', env, detached: true, stdio: ['ignore', crashLog, crashLog, 'pipe'],
  })
  closeSync(crashLog)
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(signal ? `was killed by ${signal}` : `ended with code ${code}`))
  })
  ended.catch(() => undefined)
  child.unref()
  for await (const report of readReports(child.stdio[REPORT_FD] as Readable)) {
    yield report
    if (report.type !== 'progress') return
  }
  const said = (await readFile(layout.crashLog, 'utf8').catch(() => '')).trim().split('\n').slice(-15).join('\n')
  yield { type: 'failed', message: `the server ${await ended} before it was ready${said && `:\n${said}`}` }
}
