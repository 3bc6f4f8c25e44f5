import { RE2JS } from 're2js'
import { memo } from '../memo.ts'

/** A regular expression of Go's syntax, whose time is linear in its input; or what is wrong, in Go's words. */
export const compileRegex = memo((pattern: string): RE2JS | { readonly error: string } => {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    return { error: (error as Error).message }
  }
})
