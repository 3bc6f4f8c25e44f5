import { labelValue, qualifiedName } from './names.ts'
import { badRequest } from './status.ts'

export type LabelOperator = 'in' | 'notin' | '=' | '==' | '!=' | 'exists' | '!' | 'gt' | 'lt'

export interface LabelRequirement {
  readonly key: string
  readonly operator: LabelOperator
  readonly values: readonly string[]
}

/** A LabelSelector as objects hold it. */
export interface LabelSelectorObject {
  readonly matchLabels?: Readonly<Record<string, string>> | undefined
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] | undefined }[] | undefined
}

export type Labels = Readonly<Record<string, string>> | undefined

export interface LabelSelector {
  /** Sorted by key. */
  readonly requirements: readonly LabelRequirement[]
  /** Selects every object. */
  readonly everything: boolean
  matches(labels: Labels): boolean
  toString(): string
}

/** Selects every object. */
export const everything: LabelSelector = selectorOf([])

/** Selects no object: what an absent LabelSelector means. */
export const nothing: LabelSelector = { requirements: [], everything: false, matches: () => false, toString: () => '' }

function selectorOf(requirements: LabelRequirement[]): LabelSelector {
  requirements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  const tests = requirements.map(testOf)
  return {
    requirements,
    everything: requirements.length === 0,
    matches(labels) {
      for (const test of tests) if (!test(labels)) return false
      return true
    },
    toString: () => requirements.map(format).join(','),
  }
}

/** A requirement as a function: lists ask it of tens of thousands of objects. */
function testOf({ key, operator, values }: LabelRequirement): (labels: Labels) => boolean {
  const [value = ''] = values
  const has = (labels: Labels): labels is Readonly<Record<string, string>> => !!labels && Object.hasOwn(labels, key)
  const isOneOf = values.length === 1
    ? (labels: Labels): boolean => !!labels && labels[key] === value && has(labels)
    : (labels: Labels): boolean => has(labels) && values.includes(labels[key]!)
  switch (operator) {
    case 'in': case '=': case '==': return isOneOf
    case 'notin': case '!=': return labels => !isOneOf(labels)
    case 'exists': return has
    case '!': return labels => !has(labels)
    case 'gt': case 'lt': {
      const bound = BigInt(value.replace('+', ''))
      return labels => {
        if (!has(labels) || !/^[-+]?\d+$/.test(labels[key]!)) return false
        const label = BigInt(labels[key]!.replace('+', ''))
        return operator === 'gt' ? label > bound : label < bound
      }
    }
  }
}

function format({ key, operator, values }: LabelRequirement): string {
  if (operator === 'exists') return key
  if (operator === '!') return `!${key}`
  if (operator === 'in' || operator === 'notin') return `${key} ${operator} (${[...values].sort().join(',')})`
  return `${key}${operator === 'gt' ? '>' : operator === 'lt' ? '<' : operator}${values[0]}`
}

const OBJECT_OPERATORS: Readonly<Record<string, LabelOperator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' }

/** The selector that an object states: absent selects nothing, empty everything. Throws 400 when it is malformed. */
export function selectorFrom(object: LabelSelectorObject | undefined | null): LabelSelector {
  if (!object) return nothing
  const requirements = Object.entries(object.matchLabels ?? {}).map(([key, value]) => requirement(key, '=', [value]))
  for (const { key, operator, values } of object.matchExpressions ?? []) {
    const known = OBJECT_OPERATORS[operator]
    if (!known) throw badRequest(`"${operator}" is not a valid label selector operator`)
    requirements.push(requirement(key, known, values ?? []))
  }
  return selectorOf(requirements)
}

/** Whether the labels have all these values; an empty set matches everything. For maps such as a Service's selector. */
export function matchesLabels(wanted: Readonly<Record<string, string>>, labels: Labels): boolean {
  for (const key in wanted) if (!labels || !Object.hasOwn(labels, key) || labels[key] !== wanted[key]) return false
  return true
}

