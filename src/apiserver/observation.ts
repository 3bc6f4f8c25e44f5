import type { Exchange, Observation } from './exchange.ts'
import type { RequestInfo } from './request-info.ts'

/** Looks at every request that comes in. */
export interface Observer {
  begin(exchange: Exchange, info: RequestInfo): Observation
}

const LONG_RUNNING = new Set(['exec', 'attach', 'portforward', 'proxy', 'log'])

/** Whether a request may take as long as its client likes. */
export const isLongRunning = (info: RequestInfo): boolean => info.type === 'resource' && (info.verb === 'watch' || (info.subresource !== undefined && LONG_RUNNING.has(info.subresource)))
