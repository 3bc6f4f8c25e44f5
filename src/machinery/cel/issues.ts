/** Something wrong in an expression, at a place counted in UTF-16 units; no offset: the expression as a whole. */
export interface Issue {
  readonly message: string
  readonly offset?: number | undefined
}

const MOST_ISSUES = 100
const LONGEST_SNIPPET = 16_384

/** All issues in the order of the source, each with its line and a caret below, as upstream prints them. */
export function formatIssues(issues: readonly Issue[], source: string, description = '<input>'): string {
  const shown = issues.slice(0, MOST_ISSUES).map(issue => ({ issue, place: placeOf(source, issue.offset) }))
  shown.sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
  const lines = shown.map(({ issue, place }) => `ERROR: ${description}:${place.line}:${place.column + 1}: ${issue.message}${snippet(place)}`)
  if (issues.length > MOST_ISSUES) lines.push(`${issues.length - MOST_ISSUES} more errors were truncated`)
  return lines.join('\n')
}

interface Place {
  readonly line: number
  readonly column: number
  readonly text?: string
}

/** Lines from 1, columns in code points from 0. */
function placeOf(source: string, offset: number | undefined): Place {
  if (offset === undefined) return { line: -1, column: -1 }
  // Nothing has no columns.
  if (source === '') return { line: 1, column: -1 }
  const before = source.slice(0, offset).split('\n')
  return { line: before.length, column: [...before.at(-1)!].length, text: source.split('\n')[before.length - 1]! }
}

function snippet({ text, column }: Place): string {
  if (text === undefined || text.length > LONGEST_SNIPPET) return ''
  const shown = text.replaceAll('\t', ' ')
  const characters = [...shown]
  const isWide = (character: string | undefined): boolean => character !== undefined && character.codePointAt(0)! > 0x7f
  const dots = characters.slice(0, column).map(character => (isWide(character) ? '．' : '.')).join('')
  return `\n | ${shown}\n | ${dots}${isWide(characters[column]) ? '＾' : '^'}`
}
