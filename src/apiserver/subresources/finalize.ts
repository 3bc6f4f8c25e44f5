import { Namespaces, type Namespace } from '../../api/core/namespace.ts'
import { kindOf, readObject } from '../object-body.ts'
import { checkWriteOptions } from '../options.ts'
import { matchName } from '../registry.ts'
import type { SubresourceHandler } from './subresource.ts'

/** Lets go of a namespace: only the finalizers of its spec change, and when none is left the namespace is gone. */
export const finalize: SubresourceHandler = {
  name: 'finalize', kind: 'Namespace',
  async perform({ registry, catalog }, call) {
    checkWriteOptions('UpdateOptions', call.options)
    const wanted = readObject(call, kindOf(Namespaces), catalog) as Namespace
    matchName(call, wanted)
    const { finalizers } = wanted.spec
    const { uid, resourceVersion } = wanted.metadata
    const { object } = await registry.update(call, {
      subresource: 'finalize', checksUid: true, internal: true,
      next: current => {
        const { finalizers: _old, ...spec } = (current as Namespace).spec
        return {
          ...current, metadata: { ...current.metadata, resourceVersion, ...(uid && { uid }) }, spec: { ...spec, ...(finalizers?.length && { finalizers }) },
        } as Namespace
      },
    })
    return { object }
  },
}
