import { RE2JS } from 're2js'

/** A regular expression of Go's syntax, whose time is linear in its input; or what is wrong, in Go's words. */
export function compileRegex(pattern: string): RE2JS | { readonly error: string } {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    return { error: (error as Error).message }
  }
}
