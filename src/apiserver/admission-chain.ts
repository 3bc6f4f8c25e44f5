import type { KubeObject } from '../api/resource.ts'
import type { AdmissionContext, AdmissionPlugin, AdmissionRequest, Operation } from './admission/admission.ts'
import { isDryRun, type Call } from './call.ts'

/** Admission as the registry uses it: all plugins in order, first those that change the object, then those that only look. */
export interface Admission {
  mutate(call: Call, operation: Operation, object: KubeObject | undefined, old: KubeObject | undefined): Promise<void>
  validate(call: Call, operation: Operation, object: KubeObject | undefined, old: KubeObject | undefined): Promise<void>
}

export function createAdmission(plugins: readonly AdmissionPlugin[], context: AdmissionContext): Admission {
  const requestOf = (call: Call, operation: Operation, object: KubeObject | undefined, old: KubeObject | undefined): AdmissionRequest => ({
    operation, user: call.user, resource: call.resource, name: call.name ?? object?.metadata.name ?? '',
    shownName: call.name ?? (object?.metadata.name || object?.metadata.generateName || ''), options: call.options, dryRun: isDryRun(call),
    ...(call.subresource !== undefined && { subresource: call.subresource }), ...(call.namespace !== undefined && { namespace: call.namespace }),
    ...(object && { object }), ...(old && { oldObject: old }), warn: text => void call.warnings.add(text),
    annotate(key, value) { if (call.notes.annotations) call.notes.annotations[key] = value },
  })
  return {
    async mutate(call, operation, object, old) {
      const request = requestOf(call, operation, object, old)
      for (const plugin of plugins) if (plugin.mutate && plugin.handles(request)) await plugin.mutate(request, context)
    },
    async validate(call, operation, object, old) {
      const request = requestOf(call, operation, object, old)
      for (const plugin of plugins) if (plugin.validate && plugin.handles(request)) await plugin.validate(request, context)
    },
  }
}

/** Lets a request to a subresource in that stores nothing of its own: an eviction, a token. */
export async function admitCreate(admission: Admission, call: Call, object: unknown): Promise<void> {
  await admission.mutate(call, 'CREATE', object as KubeObject, undefined)
  await admission.validate(call, 'CREATE', object as KubeObject, undefined)
}
