import type { OwnerReference } from '../../api/meta/object-meta.ts'
import { forbidden } from '../../machinery/status.ts'
import type { AdmissionContext, AdmissionPlugin, AdmissionRequest } from './admission.ts'

/** Only who may delete an object says what owns it, and only who may change an owner's finalizers holds its deletion up. */
export const ownerReferencesPermissionEnforcement: AdmissionPlugin = {
  name: 'OwnerReferencesPermissionEnforcement',
  handles: ({ operation, resource, subresource }) => (operation === 'CREATE' || operation === 'UPDATE') && !(resource.plural === 'pods' && subresource === 'binding'),

  async validate(request, context) {
    const now = request.object?.metadata.ownerReferences ?? []
    const before = request.oldObject?.metadata.ownerReferences ?? []
    if (JSON.stringify(now) === JSON.stringify(before)) return
    const { resource, user, namespace, name, operation } = request
    // A create has no object that could be deleted, so its name is not asked about.
    const may = await context.allowed(user, 'delete', { group: resource.group, plural: resource.plural, ...(request.subresource && { subresource: request.subresource }) }, namespace, operation === 'CREATE' ? undefined : name)
    if (!may) refuse(request, 'cannot set an ownerRef on a resource you can\'t delete: ')
    const blocking = newlyBlocking(now, before)
    for (const reference of blocking) await checkOwner(request, context, reference)
  },
}

function refuse(request: AdmissionRequest, message: string): never {
  throw forbidden(request.resource, request.shownName, message)
}

const newlyBlocking = (now: readonly OwnerReference[], before: readonly OwnerReference[]): OwnerReference[] =>
  now.filter(({ uid, blockOwnerDeletion }) => blockOwnerDeletion && !before.some(old => old.uid === uid && old.blockOwnerDeletion))

async function checkOwner(request: AdmissionRequest, context: AdmissionContext, { apiVersion, kind, name }: OwnerReference): Promise<void> {
  const owner = context.resourceOf(apiVersion, kind)
  if (!owner) return refuse(request, `cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion ${apiVersion} Kind ${kind}: no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`)
  const may = await context.allowed(request.user, 'update', { group: owner.group, plural: owner.plural, subresource: 'finalizers' }, owner.namespaced ? request.namespace : undefined, name)
  if (!may) refuse(request, 'cannot set blockOwnerDeletion if an ownerReference refers to a resource you can\'t set finalizers on: ')
}
