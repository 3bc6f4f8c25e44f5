import { RE2JS } from 're2js'

/** A regular expression of Go's syntax, whose time is linear in its input; undefined when the text is none. */
export function compileRegex(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern)
  } catch {
    return undefined
  }
}
