import { notFound, StatusError } from '../machinery/status.ts'
import type { Awaitable } from '../machinery/awaitable.ts'
import type { Call, Outcome } from './call.ts'
import { asStored } from './stored-call.ts'
import { subresources } from './subresources/index.ts'
import type { SubresourceHandler } from './subresources/subresource.ts'
import { verbs } from './verbs/index.ts'
import type { Server } from './verbs/verb.ts'

/**
 * What a request goes through after it is let in. The steps before (authenticate, audit, impersonate, authorize) are `serve.ts`'s; those of a
 * write (decode, default, mutate, prepare, validate, admit, store) are one function each of the verbs and of `registry.ts`.
 */
export function perform(server: Server, asked: Call): Awaitable<Outcome> {
  return server.tracing ? server.tracing.step(SPANS[asked.verb] ?? asked.verb, { resource: asked.resource.plural }, () => performUntraced(server, asked)) : performUntraced(server, asked)
}

/** What upstream calls the spans of verbs. */
const SPANS: Readonly<Record<string, string>> = { get: 'Get', list: 'List', create: 'Create', update: 'Update', patch: 'Patch', delete: 'Delete', deletecollection: 'Delete' }

function performUntraced(server: Server, asked: Call): Awaitable<Outcome> {
  const call = asStored(asked)
  if (call.subresource === undefined) {
    if (!(call.resource.verbs as readonly string[]).includes(call.verb)) throw methodNotAllowed()
    const virtual = virtualKinds.get(call.resource.kind)
    return virtual ? virtual.perform(server, call) : verbs[call.verb](server, call)
  }
  const stated = call.resource.subresources.find(({ name }) => name === call.subresource)
  if (!stated) throw new StatusError('NotFound', 'the server could not find the requested resource', {})
  if (!stated.verbs.includes(call.verb)) throw methodNotAllowed()
  const subresource = subresources.find(each => each.name === call.subresource && (each.kind === undefined || each.kind === call.resource.kind))
  if (!subresource) throw notFound(call.resource, `${call.name}/${call.subresource}`)
  return subresource.perform(server, call)
}

/** Kinds that are only asked about. */
const virtualKinds: ReadonlyMap<string | undefined, SubresourceHandler> = new Map(subresources.filter(each => each.name === undefined).map(each => [each.kind, each]))

export const methodNotAllowed = (): StatusError => new StatusError('MethodNotAllowed', 'the server does not allow this method on the requested resource', {})
