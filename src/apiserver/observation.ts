import type { Exchange } from './exchange.ts'
import type { RequestInfo } from './request-info.ts'

/** One request as it is looked at from outside: by metrics, by the audit log. */
export interface Observation {
  /** The caller is known, and who it wants to be taken for is not yet. Waits while there is no room to write down what it does. */
  known?(): Promise<void> | void
  /** The answer is complete, or the client is gone. Called once. */
  done(status: number): Promise<void> | void
}

/** Looks at every request that comes in. */
export interface Observer {
  begin(exchange: Exchange, info: RequestInfo): Observation
}

const LONG_RUNNING = new Set(['exec', 'attach', 'portforward', 'proxy', 'log'])

/** Whether a request may take as long as its client likes. */
export const isLongRunning = (info: RequestInfo): boolean => info.type === 'resource' && (info.verb === 'watch' || (info.subresource !== undefined && LONG_RUNNING.has(info.subresource)))
