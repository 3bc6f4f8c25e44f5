import { permitted } from '../authorize.ts'
import { servedOf } from '../call.ts'
import { kindOf, readObject } from '../object-body.ts'
import { checkWriteOptions } from '../options.ts'
import { matchName } from '../registry.ts'
import { createsOnUpdate } from '../strategies.ts'
import type { Verb } from './verb.ts'
import { written } from './written.ts'

/** Replaces an object, or one of its subresources that has the same form. */
export const update: Verb = async (server, call) => {
  const { registry, catalog, authorizer } = server
  checkWriteOptions('UpdateOptions', call.options)
  // Read before anything is looked up: a body that is none is refused whether or not there is an object.
  let first: ReturnType<typeof readObject> | undefined = readObject(call, kindOf(servedOf(call)), catalog)
  matchName(call, first)
  const next = (): ReturnType<typeof readObject> => {
    const draft = first ?? readObject(call, kindOf(servedOf(call)), catalog)
    first = undefined
    return draft
  }
  const { object, created } = await registry.update(call, {
    next, checksUid: true, ...(call.subresource ? { subresource: call.subresource } : createsOnUpdate(call.resource) && { missing: () => permitted(authorizer, call, next) }),
  })
  return written(server, call, object, created)
}
