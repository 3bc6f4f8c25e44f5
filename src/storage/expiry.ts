import type { Clock, Timer } from '../machinery/clock.ts'

interface Deadline {
  deadlineMs: number
  key: string
  revision: number
}

/** Calls `expire` when keys have come to their deadlines; one timer, armed for the earliest, and none when there is no deadline. */
export class Expiry {
  readonly #clock: Clock
  readonly #expire: (due: readonly { key: string; revision: number }[]) => void
  /** A binary heap by deadline. Keys written again stay in it under their old revision, which expires nothing. */
  readonly #heap: Deadline[] = []
  #timer: Timer | undefined
  #armedMs = Infinity

  constructor(clock: Clock, expire: (due: readonly { key: string; revision: number }[]) => void) {
    this.#clock = clock
    this.#expire = expire
  }

  add(deadline: Deadline): void {
    const heap = this.#heap
    let at = heap.push(deadline) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (heap[parent]!.deadlineMs <= deadline.deadlineMs) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = deadline
    this.#arm()
  }

  stop(): void {
    this.#timer?.cancel()
    this.#heap.length = 0
  }

  #arm(): void {
    const next = this.#heap[0]?.deadlineMs ?? Infinity
    if (next === this.#armedMs) return
    this.#timer?.cancel()
    this.#armedMs = next
    if (next < Infinity) this.#timer = this.#clock.after(Math.max(0, next - this.#clock.now()), () => this.#fire(), { background: true })
  }

  #fire(): void {
    this.#armedMs = Infinity
    const now = this.#clock.now()
    const due: Deadline[] = []
    while (this.#heap[0] && this.#heap[0].deadlineMs <= now) due.push(this.#pop())
    this.#arm()
    if (due.length > 0) this.#expire(due)
  }

  #pop(): Deadline {
    const heap = this.#heap
    const top = heap[0]!
    const last = heap.pop()!
    if (heap.length === 0) return top
    let at = 0
    for (;;) {
      let child = at * 2 + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && heap[child + 1]!.deadlineMs < heap[child]!.deadlineMs) child++
      if (heap[child]!.deadlineMs >= last.deadlineMs) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return top
  }
}
