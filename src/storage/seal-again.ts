import { StatusError } from '../machinery/status.ts'
import { isCompacted, type Storage } from './storage.ts'

/** Writes again whatever is sealed otherwise than it would be today, object by object; tells how many. Afterwards older keys can be dropped. */
export async function sealAgain(storage: Storage, prefixes: readonly string[]): Promise<number> {
  let count = 0
  for (const prefix of prefixes) {
    const page = await storage.list(prefix)
    if (isCompacted(page)) throw new StatusError('InternalError', 'the newest revision cannot be compacted')
    for (const { key, value, revision } of page.entries) {
      if (!(await storage.isStale?.(key))) continue
      // Whoever wrote in between has used the first key.
      const result = await storage.commit({ compare: [{ key, revision }], operations: [{ type: 'put', key, value }] })
      if (result.committed) count++
    }
  }
  return count
}
