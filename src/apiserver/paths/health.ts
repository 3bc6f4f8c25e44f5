import type { Exchange } from '../exchange.ts'
import type { PathHandler } from './path.ts'

/** One thing that must be well. Throws or answers false when it is not. */
export interface HealthCheck {
  readonly name: string
  /** Which of the three questions it answers. */
  readonly of: readonly ('healthz' | 'livez' | 'readyz')[]
  check(): Promise<boolean> | boolean
}

const ENDPOINTS = ['healthz', 'livez', 'readyz'] as const

/** `/healthz`, `/livez`, `/readyz`, and each check on its own below them. */
export function health(checks: readonly HealthCheck[]): PathHandler {
  return async exchange => {
    const [, endpoint, ...rest] = exchange.path.split('/')
    const kind = ENDPOINTS.find(each => each === endpoint)
    if (!kind) return false
    const own = checks.filter(check => check.of.includes(kind))
    const name = rest.filter(Boolean).join('/')
    if (name === '') await all(exchange, kind, own)
    else {
      const one = own.find(check => check.name === name)
      if (!one) return false
      await single(exchange, one)
    }
    return true
  }
}

async function single(exchange: Exchange, check: HealthCheck): Promise<void> {
  const well = await isWell(check)
  await exchange.sendText(well ? 200 : 500, well ? 'ok' : `internal server error: ${check.name} failed\n`)
}

async function isWell(check: HealthCheck): Promise<boolean> {
  try {
    return await check.check()
  } catch {
    return false
  }
}

async function all(exchange: Exchange, kind: string, checks: readonly HealthCheck[]): Promise<void> {
  const excluded = new Set(exchange.query.getAll('exclude'))
  const lines: string[] = []
  let failed = false
  for (const check of checks) {
    if (excluded.delete(check.name)) lines.push(`[+]${check.name} excluded: ok`)
    else if (await isWell(check)) lines.push(`[+]${check.name} ok`)
    else {
      failed = true
      lines.push(`[-]${check.name} failed: reason withheld`)
    }
  }
  const unknown = [...excluded].map(name => JSON.stringify(name))
  const warning = unknown.length > 0 ? `warn: some health checks cannot be excluded: no matches for ${unknown.join(', ')}\n` : ''
  const list = `${lines.join('\n')}\n${warning}`
  if (failed) return exchange.sendText(500, `${list}${kind} check failed\n`)
  await exchange.sendText(200, exchange.query.has('verbose') ? `${list}${kind} check passed\n` : 'ok')
}
