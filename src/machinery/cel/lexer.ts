import type { Issue } from './issues.ts'

/** A token; `type` is the text of punctuation and keywords, or the name of a class. */
export interface Token {
  readonly type: string
  readonly text: string
  readonly offset: number
}

const NAMES = ['NUM_FLOAT', 'NUM_INT', 'NUM_UINT', 'STRING', 'BYTES', 'IDENTIFIER', 'ESC_IDENTIFIER']
/** The order in which messages list what was expected. */
const ORDER = [
  '<EOF>', '==', '!=', 'in', '<', '<=', '>=', '>', '&&', '||', '[', ']', '{', '}', '(', ')', '.', ',', '-', '!', '?', ':', '+', '*', '/', '%', 'true', 'false', 'null', ...NAMES,
]
const KEYWORDS = new Set(['in', 'true', 'false', 'null'])

const ESCAPE = String.raw`\\(?:[abfnrtv"'\\?${'`'}]|[0-3][0-7][0-7]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})`
const STRING = [
  String.raw`[rR]"""[\s\S]*?"""`, String.raw`[rR]'''[\s\S]*?'''`, String.raw`"""(?:${ESCAPE}|[^\\])*?"""`, String.raw`'''(?:${ESCAPE}|[^\\])*?'''`,
  String.raw`[rR]"[^"\n\r]*"`, String.raw`[rR]'[^'\n\r]*'`, String.raw`"(?:${ESCAPE}|[^\\"\n\r])*"`, String.raw`'(?:${ESCAPE}|[^\\'\n\r])*'`,
].join('|')
const TOKENS: readonly (readonly [string, RegExp])[] = ([
  ['', String.raw`[\t \r\n\f]+|//[^\n]*`],
  ['BYTES', `[bB](?:${STRING})`],
  ['STRING', STRING],
  ['IDENTIFIER', '[A-Za-z_][A-Za-z0-9_]*'],
  ['ESC_IDENTIFIER', '`[A-Za-z0-9_.\\-/ ]+`'],
  ['NUM_FLOAT', String.raw`[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+(?:[eE][+-]?[0-9]+)?`],
  ['NUM_UINT', '0x[0-9a-fA-F]+[uU]|[0-9]+[uU]'],
  ['NUM_INT', '0x[0-9a-fA-F]+|[0-9]+'],
  ['punctuation', String.raw`==|!=|<=|>=|&&|\|\||[<>[\]{}().,!?:+*/%-]`],
] as const).map(([name, source]) => [name, new RegExp(source, 'y')])

/** Cuts the source into tokens, the last of which is `<EOF>`. Text that is no token is reported and skipped. */
export function tokenize(source: string, report: (issue: Issue) => void): Token[] {
  const tokens: Token[] = []
  let offset = 0
  while (offset < source.length) {
    const token = tokenAt(source, offset)
    if (!token) {
      const end = endOfNonsense(source, offset)
      report({ message: `Syntax error: token recognition error at: '${escaped(source.slice(offset, end))}'`, offset })
      offset = end
      continue
    }
    if (token.type !== '') tokens.push(token)
    offset += token.text.length
  }
  tokens.push({ type: '<EOF>', text: '<EOF>', offset: source.length })
  return tokens
}

function tokenAt(source: string, offset: number): Token | undefined {
  let best: Token | undefined
  for (const [name, pattern] of TOKENS) {
    pattern.lastIndex = offset
    const text = pattern.exec(source)?.[0]
    if (text === undefined || (best && best.text.length >= text.length)) continue
    const type = name === 'punctuation' || KEYWORDS.has(text) ? text : name
    best = { type, text, offset }
  }
  return best
}

/** Where the text that cannot be a token ends: a lone quote swallows what could have been its string, and the character that ended the hope. */
function endOfNonsense(source: string, offset: number): number {
  const first = source[offset]!
  const pair = source.slice(offset, offset + 2)
  if (pair === '&' || pair === '|' || pair === '=') return offset + 1
  if (first === '&' || first === '|' || first === '=') return offset + 2
  if (first !== '"' && first !== "'") return offset + String.fromCodePoint(source.codePointAt(offset)!).length
  const hope = new RegExp(`${first}(?:${ESCAPE}|[^\\\\${first}\\n\\r])*`, 'y')
  hope.lastIndex = offset
  const end = offset + hope.exec(source)![0].length
  const escape = /\\(?:[xX][0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7}|[0-3][0-7]?)?/y
  escape.lastIndex = end
  const started = escape.exec(source)?.[0].length ?? 0
  return Math.min(source.length, end + started + 1)
}

const escaped = (text: string): string => text.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')

/** A token type as messages write it: punctuation and words in quotes, classes bare. */
const shown = (type: string): string => (NAMES.includes(type) || type === '<EOF>' ? type : `'${type}'`)

/** What was expected, as messages write it. */
export function formatExpected(types: readonly string[]): string {
  const sorted = [...new Set(types)].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)).map(shown)
  return sorted.length === 1 ? sorted[0]! : `{${sorted.join(', ')}}`
}

/** A token's text as messages quote it. */
export const quoted = (text: string): string => `'${escaped(text)}'`
