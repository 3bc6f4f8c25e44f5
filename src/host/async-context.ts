import { AsyncLocalStorage } from 'node:async_hooks'

/** A value that belongs to everything that an action begins, however much later it ends. */
export interface AsyncContext<T> {
  run<R>(value: T, action: () => R): R
  get(): T | undefined
}

export function asyncContext<T>(): AsyncContext<T> {
  const storage = new AsyncLocalStorage<T>()
  return { run: (value, action) => storage.run(value, action), get: () => storage.getStore() }
}

/** Headers for the requests that leave on behalf of the current one: the trace that they belong to. Costs nothing while nobody runs anything in it. */
export const outgoingHeaders: AsyncContext<() => Readonly<Record<string, string>>> = asyncContext()
