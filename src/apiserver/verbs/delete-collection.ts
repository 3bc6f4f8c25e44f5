import { StatusError } from '../../machinery/status.ts'
import type { Call } from '../call.ts'
import { deleteOptionsOf } from '../delete-options.ts'
import { removeObject } from './delete.ts'
import { listed, listPage } from './list.ts'
import type { Verb } from './verb.ts'

/** Deletes everything that a list would show. Answers that list. */
export const removeCollection: Verb = async (server, call) => {
  const options = deleteOptionsOf(call)
  const withOptions: Call = { ...call, options: { ...call.options, ...(options.dryRun && { dryRun: options.dryRun }) } }
  const page = await listPage(server, call)
  for (const { object } of page.entries) {
    const { name, namespace } = object.metadata
    try {
      await removeObject(server, { ...withOptions, ...(namespace && { namespace }) }, name, options)
    } catch (error) {
      // Somebody else was faster: gone is gone.
      if (!(error instanceof StatusError && error.reason === 'NotFound')) throw error
    }
  }
  return listed(call, page)
}
