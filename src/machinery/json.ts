import { badRequest } from './status.ts'
import type { ParsedText } from './json-careful.ts'
import { parseCarefully } from './json-careful.ts'

export type { Duplicate, ParsedText } from './json-careful.ts'

/** Deeper nesting than this is refused. Upstream's limit is ten times as much; no real object comes near, and whoever walks a value may recurse. */
export const MAX_DEPTH = 1000
const NONE: ReadonlyMap<string, string> = new Map()

/**
 * Parses JSON and finds repeated keys, whose values are merged as Go's decoder merges them. Errors are StatusErrors in Go's words. The common case
 * is JSON.parse and one pass over the text that only counts: as many keys in the text as in the value means that none is repeated.
 */
export function parseJson(text: string): ParsedText {
  let value: unknown
  const counts = countTokens(text)
  if (counts.depth > MAX_DEPTH) throw badRequest('exceeded max depth')
  try {
    value = JSON.parse(text)
  } catch {
    return parseCarefully(text)
  }
  return counts.oddNumbers || counts.keys !== countKeys(value) ? parseCarefully(text) : { value, text, duplicates: [], literals: NONE }
}

interface Counts {
  keys: number
  depth: number
  oddNumbers: boolean
}

const QUOTE = 34
const BACKSLASH = 92

/** Where a string that starts at `start` ends: behind its closing quote, or at the end of the text. */
function skipString(text: string, start: number): number {
  let index = start
  for (;;) {
    index = text.indexOf('"', index + 1)
    if (index < 0) return text.length
    let slashes = 0
    while (text.charCodeAt(index - 1 - slashes) === BACKSLASH) slashes++
    if (slashes % 2 === 0) return index + 1
  }
}

/** Of a text that is perhaps no JSON: how many keys it has, how deep it goes, and whether some number is no plain integer. */
function countTokens(text: string): Counts {
  const counts = { keys: 0, depth: 0, oddNumbers: false }
  let depth = 0
  let digits = 0
  for (let index = 0; index < text.length;) {
    const code = text.charCodeAt(index)
    if (code === QUOTE) {
      index = skipString(text, index)
      digits = 0
      continue
    }
    index++
    if (code >= 48 && code <= 57) {
      if (++digits > 15) counts.oddNumbers = true
      continue
    }
    if (digits > 0 && (code === 46 || code === 69 || code === 101)) counts.oddNumbers = true
    digits = 0
    if (code === 58) counts.keys++
    else if (code === 123 || code === 91) counts.depth = Math.max(counts.depth, ++depth)
    else if (code === 125 || code === 93) depth--
  }
  return counts
}

function countKeys(value: unknown): number {
  let count = 0
  const waiting: unknown[] = [value]
  while (waiting.length > 0) {
    const next = waiting.pop()
    if (typeof next !== 'object' || next === null) continue
    if (Array.isArray(next)) {
      for (const item of next as unknown[]) if (typeof item === 'object' && item !== null) waiting.push(item)
      continue
    }
    for (const key in next) {
      count++
      const item = (next as Record<string, unknown>)[key]
      if (typeof item === 'object' && item !== null) waiting.push(item)
    }
  }
  return count
}

/** The given paths in the order in which the text brings them; `repeated` ones count where they come again. */
export function locateKeys(text: string, wanted: ReadonlySet<string>, repeated: ReadonlySet<string>): string[] {
  const found = new Set<string>()
  const seen = new Set<string>()
  parseCarefully(text, path => {
    if (wanted.has(path) || (repeated.has(path) && seen.has(path))) found.add(path)
    seen.add(path)
  })
  return [...found]
}
