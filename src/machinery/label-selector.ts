import { badRequest } from './status.ts'

export type LabelOperator = '=' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt'

export interface LabelRequirement {
  readonly key: string
  readonly operator: LabelOperator
  readonly values: readonly string[]
}

export type Labels = Readonly<Record<string, string>>

interface Token {
  kind: 'identifier' | 'end' | '!' | '=' | '==' | '!=' | '>' | '<' | '(' | ')' | ',' | 'in' | 'notin'
  text: string
}

const SPECIAL = '()!,=<>'
const SYMBOLS = new Set(['!', '=', '==', '!=', '>', '<', '(', ')', ','])

function tokens(text: string): Token[] {
  const found: Token[] = []
  let at = 0
  while (at < text.length) {
    const start = at
    if (/\s/.test(text[at]!)) { at++; continue }
    if (SPECIAL.includes(text[at]!)) {
      while (at < text.length && SPECIAL.includes(text[at]!) && SYMBOLS.has(text.slice(start, at + 1))) at++
      const symbol = text.slice(start, at)
      found.push({ kind: symbol as Token['kind'], text: symbol })
      continue
    }
    while (at < text.length && !/\s/.test(text[at]!) && !SPECIAL.includes(text[at]!)) at++
    const word = text.slice(start, at)
    found.push({ kind: word === 'in' || word === 'notin' ? word : 'identifier', text: word })
  }
  return [...found, { kind: 'end', text: '' }]
}

/** Reads the text form of a label selector: `app=web,tier in (a, b),!old`. */
class Parser {
  readonly #tokens: Token[]
  #at = 0

  constructor(text: string) {
    this.#tokens = tokens(text)
  }

  parse(): LabelRequirement[] {
    const requirements: LabelRequirement[] = []
    for (;;) {
      const next = this.#peek()
      if (next.kind === 'end') return requirements
      if (next.kind !== 'identifier' && next.kind !== 'in' && next.kind !== 'notin' && next.kind !== '!') {
        throw badRequest(`found '${next.text}', expected: !, identifier, or 'end of string'`)
      }
      requirements.push(this.#requirement())
      const after = this.#take()
      if (after.kind === 'end') return requirements
      if (after.kind !== ',') throw badRequest(`found '${after.text}', expected: ',' or 'end of string'`)
      const following = this.#peek()
      if (!isWord(following) && following.kind !== '!') throw badRequest(`found '${following.text}', expected: identifier after ','`)
    }
  }

  #peek = (): Token => this.#tokens[this.#at]!
  #take = (): Token => this.#tokens[this.#at === this.#tokens.length - 1 ? this.#at : this.#at++]!

  #requirement(): LabelRequirement {
    const absent = this.#peek().kind === '!' && Boolean(this.#take())
    const key = this.#take()
    if (!isWord(key)) throw unparsable(`found '${key.text}', expected: identifier`)
    if (absent) return { key: checkKey(key.text), operator: '!', values: [] }
    if (this.#peek().kind === 'end' || this.#peek().kind === ',') return { key: checkKey(key.text), operator: 'exists', values: [] }
    const operator = this.#operator()
    const values = operator === 'in' || operator === 'notin' ? this.#set() : [this.#value()]
    checkKey(key.text)
    if ((operator === 'gt' || operator === 'lt') && !/^[-+]?\d+$/.test(values[0]!)) {
      throw unparsable(`values[0][${key.text}]: Invalid value: ${JSON.stringify(values[0])}: for 'Gt', 'Lt' operators, the value must be an integer`)
    }
    values.forEach((value, index) => checkValue(key.text, value, index))
    return { key: key.text, operator, values }
  }

  #operator(): LabelOperator {
    const token = this.#take()
    switch (token.kind) {
      case '=': case '==': return '='
      case '!=': case 'in': case 'notin': return token.kind
      case '>': return 'gt'
      case '<': return 'lt'
      default: throw unparsable(`found '${token.text}', expected: in, notin, =, ==, !=, gt, lt`)
    }
  }

  /** An empty value is one too: `app=` asks for the empty string. */
  #value(): string {
    const next = this.#peek()
    if (next.kind === 'end' || next.kind === ',') return ''
    const token = this.#take()
    if (!isWord(token)) throw unparsable(`found '${token.text}', expected: identifier`)
    return token.text
  }

  #set(): string[] {
    const open = this.#take()
    if (open.kind !== '(') throw unparsable(`found '${open.text}', expected: '('`)
    const values = new Set<string>()
    for (;;) {
      const token = this.#take()
      if (isWord(token)) {
        values.add(token.text)
        const after = this.#take()
        if (after.kind === ')') return [...values].sort()
        if (after.kind !== ',') throw unparsable(`found '${after.text}', expected: ',' or ')'`)
        if (this.#peek().kind === ')') values.add('')
      } else if (token.kind === ')') return values.size === 0 ? [''] : [...values].sort()
      else if (token.kind === ',') values.add('')
      else throw unparsable(`found '${token.text}', expected: ',', ')' or identifier`)
    }
  }
}

const isWord = ({ kind }: Token): boolean => kind === 'identifier' || kind === 'in' || kind === 'notin'
const unparsable = (message: string) => badRequest(`unable to parse requirement: ${message}`)

const NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const NAME_RULE = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"

function checkKey(key: string): string {
  const parts = key.split('/')
  const name = parts.at(-1)!
  const problem = parts.length > 2
    ? `a valid label key ${NAME_RULE} (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`
    : parts.length === 2 && parts[0] === '' ? 'prefix part must be non-empty'
    : parts.length === 2 && !SUBDOMAIN.test(parts[0]!) ? "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
    : name.length > 63 ? 'name part must be no more than 63 bytes'
    : !NAME.test(name) ? `name part ${NAME_RULE} (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`
    : undefined
  if (problem) throw unparsable(`key: Invalid value: ${JSON.stringify(key)}: ${problem}`)
  return key
}

function checkValue(key: string, value: string, index: number): void {
  const problem = value.length > 63 ? 'must be no more than 63 bytes'
    : value !== '' && !NAME.test(value)
      ? `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`
      : undefined
  if (problem) throw unparsable(`values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${problem}`)
}

/** The requirements of a label selector in its text form; a StatusError (400) for what is none. */
export const parseLabelSelector = (text: string): LabelRequirement[] => new Parser(text).parse()

/** Whether labels meet every requirement. */
export const labelsMatch = (requirements: readonly LabelRequirement[], labels: Labels | undefined): boolean =>
  requirements.every(requirement => meets(requirement, labels))

function meets({ key, operator, values }: LabelRequirement, labels: Labels | undefined): boolean {
  const value = labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined
  switch (operator) {
    case '=': return value === values[0]
    case '!=': return value !== values[0]
    case 'in': return value !== undefined && values.includes(value)
    case 'notin': return value === undefined || !values.includes(value)
    case 'exists': return value !== undefined
    case '!': return value === undefined
    case 'gt': return isInteger(value) && BigInt(value) > BigInt(values[0]!)
    case 'lt': return isInteger(value) && BigInt(value) < BigInt(values[0]!)
  }
}
const isInteger = (value: string | undefined): value is string => value !== undefined && /^-?\d+$/.test(value)
