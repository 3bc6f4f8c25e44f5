import { BINARY } from './ast.ts'
import { parseLiteral } from './literals.ts'
import { AFTER_OPERAND, OPERAND, ParseAbort, TokenStream } from './token-stream.ts'
import type { Expr } from './ast.ts'
import type { Issue } from './issues.ts'
import type { Token } from './lexer.ts'
import type { Macro } from './macros.ts'

export interface ParseOptions {
  readonly macros: readonly Macro[]
  /** Whether `a.?b`, `a[?b]` and `{?a: b}` are understood. */
  readonly optionals: boolean
  /** Whether a.`b-c` is understood. */
  readonly quotedFields: boolean
}

const LONGEST = 100_000
const DEEPEST = 250
const RESERVED = new Set([
  'as', 'break', 'const', 'continue', 'else', 'false', 'for', 'function', 'if', 'import', 'in', 'let', 'loop', 'package', 'namespace', 'null', 'return', 'true', 'var', 'void', 'while',
])
const PRECEDENCE: Readonly<Record<string, number>> = { '<': 1, '<=': 1, '>=': 1, '>': 1, '==': 1, '!=': 1, in: 1, '+': 2, '-': 2, '*': 3, '/': 3, '%': 3 }
const OPERATORS = [...Object.keys(PRECEDENCE), '&&', '||', '?']
const NOTHING: Expr = { kind: 'literal', value: null, offset: 0 }

/** Parses an expression; without issues the result is sound. */
export function parse(source: string, options: ParseOptions): { expr: Expr; issues: Issue[] } {
  const issues: Issue[] = []
  const size = source.length > LONGEST ? [...source].length : 0
  if (size > LONGEST) return { expr: NOTHING, issues: [{ message: `expression code point size exceeds limit: size: ${size}, limit ${LONGEST}` }] }
  try {
    return { expr: new Parser(new TokenStream(source, issues), options).start(), issues }
  } catch (error) {
    if (!(error instanceof ParseAbort)) throw error
    return { expr: NOTHING, issues }
  }
}

/** `closers`: what ends the construct around the expression that is being read. */
class Parser {
  private readonly tokens: TokenStream
  private readonly options: ParseOptions
  private depth = 0
  /** What ends the constructs around the place that is being read. */
  private readonly around: (readonly string[])[] = []

  constructor(tokens: TokenStream, options: ParseOptions) {
    this.tokens = tokens
    this.options = options
  }

  start(): Expr {
    const expr = this.expression(['<EOF>'])
    this.tokens.expect('<EOF>', [])
    return expr
  }

  private expression(closers: readonly string[]): Expr {
    if (++this.depth > DEEPEST) this.tooDeep()
    try {
      return this.conditional(closers)
    } catch (error) {
      return this.recovered('expression', closers, error)
    } finally {
      this.depth--
    }
  }

  private conditional(closers: readonly string[]): Expr {
    const condition = this.or([...closers, '?'])
    const operator = this.tokens.take('?')
    if (!operator) return condition
    const yes = this.or([':'])
    this.tokens.expect(':', OPERAND)
    return this.call(operator.offset, '_?_:_', undefined, [condition, yes, this.expression(closers)])
  }

  /** What could not be read is given up; the reading goes on behind it. */
  private recovered(construct: string, closers: readonly string[], error: unknown): Expr {
    if (!(error instanceof ParseAbort) || error.final) throw error
    this.tokens.recover(construct, new Set([...OPERATORS, ...closers, ...this.around.flat(), ...(this.around.length > 0 ? ['.', '['] : [])]))
    return NOTHING
  }

  /** Reads what is between brackets. */
  private within(closers: readonly string[], own: readonly string[]): Expr {
    this.around.push(closers)
    const result = this.expression(own)
    this.around.pop()
    return result
  }

  private tooDeep(): never {
    this.tokens.report(`expression recursion limit exceeded: ${DEEPEST}`)
    throw new ParseAbort(true)
  }

  private or(closers: readonly string[]): Expr {
    const terms = [this.and(closers)]
    const operators: Token[] = []
    for (let token = this.tokens.take('||'); token; token = this.tokens.take('||')) {
      operators.push(token)
      terms.push(this.and(closers))
    }
    return this.balanced('_||_', terms, operators)
  }

  private and(closers: readonly string[]): Expr {
    const terms = [this.binary(closers, 1)]
    const operators: Token[] = []
    for (let token = this.tokens.take('&&'); token; token = this.tokens.take('&&')) {
      operators.push(token)
      terms.push(this.binary(closers, 1))
    }
    return this.balanced('_&&_', terms, operators)
  }

  /** Long chains become balanced trees, so that nothing that walks them goes deep. */
  private balanced(name: string, terms: readonly Expr[], operators: readonly Token[]): Expr {
    const tree = (low: number, high: number): Expr => {
      if (low > high) return terms[low]!
      const middle = Math.floor((low + high + 1) / 2)
      return this.call(operators[middle]!.offset, name, undefined, [tree(low, middle - 1), tree(middle + 1, high)])
    }
    return tree(0, operators.length - 1)
  }

