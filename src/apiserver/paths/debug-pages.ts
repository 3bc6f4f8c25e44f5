import { timestamp, type Clock } from '../../machinery/clock.ts'
import type { Exchange } from '../exchange.ts'
import type { HealthCheck } from './health.ts'
import type { PathHandler } from './path.ts'
import { VERSION } from './version.ts'

const NOT_FOR_MACHINES = 'Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.'
const PATHS = ['/flagz', '/healthz', '/livez', '/metrics', '/readyz', '/statusz', '/version']

export interface DebugParts {
  readonly clock: Clock
  readonly checks: readonly HealthCheck[]
  /** The options that the server runs with, under the names of upstream's flags. */
  flags(): Readonly<Record<string, string>>
}

/** `/statusz` and `/flagz` for people, `/metrics/slis` for those who measure how often the server is well. */
export function debugPages({ clock, checks, flags }: DebugParts): PathHandler {
  const startedMs = clock.now()
  return async exchange => {
    switch (exchange.path) {
      case '/statusz': return page(exchange, 'statusz', statusLines(startedMs, clock.now()))
      case '/flagz': return page(exchange, 'flagz', Object.entries(flags()).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}:${value}`))
      case '/metrics/slis': return slis(exchange, checks)
      default: return false
    }
  }
}

async function page(exchange: Exchange, name: string, lines: readonly string[]): Promise<true> {
  await exchange.sendText(200, `\napiserver ${name}\n${NOT_FOR_MACHINES}\n${name === 'statusz' ? '\n' : ''}${lines.join('\n')}\n`)
  return true
}

function statusLines(startedMs: number, now: number): string[] {
  const upSeconds = Math.floor((now - startedMs) / 1000)
  const two = (count: number): string => String(count).padStart(2, '0')
  return [
    `Started= ${timestamp(startedMs)}`, `Up= ${Math.floor(upSeconds / 3600)} hr ${two(Math.floor(upSeconds / 60) % 60)} min ${two(upSeconds % 60)} sec`,
    `Binary version= ${VERSION.gitVersion.slice(1)}`, `Emulation version= ${VERSION.emulationMajor}.${VERSION.emulationMinor}`, `Paths= ${PATHS.join(' ')}`,
  ]
}

async function slis(exchange: Exchange, checks: readonly HealthCheck[]): Promise<true> {
  const lines = ['# HELP kubernetes_healthcheck [STABLE] This metric records the result of a single healthcheck.', '# TYPE kubernetes_healthcheck gauge']
  for (const kind of ['healthz', 'livez', 'readyz'] as const) {
    for (const check of checks.filter(({ of }) => of.includes(kind))) {
      const well = await Promise.resolve().then(() => check.check()).catch(() => false)
      lines.push(`kubernetes_healthcheck{name=${JSON.stringify(check.name)},type="${kind}"} ${well ? 1 : 0}`)
    }
  }
  await exchange.sendText(200, `${lines.join('\n')}\n`)
  return true
}
