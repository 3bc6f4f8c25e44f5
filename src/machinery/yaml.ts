import { Document, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, visit } from 'yaml'
import type { Pair, ParsedNode, Tags, ToStringOptions } from 'yaml'
import type { ParsedText } from './json.ts'
import { MAX_DEPTH, parseJson } from './json.ts'
import { badRequest, StatusError } from './status.ts'

/** Longer texts are refused unless the caller allows more: a second goes by for each megabyte or less. */
const LARGEST_TEXT = 1024 * 1024
/** How often aliases may repeat nodes before they count as an attack. */
const MOST_ALIASES = 10_000
/** Each alias is looked for among all nodes: their product is the parser's time. */
const MOST_LOOKS = 20_000_000

/** Dates and base-60 numbers (`80:8080`) are strings, and `0o17` is a number, as for Go's reader. */
const likeGo = (tags: Tags): Tags => [
  ...tags.filter(tag => typeof tag !== 'object' || (tag.tag !== 'tag:yaml.org,2002:timestamp' && tag.tag !== 'tag:yaml.org,2002:binary' && (tag as { format?: string }).format !== 'TIME')),
  { tag: 'tag:yaml.org,2002:binary', resolve: (text: string) => atob(text) },
  { tag: 'tag:yaml.org,2002:int', default: true, test: /^[-+]?0o[0-7_]+$/, resolve: (text: string) => Number(text.replaceAll('_', '').replace(/^\+/, '')) },
]
const READ = { version: '1.1', uniqueKeys: false, customTags: likeGo, logLevel: 'silent', prettyErrors: false, stringKeys: false } as const

/** Reads one document (the first). Duplicate keys become `problems`; the last one wins. Errors are StatusErrors in Go's words. */
export function parseYaml(text: string, limit = LARGEST_TEXT): ParsedText {
  const [first] = parseYamlStream(text, limit)
  return first ?? { value: null, text, duplicates: [], literals: new Map() }
}

/** Reads every document of a stream; empty ones are passed over. */
export function parseYamlStream(text: string, limit = LARGEST_TEXT): ParsedText[] {
  if (/^\s*\{/.test(text)) {
    try {
      return [parseJson(text)]
    } catch {
      // A flow mapping may look like JSON at first.
    }
  }
  if (text.length > limit) throw badRequest(`error converting YAML to JSON: yaml: ${text.length} characters are more than ${limit}; send JSON instead`)
  return refusing(() => {
    const lines = new LineCounter()
    const documents = parseAllDocuments(text, { ...READ, lineCounter: lines })
    return documents.flatMap(document => (isEmpty(document.contents) && documents.length > 1 ? [] : [read(document as Document.Parsed, lines, text)]))
  })
}

const isEmpty = (contents: unknown): boolean => contents === null || (isScalar(contents) && contents.value === null && !contents.source)

function refusing<R>(parse: () => R): R {
  try {
    return parse()
  } catch (error) {
    if (error instanceof StatusError) throw error
    if (error instanceof RangeError) throw badRequest('error converting YAML to JSON: yaml: exceeded max depth')
    throw badRequest(`error converting YAML to JSON: yaml: ${(error as Error).message}`)
  }
}

function read(document: Document.Parsed, lines: LineCounter, text: string): ParsedText {
  const error = document.errors[0]
  if (error) throw badRequest(`error converting YAML to JSON: yaml: line ${lines.linePos(error.pos[0]).line}: ${error.message}`)
  refuseManyAliases(document)
  const repeated = repeatedKeys(document.contents, lines)
  const value = document.toJS({ maxAliasCount: MOST_ALIASES }) as unknown
  const problems = repeated.length > 0 ? [['yaml: unmarshal errors:', ...repeated.map(line => `  ${line}`)].join('\n')] : []
  return { value, text, duplicates: [], literals: new Map(), problems }
}

function refuseManyAliases(document: Document.Parsed): void {
  let aliases = 0
  let nodes = 0
  visit(document, {
    Node: () => void nodes++,
    Alias: () => void aliases++,
  })
  if (aliases * nodes > MOST_LOOKS) throw badRequest('error converting YAML to JSON: yaml: document contains excessive aliasing')
}

/** A line for each key that its map has already. */
function repeatedKeys(root: ParsedNode | null, lines: LineCounter): string[] {
  const found: string[] = []
  if (!root) return found
  visit(root, {
    Collection: (_key, node, path) => {
      // The path holds maps and their pairs.
      if (path.length > 2 * MAX_DEPTH) throw badRequest('error converting YAML to JSON: yaml: exceeded max depth')
      if (!isMap(node)) return
      const seen = new Set<unknown>()
      for (const pair of node.items as Pair<ParsedNode, ParsedNode | null>[]) {
        const key = isScalar(pair.key) ? pair.key.value : undefined
        if (key === undefined || typeof key === 'object') continue
        if (seen.has(key)) found.push(`line ${lines.linePos((pair.value ?? pair.key).range[0]).line}: key ${JSON.stringify(key)} already set in map`)
        seen.add(key)
      }
    },
  })
  return found
}

/** What Go's resolver takes for something else than text: such strings are written with double quotes. */
const AMBIGUOUS = /^(?:|~|null|Null|NULL|y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF|<<|=|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?|[-+]?\d[\d_]*|[-+]?0[xX][0-9a-fA-F_]+|[-+]?0[bB][01_]+|[-+]?0o?[0-7_]+|[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.\d*)?|\d{4}-\d\d?-\d\d?(?:[Tt ].*)?)$/
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\ufeff]/
const WRITE: ToStringOptions = { lineWidth: 0, indentSeq: false, singleQuote: true, nullStr: 'null', minContentWidth: 0 }

