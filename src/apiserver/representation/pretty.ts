const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const NEWLINE = 0x0a
const SPACE = 0x20
const isOpening = (byte: number): boolean => byte === 0x7b || byte === 0x5b
const isClosing = (byte: number): boolean => byte === 0x7d || byte === 0x5d

const BUFFER = 64 * 1024
/** What a byte can become at most: itself behind a newline and the indentation of the deepest objects that are read. */
const MARGIN = 2 * 10_000 + 16

/**
 * JSON as people read it, made of compact JSON while that goes by: one key or item a line, two spaces a level, nothing within what is empty, no newline at the end.
 * A piece must be used up before the next is asked for.
 */
export function* prettyJson(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  const indenter = new Indenter()
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      at = indenter.take(piece, at)
      if (indenter.isFull) yield indenter.finish()
    }
  }
  yield indenter.finish()
}

/** Where in the text it is, and what came out since the last time that was asked for. */
class Indenter {
  readonly #out = new Uint8Array(BUFFER)
  #length = 0
  #depth = 0
  #isText = false
  #isEscaped = false
  /** Something was opened, and it is not known yet whether it is empty. */
  #isOpen = false

  get isFull(): boolean {
    return this.#length > BUFFER - MARGIN
  }

  finish(): Uint8Array {
    const made = this.#out.subarray(0, this.#length)
    this.#length = 0
    return made
  }

  /** Takes bytes from a position on, as many as there is room for, and tells where it stopped. All in one loop over local variables: it runs a hundred million times. */
  take(piece: Uint8Array, from: number): number {
    const out = this.#out
    let [at, length, depth, isText, isEscaped, isOpen] = [from, this.#length, this.#depth, this.#isText, this.#isEscaped, this.#isOpen]
    while (at < piece.length && length <= BUFFER - MARGIN) {
      // Most texts end here; of longer ones as much as there is surely room for.
      for (const end = Math.min(piece.length, at + MARGIN / 2); isText && at < end;) {
        const byte = piece[at++]!
        out[length++] = byte
        if (isEscaped) isEscaped = false
        else if (byte === BACKSLASH) isEscaped = true
        else if (byte === QUOTE) isText = false
      }
      if (isText || at === piece.length) continue
      const byte = piece[at++]!
      if (byte === NEWLINE) continue
      const isEnd = isClosing(byte)
      if (isEnd) depth--
      if (isEnd !== isOpen) length = line(out, length, depth)
      out[length++] = byte
      isOpen = isOpening(byte)
      if (byte === QUOTE) isText = true
      else if (byte === COLON) out[length++] = SPACE
      else if (byte === COMMA) length = line(out, length, depth)
      else if (isOpen) depth++
    }
    this.#length = length
    this.#depth = depth
    this.#isText = isText
    this.#isEscaped = isEscaped
    this.#isOpen = isOpen
    return at
  }
}

/** Begins a line; answers where it goes on. */
function line(out: Uint8Array, length: number, depth: number): number {
  out[length++] = NEWLINE
  for (const end = length + 2 * depth; length < end;) out[length++] = SPACE
  return length
}
