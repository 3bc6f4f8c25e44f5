import { Namespaces } from '../../api/core/namespace.ts'
import { kindOf, readObject } from '../object-body.ts'
import { checkWriteOptions } from '../options.ts'
import { matchName } from '../registry.ts'
import type { SubresourceHandler } from './subresource.ts'

/** Lets go of a namespace: the one way to change its spec's finalizers. When none is left of one that is being deleted, it is gone. */
export const finalize: SubresourceHandler = {
  name: 'finalize', kind: 'Namespace',
  async perform({ registry, catalog }, call) {
    checkWriteOptions('UpdateOptions', call.options)
    const next = (): ReturnType<typeof readObject> => readObject(call, kindOf(Namespaces), catalog)
    matchName(call, next())
    const { object } = await registry.update(call, { subresource: 'finalize', checksUid: true, next })
    return { object }
  },
}
