import type { Verb } from '../verbs/verb.ts'

/** One subresource, or with no name a kind that is not stored. The first entry of the list that fits is taken. */
export interface SubresourceHandler {
  readonly name?: string
  /** The parent kind it is for; absent: all that state it. */
  readonly kind?: string
  readonly perform: Verb
}