function requirement(key: string, operator: LabelOperator, values: readonly string[]): LabelRequirement {
  const wrong = qualifiedName(key).map(message => `key: Invalid value: ${JSON.stringify(key)}: ${message}`)
  const list = `values: Invalid value: ${JSON.stringify(values)}: `
  if ((operator === 'in' || operator === 'notin') && values.length === 0) wrong.push(`${list}for 'in', 'notin' operators, values set can't be empty`)
  if (['=', '==', '!='].includes(operator) && values.length !== 1) wrong.push(`${list}exact-match compatibility requires one single value`)
  if ((operator === 'exists' || operator === '!') && values.length > 0) wrong.push(`${list}values set must be empty for exists and does not exist`)
  if (operator === 'gt' || operator === 'lt') {
    if (values.length !== 1) wrong.push(`${list}for 'Gt', 'Lt' operators, exactly one value is required`)
    values.forEach((value, i) => {
      if (!/^[-+]?\d+$/.test(value)) wrong.push(`values[${i}]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`)
    })
  }
  values.forEach((value, i) => wrong.push(...labelValue(value).map(message => `values[${i}][${key}]: Invalid value: ${JSON.stringify(value)}: ${message}`)))
  if (wrong.length) throw badRequest(wrong.length === 1 ? wrong[0]! : `[${wrong.join(', ')}]`)
  return { key, operator, values }
}

interface Token {
  readonly type: 'identifier' | 'in' | 'notin' | '=' | '==' | '!=' | '!' | '(' | ')' | ',' | '>' | '<' | 'end' | 'error'
  readonly text: string
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  for (const [word] of text.matchAll(/[=!(),><]+|[^\s=!(),><]+/g)) {
    if (!/^[=!(),><]/.test(word)) {
      tokens.push({ type: word === 'in' || word === 'notin' ? word : 'identifier', text: word })
      continue
    }
    for (const [symbol] of word.matchAll(/==|!=|[=!(),><]/g)) tokens.push({ type: symbol as Token['type'], text: symbol })
  }
  return [...tokens, { type: 'end', text: '' }]
}