  /** Relations, sums and products, of at least this precedence; all associate to the left. */
  private binary(closers: readonly string[], least: number): Expr {
    let left = this.unary(closers)
    for (let chained = 1; ; chained++) {
      const precedence = PRECEDENCE[this.tokens.next.type]
      if (precedence === undefined || precedence < least) return left
      if (this.depth + chained > DEEPEST) this.tooDeep()
      const operator = this.tokens.advance()
      left = this.call(operator.offset, BINARY[operator.text]!, undefined, [left, this.binary(closers, precedence + 1)])
    }
  }

  private unary(closers: readonly string[]): Expr {
    try {
      return this.signed(closers)
    } catch (error) {
      return this.recovered('unary', closers, error)
    }
  }

  private signed(closers: readonly string[]): Expr {
    this.tokens.require(OPERAND)
    const first = this.tokens.next
    if ((first.type !== '!' && first.type !== '-') || this.isNegativeNumber()) return this.member(closers)
    let count = 0
    for (; this.tokens.is(first.type); count++) this.tokens.advance()
    if (!OPERAND.includes(this.tokens.next.type) || (first.type === '-' && this.tokens.is('!'))) this.badSign(first)
    const operand = this.member(closers)
    return count % 2 === 0 ? operand : this.call(first.offset, first.type === '!' ? '!_' : '-_', undefined, [operand])
  }

  /** Nothing to negate: a lone minus is then read as the operator between two operands, one of which is missing. */
  private badSign(first: Token): never {
    if (first.type === '!') this.tokens.unwanted(OPERAND)
    try {
      this.tokens.noAlternative(first)
    } finally {
      this.tokens.rewind(first)
    }
  }

  private isNegativeNumber(): boolean {
    const { type } = this.tokens.lookAhead(1)
    return this.tokens.is('-') && (type === 'NUM_INT' || type === 'NUM_FLOAT')
  }

  private member(closers: readonly string[]): Expr {
    let expr = this.operand(closers)
    for (let chained = 1; this.tokens.is('.') || this.tokens.is('['); chained++) {
      if (this.depth + chained > DEEPEST) this.tooDeep()
      expr = this.tokens.is('.') ? this.selection(expr, closers) : this.index(expr, closers)
    }
    return expr
  }

  private operand(closers: readonly string[]): Expr {
    try {
      return this.primary(closers)
    } catch (error) {
      return this.recovered('primary', closers, error)
    }
  }

  private selection(operand: Expr, closers: readonly string[]): Expr {
    const dot = this.tokens.advance()
    const question = this.tokens.take('?')
    const id = this.tokens.next
    if (id.type !== 'IDENTIFIER' && id.type !== 'ESC_IDENTIFIER') {
      if (question) this.tokens.mismatch(['IDENTIFIER', 'ESC_IDENTIFIER'])
      this.tokens.noAlternative(dot)
    }
    this.tokens.advance()
    if (!question && id.type === 'IDENTIFIER' && this.tokens.is('(')) {
      const open = this.tokens.advance()
      return this.call(open.offset, id.text, operand, this.args(closers))
    }
    const field = this.fieldName(id)
    if (!question) return { kind: 'select', operand, field, testOnly: false, offset: dot.offset }
    if (!this.options.optionals) return this.unsupported("unsupported syntax '.?'", dot.offset)
    return { kind: 'call', name: '_?._', args: [operand, { kind: 'literal', value: field, offset: id.offset }], offset: dot.offset }
  }

  private fieldName(id: Token): string {
    if (id.type === 'IDENTIFIER') return id.text
    if (!this.options.quotedFields) this.tokens.report("unsupported syntax: '`'", id.offset)
    return id.text.slice(1, -1)
  }

  private unsupported(message: string, offset: number): Expr {
    this.tokens.report(message, offset)
    return NOTHING
  }

  private index(operand: Expr, closers: readonly string[]): Expr {
    const open = this.tokens.advance()
    this.tokens.require([...OPERAND, '?'])
    const question = this.tokens.take('?')
    const key = this.within([...closers, ']'], [']'])
    this.tokens.expect(']', [...AFTER_OPERAND, ...closers])
    if (question && !this.options.optionals) return this.unsupported("unsupported syntax '[?'", open.offset)
    return this.call(open.offset, question ? '_[?_]' : '_[_]', undefined, [operand, key])
  }

  /** The arguments up to and with the closing parenthesis. */
  private args(closers: readonly string[]): Expr[] {
    const args: Expr[] = []
    this.around.push([...closers, ')'])
    try {
      if (!this.tokens.is(')')) this.tokens.require([...OPERAND, ')'])
      if (!this.tokens.is(')')) {
        do args.push(this.expression([',', ')']))
        while (this.tokens.take(','))
      }
    } catch (error) {
      this.recovered('arguments', [], error)
    }
    this.around.pop()
    this.tokens.expect(')', [...AFTER_OPERAND, ...closers])
    return args
  }

