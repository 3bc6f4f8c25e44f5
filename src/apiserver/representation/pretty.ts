const QUOTE = 0x22
const BACKSLASH = 0x5c
const NEWLINE = 0x0a
const SPACE = 0x20
const EIGHT_SPACES = new Float64Array(new Uint8Array(8).fill(SPACE).buffer)[0]!

const TEXT = 1, COLON = 2, COMMA = 3, OPENING = 4, CLOSING = 5, BREAK = 6
/** What each byte outside of texts is. */
const CLASS = new Uint8Array(256)
for (const [characters, kind] of [['"', TEXT], [':', COLON], [',', COMMA], ['{[', OPENING], ['}]', CLOSING], ['\n', BREAK]] as const) {
  for (const character of characters) CLASS[character.charCodeAt(0)] = kind
}

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

/** Whether one of four bytes is `byte`, which stands in all four places of `pattern`: then the byte of the difference is zero, and borrowing sets its high bit. */
const holds = (word: number, pattern: number): number => {
  const difference = word ^ pattern
  return (difference - 0x01010101) & ~difference & 0x80808080
}
const QUOTES = 0x22222222
const BACKSLASHES = 0x5c5c5c5c

/** Where in the text it is, and what came out since the last time that was asked for. */
class Indenter {
  readonly #out = new Uint8Array(BUFFER)
  readonly #view = new DataView(this.#out.buffer)
  readonly #known = new KnownBlocks()
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

  /** What a block becomes at a depth; undefined for one that is too long. The indenter is as new afterwards. */
  indented(block: Uint8Array, depth: number): Uint8Array | undefined {
    this.#depth = depth
    const isWhole = this.take(block, 0) === block.length
    const made = this.finish().slice()
    this.#depth = 0
    this.#isText = this.#isEscaped = this.#isOpen = false
    return isWhole ? made : undefined
  }

  /**
   * Takes bytes from a position on, as many as there is room for, and tells where it stopped. All in one loop over local variables, texts by four bytes and
   * spaces by eight: it runs a hundred million times.
   */
  take(piece: Uint8Array, from: number): number {
    const out = this.#out
    const view = this.#view
    const source = new DataView(piece.buffer, piece.byteOffset, piece.length)
    const size = piece.length
    let [at, length, depth, isText, isEscaped, isOpen] = [from, this.#length, this.#depth, this.#isText, this.#isEscaped, this.#isOpen]
    while (at < size && length <= BUFFER - MARGIN) {
      if (isText) {
        // Most texts end here; of longer ones as much as there is surely room for.
        const end = Math.min(size, at + MARGIN / 2)
        while (!isEscaped && at + 4 <= end) {
          const word = source.getInt32(at)
          if ((holds(word, QUOTES) | holds(word, BACKSLASHES)) !== 0) break
          view.setInt32(length, word)
          at += 4
          length += 4
        }
        while (isText && at < end) {
          const byte = piece[at++]!
          out[length++] = byte
          if (isEscaped) isEscaped = false
          else if (byte === BACKSLASH) isEscaped = true
          else if (byte === QUOTE) isText = false
        }
        continue
      }
      const byte = piece[at++]!
      const kind = CLASS[byte]!
      if (kind === BREAK) continue
      if (kind === CLOSING) {
        depth--
        if (!isOpen) length = line(out, view, length, depth)
      } else if (isOpen) length = line(out, view, length, depth)
      out[length++] = byte
      isOpen = kind === OPENING
      if (kind === TEXT) isText = true
      else if (kind === COLON) {
        out[length++] = SPACE
        const block = this.#known.find(piece, at, depth)
        if (!block || length + block.pretty.length > BUFFER - MARGIN) continue
        out.set(block.pretty, length)
        length += block.pretty.length
        at += block.compact.length
      }
      else if (kind === COMMA) length = line(out, view, length, depth)
      else if (kind === OPENING) depth++
    }
    this.#length = length
    this.#depth = depth
    this.#isText = isText
    this.#isEscaped = isEscaped
    this.#isOpen = isOpen
    return at
  }
}

interface Block {
  readonly compact: Uint8Array
  readonly pretty: Uint8Array
}

/** What was seen last behind one key. */
interface Slot {
  blocks: Block[]
  /** How often in a row something new was there. */
  misses: number
}

const MOST_BLOCKS = 4
const LONGEST_BLOCK = 16 * 1024
/** So many different values of a key, and the next will be different too. */
const PATIENCE = 16

/**
 * The objects and lists of a list's items are mostly those of the item before: managed fields of what was written alike, specs of one template. They are
 * indented once and copied from then on.
 */
class KnownBlocks {
  readonly #slots = new Map<number, Slot>()
  #learner: Indenter | undefined

  /** The block that begins at a position, behind its key; undefined when it was not there lately, or does not end in this piece. */
  find(piece: Uint8Array, at: number, depth: number): Block | undefined {
    if (at < 5 || CLASS[piece[at]!] !== OPENING) return undefined
    // The end of the key and its depth tell keys apart well enough: what is copied has been compared.
    const key = (depth << 24) ^ (piece[at - 5]! << 16) ^ (piece[at - 4]! << 8) ^ piece[at - 3]!
    const slot = this.#slots.get(key) ?? this.#open(key)
    const index = slot.blocks.findIndex(block => startsWith(piece, at, block.compact))
    if (index < 0 && ++slot.misses > PATIENCE) return undefined
    const found = index < 0 ? this.#learn(piece, at, depth) : slot.blocks[index]!
    if (index >= 0) slot.misses = 0
    if (index !== 0 && found) slot.blocks = [found, ...slot.blocks.filter(block => block !== found)].slice(0, MOST_BLOCKS)
    return found
  }

  #learn(piece: Uint8Array, at: number, depth: number): Block | undefined {
    const end = endOfBlock(piece, at)
    if (end === undefined) return undefined
    // A copy: pieces may be written over, and a Buffer's slice is a view.
    const compact = new Uint8Array(piece.subarray(at, end))
    this.#learner ??= new Indenter()
    const pretty = this.#learner.indented(compact, depth)
    return pretty && { compact, pretty }
  }

  #open(key: number): Slot {
    const slot: Slot = { blocks: [], misses: 0 }
    this.#slots.set(key, slot)
    return slot
  }
}

const startsWith = (piece: Uint8Array, at: number, block: Uint8Array): boolean =>
  at + block.length <= piece.length && Buffer.compare(block, piece.subarray(at, at + block.length)) === 0

/** Behind the bracket that closes what is opened at a position. */
function endOfBlock(piece: Uint8Array, from: number): number | undefined {
  const end = Math.min(piece.length, from + LONGEST_BLOCK)
  for (let at = from, depth = 0, isText = false; at < end; at++) {
    const byte = piece[at]!
    if (isText) {
      if (byte === BACKSLASH) at++
      else if (byte === QUOTE) isText = false
    } else if (byte === QUOTE) isText = true
    else if (CLASS[byte] === OPENING) depth++
    else if (CLASS[byte] === CLOSING) depth--
    if (depth === 0 && !isText) return at + 1
  }
  return undefined
}

/** Begins a line; answers where it goes on. The last eight spaces may reach beyond it, where something else will be written. */
function line(out: Uint8Array, view: DataView, length: number, depth: number): number {
  out[length++] = NEWLINE
  const end = length + 2 * depth
  for (let at = length; at < end; at += 8) view.setFloat64(at, EIGHT_SPACES, true)
  return end
}
