import { badRequest } from './status.ts'

export interface FieldRequirement {
  readonly field: string
  readonly operator: '=' | '!='
  readonly value: string
}

/** Splits at commas that no backslash escapes. */
function terms(text: string): string[] {
  const found: string[] = []
  let start = 0
  let escaped = false
  for (let at = 0; at < text.length; at++) {
    if (escaped) escaped = false
    else if (text[at] === '\\') escaped = true
    else if (text[at] === ',') {
      found.push(text.slice(start, at))
      start = at + 1
    }
  }
  return [...found, text.slice(start)]
}

function unescape(text: string): string {
  let value = ''
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!
    if (character === '\\') {
      const next = text[++at]
      if (next === undefined || !'\\,='.includes(next)) throw badRequest(`invalid field selector: invalid escape sequence: \\${next ?? ''}`)
      value += next
    } else if (character === '=' || character === ',') throw badRequest(`invalid field selector: unescaped character in value: ${character.charCodeAt(0)}`)
    else value += character
  }
  return value
}

/** The requirements of a field selector in its text form: `metadata.name=a,status.phase!=Running`. */
export function parseFieldSelector(text: string): FieldRequirement[] {
  const requirements: FieldRequirement[] = []
  for (const term of terms(text)) {
    if (term === '') continue
    const match = /(!=|==|=)/.exec(term)
    if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`)
    const value = unescape(term.slice(match.index + match[0].length))
    requirements.push({ field: term.slice(0, match.index), operator: match[0] === '!=' ? '!=' : '=', value })
  }
  return requirements
}
