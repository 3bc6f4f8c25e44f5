import type { Observer } from './observation.ts'

/** What is told of a span besides its name and time. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>

/** Follows requests through the server. There is none unless tracing is on. */
export interface Tracing {
  /** Everything that `action` begins belongs to one request. */
  enter<T>(action: () => T): T
  /** Begins the request's own span once its user is known, and ends it with the answer. */
  readonly observer: Observer
  /** A part of the current request as a span of its own; without a request, or for one that is not traced, only the action. */
  step<T>(name: string, attributes: SpanAttributes, action: () => T): T
  /** Sends what is left. */
  close(): Promise<void>
}

/** Calls back when an action ends, now or later, well or with an error. */
export function whenEnded<T>(action: () => T, ended: (error?: unknown) => void): T {
  let result: T
  try {
    result = action()
  } catch (error) {
    ended(error ?? 'failed')
    throw error
  }
  if (!(result instanceof Promise)) {
    ended()
    return result
  }
  return result.then(value => (ended(), value), error => {
    ended(error ?? 'failed')
    throw error
  }) as T
}
