import { StatusError } from '../../machinery/status.ts'
import { nameOf, servedOf } from '../call.ts'
import { revisionOf } from '../options.ts'
import { toServedVersion } from '../versions.ts'
import type { Verb } from './verb.ts'

/** One object; with a resourceVersion, not older than that. */
export const get: Verb = async ({ registry, stores }, call) => {
  const version = revisionOf(call.options.resourceVersion, why => new StatusError('', why))
  if (version > 0) await stores.reached(call.resource, version)
  const entry = await registry.get(servedOf(call), call.namespace, nameOf(call))
  return { object: toServedVersion(servedOf(call), entry.object), entry }
}
