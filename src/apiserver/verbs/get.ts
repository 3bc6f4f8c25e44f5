import { after } from '../../machinery/awaitable.ts'
import { StatusError } from '../../machinery/status.ts'
import { nameOf, servedOf } from '../call.ts'
import { revisionOf } from '../options.ts'
import { toServedVersion } from '../versions.ts'
import type { Verb } from './verb.ts'

/** One object; with a resourceVersion, not older than that. */
export const get: Verb = ({ stores }, call) => {
  const served = servedOf(call)
  const version = revisionOf(call.options.resourceVersion, why => new StatusError('', why))
  return after(version > 0 ? stores.reached(call.resource, version) : undefined, () =>
    after(stores.current(served, call.namespace, nameOf(call)), entry => ({ object: toServedVersion(served, entry.object), entry })))
}
