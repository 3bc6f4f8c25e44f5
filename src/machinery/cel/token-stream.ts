import { formatExpected, quoted, tokenize } from './lexer.ts'
import type { Issue } from './issues.ts'
import type { Token } from './lexer.ts'

/** Ends the reading of a construct that makes no sense, or of all (`final`); what is wrong has been reported. */
export class ParseAbort extends Error {
  readonly final: boolean
  constructor(final = false) {
    super('not an expression')
    this.final = final
  }
}

/** What may begin an operand. */
export const OPERAND: readonly string[] = [
  '[', '{', '(', '.', '-', '!', 'true', 'false', 'null', 'NUM_FLOAT', 'NUM_INT', 'NUM_UINT', 'STRING', 'BYTES', 'IDENTIFIER',
]
/** What may follow a complete operand, besides what closes the construct around it. */
export const AFTER_OPERAND: readonly string[] = ['.', '[', '==', '!=', 'in', '<', '<=', '>=', '>', '&&', '||', '+', '-', '*', '/', '%', '?']

/**
 * The tokens of one expression with a place in them. Where the next token does not fit, one superfluous token is skipped or one missing token
 * supplied when that mends it, as the parser generator that upstream uses does: its wording is what users know.
 */
export class TokenStream {
  readonly source: string
  readonly issues: Issue[]
  private readonly tokens: readonly Token[]
  /** Where text was that is no token: messages do not quote it. */
  private readonly nonsense: readonly Issue[]
  private position = 0
  /** Something was reported and no token has fitted since: what does not fit now is a consequence. */
  private recovering = false
  /** Where the last recovery ended, and which constructs have recovered there: none does so twice without moving on. */
  private recoveredAt = -1
  private recoveredBy: string[] = []

  constructor(source: string, issues: Issue[]) {
    this.source = source
    this.issues = issues
    this.tokens = tokenize(source, issue => issues.push(issue))
    this.nonsense = [...issues]
  }

  get next(): Token {
    return this.tokens[this.position]!
  }

  /** Goes back to a token that was the next one before. */
  rewind(token: Token): void {
    this.position = this.tokens.indexOf(token)
  }

  /** The token cannot go on with what was begun; the reading of that ends. */
  unwanted(types: readonly string[]): never {
    this.syntax(`extraneous input ${quoted(this.next.text)} expecting ${formatExpected(types)}`)
    throw new ParseAbort()
  }

  lookAhead(count: number): Token {
    return this.tokens[Math.min(this.position + count, this.tokens.length - 1)]!
  }

  is(type: string): boolean {
    return this.next.type === type
  }

  advance(): Token {
    const token = this.next
    if (token.type !== '<EOF>') this.position++
    this.recovering = false
    return token
  }

  /** Skips tokens up to one that somebody around the broken construct can go on with. */
  recover(construct: string, follow: ReadonlySet<string>): void {
    if (this.recoveredAt !== this.position) this.recoveredBy = []
    else if (this.recoveredBy.includes(construct) && !this.is('<EOF>')) this.position++
    this.recoveredBy.push(construct)
    this.recoveredAt = this.position
    while (!this.is('<EOF>') && !follow.has(this.next.type)) this.position++
  }

  /** Takes the token if it is there. */
  take(type: string): Token | undefined {
    return this.is(type) ? this.advance() : undefined
  }

  /** The token must come now; `then` is what may follow it. */
  expect(type: string, then: readonly string[]): Token {
    if (this.is(type)) return this.advance()
    if (this.lookAhead(1).type === type) {
      this.extraneous([type])
      return this.advance()
    }
    if (then.includes(this.next.type)) {
      this.syntax(`missing ${formatExpected([type])} at ${quoted(this.next.text)}`)
      return { type, text: '', offset: this.next.offset }
    }
    return this.mismatch([type])
  }

  /** One of these must come now (it is not taken yet). */
  require(types: readonly string[]): void {
    if (types.includes(this.next.type)) return
    if (!this.is('<EOF>') && types.includes(this.lookAhead(1).type)) return this.extraneous(types)
    this.mismatch(types)
  }

  /** No alternative of the grammar begins with the tokens from `start` to here. */
  noAlternative(start: Token): never {
    const end = this.is('<EOF>') ? this.source.length : this.next.offset + this.next.text.length
    const text = this.quote(start.offset, end)
    const word = /^.(true|false|null)$/s.exec(text)?.[1]
    this.syntax(word === undefined ? `no viable alternative at input ${quoted(text)}` : `mismatched input '${word}' expecting IDENTIFIER`)
    throw new ParseAbort()
  }

  mismatch(types: readonly string[]): never {
    this.syntax(`mismatched input ${quoted(this.next.text)} expecting ${formatExpected(types)}`)
    throw new ParseAbort()
  }

  report(message: string, offset?: number): void {
    this.issues.push({ message, offset })
  }

  private extraneous(types: readonly string[]): void {
    this.syntax(`extraneous input ${quoted(this.next.text)} expecting ${formatExpected(types)}`)
    this.position++
    this.recovering = false
  }

  private quote(from: number, to: number): string {
    const first = this.nonsense.find(({ offset = 0 }) => offset >= from && offset < to)
    return this.source.slice(from, first?.offset ?? to)
  }

  private syntax(message: string): void {
    if (this.recovering) return
    this.recovering = true
    this.issues.push({ message: `Syntax error: ${message}`, offset: this.next.offset })
  }
}
