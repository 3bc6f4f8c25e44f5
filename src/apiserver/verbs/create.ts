import { servedOf } from '../call.ts'
import { kindOf, readObject } from '../object-body.ts'
import { checkWriteOptions } from '../options.ts'
import type { Verb } from './verb.ts'
import { written } from './written.ts'

/** Makes an object. */
export const create: Verb = async (server, call) => {
  checkWriteOptions('CreateOptions', call.options)
  const draft = readObject(call, kindOf(servedOf(call)), server.catalog)
  return written(server, call, await server.registry.create(call, draft), true)
}
