import { Namespaces, type Namespace, type NamespaceCondition } from '../api/core/namespace.ts'
import { Pods } from '../api/core/pod/pod.ts'
import { resources } from '../api/index.ts'
import type { AnyResource, KubeObject } from '../api/resource.ts'
import type { Client } from '../client/client.ts'
import { errorMessage } from '../machinery/log.ts'
import { isReason, qualifiedResource } from '../machinery/status.ts'
import { sameJson, withCondition } from './conditions.ts'
import { defineController, watched } from './framework.ts'

const FINALIZER = 'kubernetes'
/** What has finalizers or a grace period is looked at again after this time; pods wake the namespace themselves. */
const RETRY_MS = 2_000

/** Empties namespaces that are being deleted, then lets them go. */
export const namespaceController = defineController<Namespace>({
  name: 'namespace',
  for: Namespaces,
  workers: 10,
  watches: [watched(Pods, ({ metadata }, cache) => (cache.get(Namespaces, { name: metadata.namespace })?.metadata.deletionTimestamp ? [{ name: metadata.namespace }] : []))],
  async reconcile(namespace, { client, clock }) {
    const { metadata, spec, status } = namespace
    if (!metadata.deletionTimestamp) return
    if (!spec.finalizers?.includes(FINALIZER)) return
    const content = await deleteContent(client, metadata.name)
    const conditions = deletionConditions(status.conditions, content, clock.now())
    let latest = namespace
    if (status.phase !== 'Terminating' || !sameJson(conditions, status.conditions)) {
      latest = await client.updateStatus(Namespaces, { ...namespace, status: { ...status, phase: 'Terminating', conditions } })
    }
    if (content.failures.length > 0) throw new Error(content.failures.join('; '))
    if (content.remaining.size > 0) return { afterMs: RETRY_MS }
    const finalizers = spec.finalizers.filter(name => name !== FINALIZER)
    await client.update(Namespaces, { ...latest, spec: { ...latest.spec, finalizers } }, { subresource: 'finalize' }).catch(error => {
      if (!isReason(error, 'NotFound')) throw error
    })
  },
})

/** What is still in a namespace. */
export interface Content {
  /** Objects left, by resource. */
  readonly remaining: ReadonlyMap<string, number>
  /** How many of them have each finalizer. */
  readonly finalizers: ReadonlyMap<string, number>
  readonly failures: readonly string[]
}

/** Every namespaced kind once, whatever its versions. */
const contentKinds = (): AnyResource[] => {
  const seen = new Set<string>()
  return resources.filter(resource => {
    const name = qualifiedResource(resource)
    if (!resource.namespaced || !resource.verbs.includes('delete') || !resource.verbs.includes('list') || seen.has(name)) return false
    seen.add(name)
    return true
  })
}

/** KEP-5080: pods go first, so that what guards them (network policies, say) outlives them. */
async function deleteContent(client: Client, namespace: string): Promise<Content> {
  const pods = await deleteKind(client, Pods, namespace)
  const rest = pods.left.length > 0 || pods.failure ? [] : await Promise.all(contentKinds().filter(kind => kind !== Pods).map(kind => deleteKind(client, kind, namespace)))
  const results = [pods, ...rest]
  const finalizers = new Map<string, number>()
  for (const name of results.flatMap(({ left }) => left.flatMap(object => object.metadata.finalizers ?? []))) finalizers.set(name, (finalizers.get(name) ?? 0) + 1)
  return {
    remaining: new Map(results.filter(({ left }) => left.length > 0).map(({ kind, left }) => [kind, left.length])), finalizers,
    failures: results.flatMap(({ failure }) => failure ?? []),
  }
}

async function deleteKind(client: Client, resource: AnyResource, namespace: string): Promise<{ kind: string; left: readonly KubeObject[]; failure?: string }> {
  // `pods.`, `deployments.apps`: the dot is upstream's, which joins group and resource whatever the group.
  const kind = `${resource.plural}.${resource.group}`
  try {
    const before = await client.list(resource, { namespace })
    if (before.items.length === 0) return { kind, left: [] }
    if (resource.verbs.includes('deletecollection')) await client.deleteCollection(resource, { namespace, propagationPolicy: 'Background' })
    else for (const { metadata } of before.items) await client.delete(resource, metadata, { propagationPolicy: 'Background' })
    return { kind, left: (await client.list(resource, { namespace })).items }
  } catch (error) {
    if (isReason(error, 'MethodNotAllowed') || isReason(error, 'NotFound')) return { kind, left: [] }
    return { kind, left: [], failure: errorMessage(error) }
  }
}

/** What a namespace under deletion says of how far it has come. */
export function deletionConditions(before: readonly NamespaceCondition[] | undefined, { remaining, finalizers, failures }: Content, now: number): NamespaceCondition[] {
  const listed = (counts: ReadonlyMap<string, number>, say: (name: string, count: number) => string): string => [...counts].map(([name, count]) => say(name, count)).sort().join(', ')
  const stated: NamespaceCondition[] = [
    { type: 'NamespaceDeletionDiscoveryFailure', status: 'False', reason: 'ResourcesDiscovered', message: 'All resources successfully discovered' },
    { type: 'NamespaceDeletionGroupVersionParsingFailure', status: 'False', reason: 'ParsedGroupVersions', message: 'All legacy kube types successfully parsed' },
    failures.length > 0
      ? { type: 'NamespaceDeletionContentFailure', status: 'True', reason: 'ContentDeletionFailed', message: `Failed to delete all resource types, ${failures.length} remaining: ${failures.join(', ')}` }
      : { type: 'NamespaceDeletionContentFailure', status: 'False', reason: 'ContentDeleted', message: 'All content successfully deleted, may be waiting on finalization' },
    remaining.size > 0
      ? { type: 'NamespaceContentRemaining', status: 'True', reason: 'SomeResourcesRemain', message: `Some resources are remaining: ${listed(remaining, (name, count) => `${name} has ${count} resource instances`)}` }
      : { type: 'NamespaceContentRemaining', status: 'False', reason: 'ContentRemoved', message: 'All content successfully removed' },
    finalizers.size > 0
      ? { type: 'NamespaceFinalizersRemaining', status: 'True', reason: 'SomeFinalizersRemain', message: `Some content in the namespace has finalizers remaining: ${listed(finalizers, (name, count) => `${name} in ${count} resource instances`)}` }
      : { type: 'NamespaceFinalizersRemaining', status: 'False', reason: 'ContentHasNoFinalizers', message: 'All content-preserving finalizers finished' },
  ]
  return stated.reduce<NamespaceCondition[]>((conditions, condition) => withCondition(conditions, condition, now), [...(before ?? [])])
}
