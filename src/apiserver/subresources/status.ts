import { verbs } from '../verbs/index.ts'
import type { SubresourceHandler } from './subresource.ts'

/** The status half of an object: read as the whole, written without touching the rest. */
export const status: SubresourceHandler = { name: 'status', perform: (server, call) => verbs[call.verb](server, call) }
