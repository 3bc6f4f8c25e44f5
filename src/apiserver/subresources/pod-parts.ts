import type { Pod } from '../../api/core/pod/pod.ts'
import type { KubeObject } from '../../api/resource.ts'
import { nameOf, type Call, type Outcome } from '../call.ts'
import { kindOf, readObject } from '../object-body.ts'
import { checkWriteOptions } from '../options.ts'
import { patched } from '../verbs/patch.ts'
import type { Server } from '../verbs/verb.ts'
import type { SubresourceHandler } from './subresource.ts'

/** A subresource through which one part of a pod can be changed, and nothing else. */
const part = (name: string, take: (pod: Pod, wanted: Pod) => Pod): SubresourceHandler => ({
  name, kind: 'Pod',
  async perform({ registry, catalog, fields }: Server, call: Call): Promise<Outcome> {
    const kind = kindOf(call.resource)
    if (call.verb === 'get') {
      const entry = await registry.get(call.resource, call.namespace, nameOf(call))
      return { object: entry.object, entry }
    }
    const isPatch = call.verb === 'patch'
    const isApply = call.patchType === 'application/apply-patch+yaml'
    checkWriteOptions(isPatch ? 'PatchOptions' : 'UpdateOptions', call.options, isApply)
    const next = (current: KubeObject): KubeObject => {
      const wanted = (isPatch ? patched(call, kind, current, catalog, fields) : readObject(call, kind, catalog)) as Pod
      const { metadata } = current
      const { name: wantedName, namespace, uid, resourceVersion, managedFields } = wanted.metadata
      const only = { ...metadata, name: wantedName, namespace, uid, resourceVersion, ...(isApply && managedFields && { managedFields }) } as Pod['metadata']
      return { ...take(current as Pod, wanted), metadata: only }
    }
    const { object } = await registry.update(call, { subresource: name, next, checksUid: !isPatch, unconditional: isPatch, applied: isApply })
    return { object }
  },
})

/** Adds containers for debugging to a running pod. */
export const ephemeralContainers = part('ephemeralcontainers', (pod, { spec: { ephemeralContainers: wanted } }) => {
  const { ephemeralContainers: _old, ...spec } = pod.spec
  return { ...pod, spec: { ...spec, ...(wanted?.length && { ephemeralContainers: wanted }) } } as Pod
})

/** Changes what a running pod's containers may use. */
export const resize = part('resize', (pod, wanted) => {
  const resized = <T extends { name: string }>(containers: readonly T[] | undefined, others: readonly T[] | undefined): T[] | undefined =>
    containers?.map(container => {
      const other = others?.find(({ name }) => name === container.name) as (T & { resources?: unknown; resizePolicy?: unknown }) | undefined
      return other ? { ...container, resources: other.resources, ...(other.resizePolicy !== undefined && { resizePolicy: other.resizePolicy }) } : container
    })
  const { spec } = pod
  const initContainers = resized(spec.initContainers ?? undefined, wanted.spec.initContainers ?? undefined)
  return {
    ...pod, spec: { ...spec, containers: resized(spec.containers, wanted.spec.containers)!, ...(initContainers && { initContainers }), ...(wanted.spec.resources && { resources: wanted.spec.resources }) },
  } as Pod
})
