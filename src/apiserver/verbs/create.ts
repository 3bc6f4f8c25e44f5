import { servedOf } from '../call.ts'
import { kindOf, readObject } from '../object-body.ts'
import { checkWriteOptions } from '../options.ts'
import { toServedVersion } from '../versions.ts'
import type { Verb } from './verb.ts'

/** Makes an object. */
export const create: Verb = async ({ registry, catalog }, call) => {
  checkWriteOptions('CreateOptions', call.options)
  const draft = readObject(call, kindOf(servedOf(call)), catalog)
  return { object: toServedVersion(servedOf(call), await registry.create(call, draft)), created: true }
}
