/** A value that is there, or will be: work that seldom waits says so with this type, and costs no promise when it does not wait. */
export type Awaitable<T> = T | Promise<T>

/** Goes on with a value: at once when it is there. */
export const after = <T, R>(value: Awaitable<T>, next: (value: T) => Awaitable<R>): Awaitable<R> => (value instanceof Promise ? value.then(next) : next(value))

/** Does work that holds something, and lets go of it when the work is done, however it ends. */
export function holding<T>(held: Disposable | undefined, work: () => Awaitable<T>): Awaitable<T> {
  let done: Awaitable<T> | undefined
  try {
    done = work()
    if (done instanceof Promise) return done.finally(() => held?.[Symbol.dispose]())
    return done
  } finally {
    if (!(done instanceof Promise)) held?.[Symbol.dispose]()
  }
}
