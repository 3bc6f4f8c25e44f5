/** Lets one waiter sleep until something happened; what happens before it waits is not lost. */
export class Notifier {
  #happened = false
  #wake: (() => void) | undefined

  notify(): void {
    this.#happened = true
    this.#wake?.()
    this.#wake = undefined
  }

  /** Resolves once `notify` was called since the last wait. */
  async wait(): Promise<void> {
    if (!this.#happened) await new Promise<void>(resolve => (this.#wake = resolve))
    this.#happened = false
  }
}
