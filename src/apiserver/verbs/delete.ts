import type { AnyResource, KubeObject } from '../../api/resource.ts'
import type { DeleteOptions } from '../../api/meta/options.ts'
import { conflict, notFound } from '../../machinery/status.ts'
import { isDryRun, nameOf, servedOf, type Call } from '../call.ts'
import { deleteOptionsOf } from '../delete-options.ts'
import { planDeletion } from '../deletion.ts'
import { answersDeleted } from '../strategies.ts'
import { keyOf } from '../stores.ts'
import { toServedVersion } from '../versions.ts'
import type { Server, Verb } from './verb.ts'

/** Deletes one object, or marks it for those who must let go of it first. */
export const remove: Verb = async (server, call) => {
  const options = deleteOptionsOf(call)
  // Options in the body take the place of all those of the query.
  const { dryRun: _, ...others } = call.options
  const withOptions: Call = { ...call, options: { ...others, ...(options.dryRun && { dryRun: options.dryRun }) } }
  return { object: await removeObject(server, withOptions, nameOf(call), options) }
}

/** The deletion itself, over and over until nobody was faster. Answers the object or a Status, as the kind does. */
export async function removeObject(server: Server, call: Call, name: string, options: DeleteOptions): Promise<unknown> {
  const { resource } = call
  const served = servedOf(call)
  const { stores, admission, clock } = server
  const store = stores.of(resource)
  const key = keyOf(resource, call.namespace, name)
  const named = { ...call, name }
  await stores.fresh(resource)
  for (;;) {
    const current = store.get(key)
    if (!current) throw notFound(served, name)
    const object = current.object
    checkPreconditions(resource, object, options)
    await admission.mutate(named, 'DELETE', undefined, object)
    await admission.validate(named, 'DELETE', undefined, object)
    const step = planDeletion(resource, object, options, clock)
    if (step.type === 'pending') return toServedVersion(served, object)
    const dryRun = isDryRun(call)
    if (step.type === 'mark' && !step.thenRemove) {
      if (dryRun) return toServedVersion(served, step.object)
      const marked = await store.update(key, current.revision, step.object)
      if (marked.written) return toServedVersion(served, marked.entry.object)
    } else {
      const last = step.type === 'mark' ? step.object : object
      if (dryRun) return answerOf(served, last)
      if ((await store.delete(key, current.revision)).written) {
        await server.hooks.released(resource, object)
        return answerOf(served, last)
      }
    }
    await stores.fresh(resource)
  }
}

function answerOf(resource: AnyResource, object: KubeObject): unknown {
  if (answersDeleted(resource)) return toServedVersion(resource, object)
  const { name, uid } = object.metadata
  return {
    kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success',
    details: { name, ...(resource.group && { group: resource.group }), kind: resource.plural, uid },
  }
}

function checkPreconditions(resource: AnyResource, object: KubeObject, { preconditions }: DeleteOptions): void {
  const { name, uid, resourceVersion } = object.metadata
  // Upstream names the kind here, and the resource everywhere else.
  const kind = { group: resource.group, plural: resource.kind }
  const refuse = (what: string, wanted: string, there: string) => conflict(kind, name, `the ${what} in the precondition (${wanted}) does not match the ${what} in record (${there}). The object might have been deleted and then recreated`)
  if (preconditions?.uid !== undefined && preconditions.uid !== uid) throw refuse('UID', preconditions.uid, uid)
  if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== resourceVersion) {
    throw conflict(kind, name, `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`)
  }
}
