import type { KubeObject } from '../../api/resource.ts'
import { servedOf, type Call, type Outcome } from '../call.ts'
import { keyOf } from '../stores.ts'
import { toServedVersion } from '../versions.ts'
import type { Server } from './verb.ts'

/** What a write answers. While nobody has changed the object again, its bytes come from the cache. */
export function written({ stores }: Server, call: Call, object: KubeObject, created: boolean): Outcome {
  const entry = stores.of(call.resource).get(keyOf(call.resource, object.metadata.namespace, object.metadata.name))
  return { object: toServedVersion(servedOf(call), object), created, ...(entry?.object === object && { entry }) }
}