  private primary(closers: readonly string[]): Expr {
    const token = this.tokens.next
    if (token.type === '(') {
      this.tokens.advance()
      const expr = this.within([...closers, ')'], [')'])
      this.tokens.expect(')', [...AFTER_OPERAND, ...closers])
      return expr
    }
    if (token.type === '[') return this.list(closers)
    if (token.type === '{') return this.map(closers)
    if (token.type === '.' || token.type === 'IDENTIFIER') return this.name(closers)
    return parseLiteral(this.tokens)
  }

  private name(closers: readonly string[]): Expr {
    const first = this.tokens.next
    const dot = this.tokens.take('.') ? '.' : ''
    if (!this.tokens.is('IDENTIFIER')) this.tokens.noAlternative(first)
    const parts = this.messageName()
    if (parts) return this.struct(dot + parts.join('.'), closers)
    const id = this.tokens.advance()
    const isCall = this.tokens.is('(')
    const reserved = RESERVED.has(id.text)
    if (reserved) this.tokens.report(`reserved identifier: ${id.text}`, first.offset)
    if (!isCall) return reserved ? { ...NOTHING, offset: first.offset } : { kind: 'ident', name: dot + id.text, offset: id.offset }
    const open = this.tokens.advance()
    return this.call(open.offset, dot + id.text, undefined, this.args(closers))
  }

  /** The parts of `a.b.C` when a brace follows: then they are taken. */
  private messageName(): string[] | undefined {
    let ahead = 0
    while (this.tokens.lookAhead(ahead + 1).type === '.' && this.tokens.lookAhead(ahead + 2).type === 'IDENTIFIER') ahead += 2
    if (this.tokens.lookAhead(ahead + 1).type !== '{') return undefined
    const parts: string[] = []
    for (let i = 0; i <= ahead; i++) {
      const token = this.tokens.advance()
      if (i % 2 === 0) parts.push(token.text)
    }
    return parts
  }

  private list(closers: readonly string[]): Expr {
    const open = this.tokens.advance()
    const elements: { value: Expr; optional: boolean }[] = []
    this.elements(closers, ']', [...OPERAND, '?', ',', ']'], () => {
      const optional = this.optionalMark()
      elements.push({ value: this.expression([',', ']']), optional })
    })
    this.tokens.expect(']', [...AFTER_OPERAND, ...closers])
    return { kind: 'list', elements, offset: open.offset }
  }

  private map(closers: readonly string[]): Expr {
    const open = this.tokens.advance()
    const entries: { key: Expr; value: Expr; optional: boolean }[] = []
    this.elements(closers, '}', [...OPERAND, '?', ',', '}'], () => {
      const optional = this.optionalMark()
      const key = this.expression([':'])
      this.tokens.expect(':', OPERAND)
      entries.push({ key, value: this.expression([',', '}']), optional })
    })
    this.tokens.expect('}', [...AFTER_OPERAND, ...closers])
    return { kind: 'map', entries, offset: open.offset }
  }

  private struct(name: string, closers: readonly string[]): Expr {
    const open = this.tokens.advance()
    const fields: { name: string; value: Expr; optional: boolean; offset: number }[] = []
    this.elements(closers, '}', ['?', 'IDENTIFIER', 'ESC_IDENTIFIER', ',', '}'], () => {
      const optional = this.optionalMark()
      this.tokens.require(['IDENTIFIER', 'ESC_IDENTIFIER'])
      const field = this.fieldName(this.tokens.advance())
      const colon = this.tokens.expect(':', OPERAND)
      fields.push({ name: field, value: this.expression([',', '}']), optional, offset: colon.offset })
    })
    this.tokens.expect('}', [...AFTER_OPERAND, ...closers])
    return { kind: 'struct', name, fields, offset: open.offset }
  }

  private optionalMark(): boolean {
    const question = this.tokens.take('?')
    if (question && !this.options.optionals) this.tokens.report("unsupported syntax '?'", question.offset)
    return question !== undefined
  }

  /** Elements between commas; the last may have a comma behind it. */
  private elements(closers: readonly string[], close: string, first: readonly string[], element: () => void): void {
    this.around.push([...closers, close, ','])
    try {
      this.tokens.require(first)
      if (!this.tokens.is(close) && !this.tokens.is(',')) {
        const starts = first.filter(type => type !== ',' && type !== close)
        do element()
        while (this.tokens.is(',') && starts.includes(this.tokens.lookAhead(1).type) && this.tokens.take(','))
        this.tokens.require([',', close])
      }
      this.tokens.take(',')
    } catch (error) {
      this.recovered('elements', [], error)
    }
    this.around.pop()
  }

  private call(offset: number, name: string, target: Expr | undefined, args: readonly Expr[]): Expr {
    const macro = this.options.macros.find(candidate => candidate.name === name && candidate.args === args.length && candidate.method === (target !== undefined))
    const expanded = macro?.expand({ offset, target: target ?? NOTHING, args, fail: (message, at) => this.unsupported(message, at) })
    return expanded ?? { kind: 'call', name, target, args, offset }
  }
}
