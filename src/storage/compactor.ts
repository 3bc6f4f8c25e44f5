import type { Clock, Timer } from '../machinery/clock.ts'

/** Compacts to the revision of one interval ago, every interval in which something was written; without writes it sets no timer. */
export class Compactor {
  readonly #clock: Clock
  readonly #intervalMs: number
  readonly #compact: (revision: number) => void
  #timer: Timer | undefined
  #mark: number
  #newest: number

  constructor(clock: Clock, intervalMs: number, revision: number, compact: (revision: number) => void) {
    this.#clock = clock
    this.#intervalMs = intervalMs
    this.#compact = compact
    this.#mark = revision
    this.#newest = revision
  }

  /** Something was written, up to this revision. */
  written(revision: number): void {
    this.#newest = revision
    this.#timer ??= this.#clock.after(this.#intervalMs, () => this.#fire(), { background: true })
  }

  stop(): void {
    this.#timer?.cancel()
  }

  #fire(): void {
    this.#timer = undefined
    const revision = this.#mark
    this.#mark = this.#newest
    this.#compact(revision)
  }
}