/** Reads the text form (`app in (a,b),!old,tier=web`). Throws 400, worded as upstream words it. */
export function parseLabelSelector(text: string): LabelSelector {
  const tokens = tokenize(text)
  let at = 0
  /** Where a value may stand, the key words are plain words. */
  const peek = (asValue = false): Token => {
    const token = tokens[at]!
    return asValue && (token.type === 'in' || token.type === 'notin') ? { type: 'identifier', text: token.text } : token
  }
  const take = (asValue = false): Token => {
    const token = peek(asValue)
    if (token.type !== 'end') at++
    return token
  }
  const refuse = (found: Token, expected: string): never => {
    throw badRequest(`unable to parse requirement: found '${found.text}'${expected}`)
  }
  const checked = (key: string, operator: LabelOperator, values: readonly string[]): LabelRequirement => {
    try {
      return requirement(key, operator, values)
    } catch (error) {
      throw badRequest(`unable to parse requirement: ${(error as Error).message}`)
    }
  }

  const parseRequirement = (): LabelRequirement => {
    const absent = peek(true).type === '!'
    if (absent) take()
    const key = take(true)
    if (key.type !== 'identifier') refuse(key, ', expected: identifier')
    const wrong = qualifiedName(key.text)
    if (wrong.length) throw badRequest(`unable to parse requirement: <nil>: Invalid value: ${JSON.stringify(key.text)}: ${wrong.join('; ')}`)
    const next = peek()
    if (absent || next.type === 'end' || next.type === ',') return checked(key.text, absent ? '!' : 'exists', [])
    const operator = take()
    switch (operator.type) {
      case 'in': case 'notin': return checked(key.text, operator.type, parseValues())
      case '=': case '==': case '!=': return checked(key.text, operator.type, [parseExactValue()])
      case '>': return checked(key.text, 'gt', [parseExactValue()])
      case '<': return checked(key.text, 'lt', [parseExactValue()])
      default: return refuse(operator, ', expected: in, notin, =, ==, !=, gt, lt')
    }
  }
  const parseExactValue = (): string => {
    const next = peek(true)
    if (next.type === 'end' || next.type === ',') return ''
    const value = take(true)
    if (value.type !== 'identifier') refuse(value, ', expected: identifier')
    return value.text
  }
  const parseValues = (): string[] => {
    const open = take()
    if (open.type !== '(') refuse(open, " expected: '('")
    const values = new Set<string>()
    const first = peek(true)
    if (first.type === ')') {
      take()
      return ['']
    }
    if (first.type !== 'identifier' && first.type !== ',') refuse(first, ", expected: ',', ')' or identifier")
    for (;;) {
      const token = peek(true)
      values.add(token.type === 'identifier' ? take(true).text : '')
      const after = take(true)
      if (after.type === ')') return [...values].sort()
      if (after.type !== ',') refuse(after, ", expected: ',' or ')'")
    }
  }

  const requirements: LabelRequirement[] = []
  for (;;) {
    const token = peek(true)
    if (token.type === 'end') return requirements.length ? selectorOf(requirements) : everything
    if (token.type !== 'identifier' && token.type !== '!') throw badRequest(`found '${token.text}', expected: !, identifier, or 'end of string'`)
    requirements.push(parseRequirement())
    const after = take(true)
    if (after.type === 'end') return selectorOf(requirements)
    if (after.type !== ',') throw badRequest(`found '${after.text}', expected: ',' or 'end of string'`)
    const next = peek(true)
    if (next.type !== 'identifier' && next.type !== '!') throw badRequest(`found '${next.text}', expected: identifier after ','`)
  }
}

/** What `kubectl get` shows of a LabelSelector. */
export function formatLabelSelector(object: LabelSelectorObject | undefined): string {
  try {
    return selectorFrom(object).toString() || '<none>'
  } catch {
    return '<error>'
  }
}

export interface FieldRequirement {
  readonly field: string
  readonly operator: '=' | '!='
  readonly value: string
}

export interface FieldSelector {
  readonly requirements: readonly FieldRequirement[]
  readonly everything: boolean
  /** `valueOf` answers the value of a field; absent counts as ''. */
  matches(valueOf: (field: string) => string | undefined): boolean
  toString(): string
}

const fieldSelectorOf = (requirements: readonly FieldRequirement[]): FieldSelector => ({
  requirements,
  everything: requirements.length === 0,
  matches: valueOf => requirements.every(({ field, operator, value }) => ((valueOf(field) ?? '') === value) === (operator === '=')),
  toString: () => requirements.map(({ field, operator, value }) => `${field}${operator}${value.replace(/[\\,=]/g, String.raw`\$&`)}`).join(','),
})

/** Reads `a=b,c!=d` with `\` before commas, equal signs and backslashes in values. Throws 400. Which fields a kind has is the caller's to check. */
export function parseFieldSelector(text: string): FieldSelector {
  const requirements: FieldRequirement[] = []
  for (const term of text.match(/(?:\\.|[^,\\]|\\$)+/gs) ?? []) {
    const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term)
    if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`)
    requirements.push({ field: match[1]!, operator: match[2] === '!=' ? '!=' : '=', value: unescapeValue(match[3]!) })
  }
  return fieldSelectorOf(requirements)
}

function unescapeValue(text: string): string {
  if (!/[\\=]/.test(text)) return text
  return text.replace(/\\(.?)|=/gs, (found, escaped: string | undefined) => {
    if (found === '=') throw badRequest('invalid field selector: unescaped character in value: 61')
    if (!escaped || !'\\,='.includes(escaped)) throw badRequest(`invalid field selector: invalid escape sequence: ${found}`)
    return escaped
  })
}
