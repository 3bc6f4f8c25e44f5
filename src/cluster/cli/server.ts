import { createWriteStream } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { realHost } from '../../host/host.ts'
import { systemClock } from '../../machinery/clock.ts'
import { reportTo, type Report } from '../claim.ts'
import { REPORT_FD } from '../daemon.ts'
import { layoutOf } from '../layout.ts'
import { serverParts, type Part } from '../parts.ts'
import { requireRoot } from '../preflight.ts'
import { serve } from '../serve.ts'
import type { Call, Verb } from './verb.ts'

export const server: Verb = {
  flags: { daemon: { type: 'boolean', help: 'report to the process that started this one, not to the terminal (used by "up")' } },
  run: call => runParts(call, serverParts),
}

/** Runs parts in the foreground until SIGTERM or SIGINT. */
export async function runParts(call: Call, parts: readonly Part[]): Promise<number> {
  const { options, flags, env, say } = call
  requireRoot('the server')
  const host = realHost()
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort())
  // A terminal that goes away is no reason to end.
  process.on('SIGHUP', () => undefined)
  const toStarter = flags['daemon'] ? reportTo(createWriteStream('', { fd: REPORT_FD })) : undefined
  const report = (said: Report): void => {
    if (toStarter) toStarter(said)
    else if (said.type === 'progress') say(said.message)
    else if (said.type === 'ready') say('ready')
    if (said.type !== 'ready') return
    flushCompileCache()
    // Node cannot send a datagram to a unix socket; systemd brings a command that can.
    if (env['NOTIFY_SOCKET']) void host.processes.run(['systemd-notify', '--ready', `--pid=${process.pid}`]).catch(error => say(`systemd was not told: ${error.message}`))
  }
  await serve({ host, clock: systemClock, options, parts, report, stopped: stop.signal, logFile: layoutOf(options).daemonLog, ...kubeconfigOf(call) })
  // What is still open (a watch, a timer) must not keep a stopped server alive.
  process.exit(0)
}

const kubeconfigOf = ({ flags }: Call): { kubeconfig?: string } => (typeof flags['kubeconfig'] === 'string' ? { kubeconfig: flags['kubeconfig'] } : {})