/** Writes a value as kubectl and the API server do: keys sorted, lists not indented, quotes as Go's writer sets them. */
export function stringifyYaml(value: unknown): string {
  const document = new Document(value, { version: '1.1', customTags: likeGo, sortMapEntries: byKey, aliasDuplicateObjects: false })
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value !== 'string') return
      if (node.value.includes('\n')) node.type = 'BLOCK_LITERAL'
      else if (AMBIGUOUS.test(node.value) || UNPRINTABLE.test(node.value)) node.type = 'QUOTE_DOUBLE'
    },
    Collection: (_key, node) => {
      if ((isMap(node) || isSeq(node)) && node.items.length === 0) node.flow = true
    },
  })
  return document.toString(WRITE)
}

const text = (pair: Pair): string => String(isScalar(pair.key) ? pair.key.value : pair.key)
/** Go's order for keys: runs of digits count as numbers, letters come after what is none. */
function byKey(a: Pair, b: Pair): number {
  return compareKeys(text(a), text(b))
}

const isLetter = (char: string): boolean => /\p{L}/u.test(char)
const isDigit = (char: string): boolean => char >= '0' && char <= '9'

function compareKeys(a: string, b: string): number {
  let digits = false
  for (let index = 0; index < a.length && index < b.length; index++) {
    const [one, other] = [a[index]!, b[index]!]
    if (one === other) {
      digits = isDigit(one)
      continue
    }
    const letters = [isLetter(one), isLetter(other)]
    if (letters[0] && letters[1]) return one < other ? -1 : 1
    if (letters[0] || letters[1]) return digits ? (letters[0] ? -1 : 1) : letters[0] ? 1 : -1
    return compareNumbers(a, b, index)
  }
  return a.length - b.length
}

function compareNumbers(a: string, b: string, index: number): number {
  const [first, second] = [/^\d*/.exec(a.slice(index))![0], /^\d*/.exec(b.slice(index))![0]]
  if (first && second && first !== second) {
    const size = BigInt(first) - BigInt(second)
    if (size !== 0n) return size < 0n ? -1 : 1
    return first.length - second.length
  }
  return a[index]! < b[index]! ? -1 : 1
}
