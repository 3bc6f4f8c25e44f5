/** A channel from one producer to one consumer, who reads it with `for await`. */
export interface Stream<T> extends AsyncIterable<T> {
  /** Items not yet read. */
  readonly length: number
  readonly closed: boolean
  /** Hands in an item. False: the stream has ended, or the buffer is full (the stream then fails with the overflow error). */
  push(item: T): boolean
  /** Ends the stream after the items already in it, with an error when one is given. */
  close(error?: unknown): void
}

export interface StreamOptions {
  /** How many items may wait; a slower consumer loses the stream. Default: no limit. */
  readonly limit?: number
  /** The error of a consumer that was too slow. */
  readonly overflow?: () => unknown
  /** Ends the stream at once, dropping what waits. */
  readonly signal?: AbortSignal | undefined
  /** Called once when the stream has ended, whoever ended it. */
  readonly onClose?: () => void
}

/** Makes a stream. Leaving the `for await` loop early closes it. */
export function stream<T>({ limit = Infinity, overflow, signal, onClose }: StreamOptions = {}): Stream<T> {
  let items: T[] = []
  let head = 0
  let ended = false
  let failure: { error: unknown } | undefined
  let wake: (() => void) | undefined

  const waiting = (): number => items.length - head
  const close = (error?: unknown): void => {
    if (ended) return
    ended = true
    if (error !== undefined) failure = { error }
    signal?.removeEventListener('abort', abort)
    onClose?.()
    wake?.()
  }
  const drop = (): void => {
    items = []
    head = 0
  }
  const abort = (): void => {
    drop()
    close()
  }
  if (signal?.aborted) abort()
  else signal?.addEventListener('abort', abort, { once: true })

  const take = (): T => {
    const item = items[head]!
    items[head++] = undefined as T
    // Shifting an array costs its length each time; the read part is cut off when it is the larger one.
    if (head > 64 && head * 2 > items.length) {
      items = items.slice(head)
      head = 0
    }
    return item
  }
  const next = async (): Promise<IteratorResult<T>> => {
    for (;;) {
      if (waiting() > 0) return { done: false, value: take() }
      if (failure) {
        const { error } = failure
        failure = undefined
        throw error
      }
      if (ended) return { done: true, value: undefined }
      await new Promise<void>(resolve => (wake = resolve))
      wake = undefined
    }
  }

  return {
    get length() {
      return waiting()
    },
    get closed() {
      return ended
    },
    push(item) {
      if (ended) return false
      if (waiting() >= limit) {
        drop()
        close(overflow?.() ?? new Error(`the consumer of a stream fell more than ${limit} items behind`))
        return false
      }
      items.push(item)
      wake?.()
      return true
    },
    close,
    [Symbol.asyncIterator]: () => ({
      next,
      return: async () => {
        abort()
        return { done: true, value: undefined }
      },
    }),
  }
}
