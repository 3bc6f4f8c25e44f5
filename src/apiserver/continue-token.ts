import { badRequest, gone, type StatusError } from '../machinery/status.ts'
import { parseJson } from '../machinery/json.ts'

/** Where a list in pages goes on, and as of which revision; -1: as of now, because the first page's past is gone. */
export interface Continuation {
  readonly revision: number
  /** The first key of the next page, below the list's prefix. */
  readonly start: string
}

interface Token {
  v?: unknown
  rv?: unknown
  start?: unknown
}

/** The token as clients carry it: base64 without padding, as upstream's. */
export const encodeContinue = ({ revision, start }: Continuation): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start })))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

/** Reads a token; whatever is wrong with it is a 400. */
export function decodeContinue(text: string): Continuation {
  const invalid = (why: string): StatusError => badRequest(`invalid continue token: continue key is not valid: ${why}`)
  const position = /[^A-Za-z0-9_-]/.exec(text)
  if (position) throw invalid(`illegal base64 data at input byte ${position.index}`)
  let token: Token
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), character => character.charCodeAt(0))
    token = parseJson(new TextDecoder().decode(bytes)).value as Token
  } catch (error) {
    throw invalid((error as Error).message)
  }
  const { v, rv, start } = token
  if (v !== 'meta.k8s.io/v1') throw invalid(`server does not recognize this encoded version ${typeof v === 'string' ? v : ''}`)
  if (typeof rv !== 'number' || rv === 0) throw invalid('incorrect encoded start resourceVersion (version meta.k8s.io/v1)')
  if (typeof start !== 'string' || start === '') throw invalid('no continue key')
  const clean = start.split('/').filter(part => part !== '.' && part !== '..')
  if (clean.join('/') !== start) throw invalid(start)
  return { revision: rv, start }
}

/** The 410 of a page whose snapshot is gone; its token goes on from the same place as of now. */
export const continueExpired = (start: string): StatusError => gone(
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  { continue: encodeContinue({ revision: -1, start }) },
)
