import type { Exchange } from '../exchange.ts'

/** Answers requests to some paths; false: the path is not one of them. */
export type PathHandler = (exchange: Exchange) => Promise<boolean>
