import type { KubeObject } from '../../api/resource.ts'
import { parseJson } from '../../machinery/json.ts'
import { StatusError } from '../../machinery/status.ts'
import type { Call } from '../call.ts'
import type { Catalog } from '../catalog.ts'
import { kindOf, objectFrom, type BodyKind } from '../object-body.ts'
import { checkWriteOptions } from '../options.ts'
import { toServedVersion } from '../versions.ts'
import type { Verb } from './verb.ts'

/** Changes an object by what a patch says, whatever version of it is there. */
export const patch: Verb = async ({ registry, catalog }, call) => {
  checkWriteOptions('PatchOptions', call.options, call.patchType === 'application/apply-patch+yaml')
  const { object, created } = await registry.update(call, {
    next: current => patched(call, kindOf(call.resource), toServedVersion(call.resource, current), catalog),
    ...(call.subresource && { subresource: call.subresource }),
  })
  return { object: toServedVersion(call.resource, object), created }
}

/** What a patch makes of an object, decoded anew. */
export function patched(call: Call, kind: BodyKind, current: KubeObject, catalog: Catalog): KubeObject {
  const change = call.encoded ? parseJson(new TextDecoder().decode(call.encoded.bytes)).value : call.body
  switch (call.patchType) {
    case 'application/merge-patch+json': return objectFrom(call, kind, catalog, { value: mergePatch(current, change) })
    default: throw new StatusError('UnsupportedMediaType', `patches of type ${call.patchType} are not served yet`)
  }
}

/** RFC 7386. */
function mergePatch(target: unknown, change: unknown): unknown {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) return change
  const result: Record<string, unknown> = typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete result[key]
    else result[key] = mergePatch(result[key], value)
  }
  return result
}
