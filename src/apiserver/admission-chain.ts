import type { KubeObject } from '../api/resource.ts'
import type { AdmissionContext, AdmissionPlugin, AdmissionRequest, Operation } from './admission/admission.ts'
import { isDryRun, type Call } from './call.ts'

/** Admission as the registry uses it: all plugins in order, first those that change the object, then those that only look. */
export interface Admission {
  mutate(call: Call, operation: Operation, object: KubeObject | undefined, old: KubeObject | undefined): Promise<void>
  validate(call: Call, operation: Operation, object: KubeObject | undefined, old: KubeObject | undefined): Promise<void>
}

/** Which half of admission: upstream's names for changing and for looking. */
export type AdmissionStep = 'admit' | 'validate'

/** Is told of each run of a plugin how long it took, and whether it refused. */
export type AdmissionMeter = (plugin: string, step: AdmissionStep) => (operation: Operation, rejected: boolean, ms: number) => void

interface Run {
  readonly plugin: AdmissionPlugin
  readonly run: NonNullable<AdmissionPlugin['mutate']>
  readonly note: ReturnType<AdmissionMeter> | undefined
}

/** The plugins that take part in a step, one after the other. The end of one is the beginning of the next, so that the clock is asked once for each. */
function inOrder(plugins: readonly AdmissionPlugin[], step: AdmissionStep, context: AdmissionContext, meter: AdmissionMeter | undefined): (request: AdmissionRequest) => Promise<void> {
  const runs = plugins.flatMap((plugin): Run[] => {
    const run = (step === 'admit' ? plugin.mutate : plugin.validate)?.bind(plugin)
    return run ? [{ plugin, run, note: meter?.(plugin.name, step) }] : []
  })
  const { clock } = context
  return async request => {
    let startedMs = meter ? clock.monotonic() : 0
    for (const { plugin, run, note } of runs) {
      if (!plugin.handles(request)) continue
      try {
        const pending = run(request, context)
        if (pending) await pending
      } catch (error) {
        note?.(request.operation, true, clock.monotonic() - startedMs)
        throw error
      }
      if (!note) continue
      const endedMs = clock.monotonic()
      note(request.operation, false, endedMs - startedMs)
      startedMs = endedMs
    }
  }
}

export function createAdmission(plugins: readonly AdmissionPlugin[], context: AdmissionContext, meter?: AdmissionMeter): Admission {
  const requestOf = (call: Call, operation: Operation, object: KubeObject | undefined, old: KubeObject | undefined): AdmissionRequest => ({
    operation, user: call.user, resource: call.resource, name: call.name ?? object?.metadata.name ?? '',
    shownName: call.name ?? (object?.metadata.name || object?.metadata.generateName || ''), options: call.options, dryRun: isDryRun(call),
    ...(call.subresource !== undefined && { subresource: call.subresource }), ...(call.namespace !== undefined && { namespace: call.namespace }),
    ...(object && { object }), ...(old && { oldObject: old }), warn: text => void call.warnings.add(text),
    annotate(key, value) { if (call.notes.annotations) call.notes.annotations[key] = value },
  })
  const [admit, look] = [inOrder(plugins, 'admit', context, meter), inOrder(plugins, 'validate', context, meter)]
  return {
    mutate: (call, operation, object, old) => admit(requestOf(call, operation, object, old)),
    validate: (call, operation, object, old) => look(requestOf(call, operation, object, old)),
  }
}

/** Lets a request to a subresource in that stores nothing of its own: an eviction, a token. */
export async function admitCreate(admission: Admission, call: Call, object: unknown): Promise<void> {
  await admission.mutate(call, 'CREATE', object as KubeObject, undefined)
  await admission.validate(call, 'CREATE', object as KubeObject, undefined)
}
