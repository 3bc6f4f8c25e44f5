/** One request that waits. */
export interface Waiting {
  readonly flow: string
  start(): void
}

interface Queue {
  readonly waiting: Waiting[]
  /** How much this queue has been given so far, on a clock that all queues share. */
  served: number
}

export interface QueueOptions {
  readonly queues: number
  readonly handSize: number
  readonly lengthLimit: number
}

/**
 * The queues of one priority level. A flow is dealt a hand of queues by its hash and waits in the shortest of them, so that a flow
 * that floods fills only its own hand; queues take turns, the one that got least first.
 */
export class Queues {
  readonly #options: QueueOptions
  readonly #queues: readonly Queue[]
  #clock = 0
  #length = 0

  constructor(options: QueueOptions) {
    this.#options = options
    this.#queues = Array.from({ length: Math.max(1, options.queues) }, () => ({ waiting: [], served: 0 }))
  }

  get length(): number {
    return this.#length
  }

  /** False: the queues of this flow are full. */
  add(request: Waiting): boolean {
    const hand = deal(hash(request.flow), this.#queues.length, this.#options.handSize).map(index => this.#queues[index]!)
    const shortest = hand.reduce((least, queue) => (queue.waiting.length < least.waiting.length ? queue : least))
    if (shortest.waiting.length >= this.#options.lengthLimit) return false
    // Who had nothing to ask for did not save up turns meanwhile.
    if (shortest.waiting.length === 0) shortest.served = Math.max(shortest.served, this.#clock)
    shortest.waiting.push(request)
    this.#length += 1
    return true
  }

  /** Whose turn it is. */
  next(): Waiting | undefined {
    let chosen: Queue | undefined
    for (const queue of this.#queues) if (queue.waiting.length > 0 && (!chosen || queue.served < chosen.served)) chosen = queue
    if (!chosen) return undefined
    this.#clock = chosen.served
    chosen.served += 1
    this.#length -= 1
    return chosen.waiting.shift()
  }

  /** Takes back a request that waits no longer. */
  remove(request: Waiting): void {
    for (const { waiting } of this.#queues) {
      const index = waiting.indexOf(request)
      if (index < 0) continue
      waiting.splice(index, 1)
      this.#length -= 1
      return
    }
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0
  return value
}

/** A hand of different queues for a hash. */
function deal(seed: number, deck: number, handSize: number): number[] {
  const cards = Array.from({ length: deck }, (_, index) => index)
  let value = seed
  return Array.from({ length: Math.min(Math.max(1, handSize), deck) }, () => {
    // The generator's low bits repeat soon; the high ones choose.
    value = (Math.imul(value, 1664525) + 1013904223) >>> 0
    return cards.splice((value >>> 8) % cards.length, 1)[0]!
  })
}
