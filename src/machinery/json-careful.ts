import { badRequest } from './status.ts'
import type { StatusError } from './status.ts'

/** A key that stands more than once in one object of the text. */
export interface Duplicate {
  /** As messages name it: `spec.containers[0].image`. */
  readonly path: string
  readonly segments: readonly (string | number)[]
}

/** What decoding wants to know about a text besides its value. */
export interface ParsedText {
  readonly value: unknown
  readonly text: string
  readonly duplicates: readonly Duplicate[]
  /** Numbers not written as plain integers of up to 15 digits, by path. */
  readonly literals: ReadonlyMap<string, string>
  /** Problems that the reader itself words (YAML's). */
  readonly problems?: readonly string[]
}

/** An object or list that is being read. */
interface Frame {
  readonly value: Record<string, unknown> | unknown[]
  readonly keys: Set<string>
  key: string
  readonly path: string
}

/** Nobody is told of more than a hundred problems: a hostile text shall not make the server remember millions. */
const MOST_NOTES = 10_000
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const SPACE = /[ \t\n\r]*/y
const STRING_BODY = /[^"\\\u0000-\u001f]*/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Parses JSON slowly, in order to tell what JSON.parse does not: where a syntax error is in Go's words, which keys are repeated (their values are
 * merged, as Go's decoder does), and how numbers were written. Never recurses: the depth of a hostile text costs memory only.
 */
export function parseCarefully(text: string, onKey?: (path: string) => void): ParsedText {
  const reader = new Reader(text)
  const duplicates: Duplicate[] = []
  const literals = new Map<string, string>()
  const stack: Frame[] = []
  let result: unknown

  const place = (): string => {
    const frame = stack.at(-1)
    if (!frame) return ''
    if (Array.isArray(frame.value)) return `${frame.path}[${frame.value.length}]`
    return frame.path ? `${frame.path}.${frame.key}` : frame.key
  }
  const store = (value: unknown): void => {
    const frame = stack.at(-1)
    if (!frame) result = value
    else if (Array.isArray(frame.value)) frame.value.push(value)
    else Object.defineProperty(frame.value, frame.key, { value, enumerable: true, writable: true, configurable: true })
  }
  /** An object under a repeated key goes on where the first one ended. */
  const container = (): Record<string, unknown> => {
    const frame = stack.at(-1)
    const earlier = frame && !Array.isArray(frame.value) && Object.hasOwn(frame.value, frame.key) ? frame.value[frame.key] : undefined
    return isMap(earlier) ? earlier : {}
  }
  const open = (value: Frame['value']): void => {
    const path = place()
    store(value)
    stack.push({ value, keys: new Set(), key: '', path })
  }
  const readKey = (): void => {
    const frame = stack.at(-1)!
    if (reader.peek() !== '"') throw reader.unexpected('looking for beginning of object key string')
    frame.key = reader.string()
    const path = place()
    onKey?.(path)
    if (frame.keys.has(frame.key) && duplicates.length < MOST_NOTES) duplicates.push({ path, segments: segmentsOf(stack) })
    frame.keys.add(frame.key)
    if (reader.peek() !== ':') throw reader.unexpected('after object key')
    reader.skip()
  }
  /** After a value: closes what ends here; true when another value follows. */
  const advance = (): boolean => {
    for (;;) {
      const frame = stack.at(-1)
      if (!frame) return false
      const list = Array.isArray(frame.value)
      const next = reader.peek()
      if (next === (list ? ']' : '}')) {
        reader.skip()
        stack.pop()
        continue
      }
      if (next !== ',') throw reader.unexpected(list ? 'after array element' : 'after object key:value pair')
      reader.skip()
      if (!list) readKey()
      return true
    }
  }

  let more = true
  while (more) {
    const next = reader.peek()
    if (next === '{') {
      reader.skip()
      open(container())
      if (reader.peek() !== '}') {
        readKey()
        continue
      }
      reader.skip()
      stack.pop()
    } else if (next === '[') {
      reader.skip()
      open([])
      if (reader.peek() !== ']') continue
      reader.skip()
      stack.pop()
    } else if (next === '-' || (next >= '0' && next <= '9')) {
      const literal = reader.number()
      if (!/^-?\d{1,15}$/.test(literal) && literals.size < MOST_NOTES) literals.set(place(), literal)
      store(Number(literal))
    } else store(next === '"' ? reader.string() : reader.word())
    more = advance()
  }
  if (reader.peek() !== '') throw reader.unexpected('after top-level value')
  return { value: result, text, duplicates, literals }
}

const segmentsOf = (stack: readonly Frame[]): (string | number)[] => stack.map(frame => (Array.isArray(frame.value) ? frame.value.length - 1 : frame.key))

const quoteChar = (char: string): string => {
  if (char === "'") return String.raw`'\''`
  if (char === '"') return `'"'`
  // Go looks at bytes: of a character beyond ASCII it names the first one.
  const byte = new TextEncoder().encode(char)[0]!
  const escapes: Record<number, string> = { 7: String.raw`\a`, 8: String.raw`\b`, 9: String.raw`\t`, 10: String.raw`\n`, 11: String.raw`\v`, 12: String.raw`\f`, 13: String.raw`\r`, 92: '\\\\' }
  if (escapes[byte]) return `'${escapes[byte]}'`
  return byte < 32 || byte === 127 ? `'\\x${byte.toString(16).padStart(2, '0')}'` : byte >= 128 && byte < 161 ? `'\\u00${byte.toString(16)}'` : `'${String.fromCharCode(byte)}'`
}

class Reader {
  index = 0
  readonly text: string
  constructor(text: string) {
    this.text = text
  }

  /** The next character that is not white space; '' at the end. */
  peek(): string {
    SPACE.lastIndex = this.index
    SPACE.test(this.text)
    this.index = SPACE.lastIndex
    return this.text.charAt(this.index)
  }

  skip(): void {
    this.index++
  }

  unexpected(where: string, at = this.index): StatusError {
    const point = this.text.codePointAt(at)
    return badRequest(point === undefined ? 'unexpected end of JSON input' : `invalid character ${quoteChar(String.fromCodePoint(point))} ${where}`)
  }

  string(): string {
    const start = this.index++
    for (;;) {
      STRING_BODY.lastIndex = this.index
      STRING_BODY.test(this.text)
      this.index = STRING_BODY.lastIndex
      const char = this.text.charAt(this.index)
      if (char === '"') break
      if (char !== '\\') throw this.unexpected('in string literal')
      ESCAPE.lastIndex = this.index
      if (!ESCAPE.test(this.text)) throw this.badEscape()
      this.index = ESCAPE.lastIndex
    }
    return JSON.parse(this.text.slice(start, ++this.index)) as string
  }

  private badEscape(): StatusError {
    if (this.text.charAt(this.index + 1) !== 'u') return this.unexpected('in string escape code', this.index + 1)
    let at = this.index + 2
    while (/[0-9a-fA-F]/.test(this.text.charAt(at))) at++
    return this.unexpected(String.raw`in \u hexadecimal character escape`, at)
  }

  number(): string {
    NUMBER.lastIndex = this.index
    const literal = NUMBER.exec(this.text)?.[0]
    if (literal === undefined) throw this.unexpected('in numeric literal', this.index + 1)
    this.index += literal.length
    const next = this.text.charAt(this.index)
    if (next === '.' && !literal.includes('.') && !/[eE]/.test(literal)) throw this.unexpected('after decimal point in numeric literal', this.index + 1)
    if ((next === 'e' || next === 'E') && !/[eE]/.test(literal)) {
      throw this.unexpected('in exponent of numeric literal', this.index + (/[+-]/.test(this.text.charAt(this.index + 1)) ? 2 : 1))
    }
    return literal
  }

  word(): true | false | null {
    const words = { t: 'true', f: 'false', n: 'null' } as const
    const word = words[this.text.charAt(this.index) as 't']
    if (!word) throw this.unexpected('looking for beginning of value')
    for (let offset = 1; offset < word.length; offset++) {
      if (this.text.charAt(this.index + offset) !== word[offset]) throw this.unexpected(`in literal ${word} (expecting '${word[offset]}')`, this.index + offset)
    }
    this.index += word.length
    return JSON.parse(word) as true | false | null
  }
}
