import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, list, map, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { toleration } from '../core/pod/scheduling.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { dnsLabel } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import type { Toleration } from '../core/pod/scheduling.ts'
import { validateResources } from '../core/pod/validation/resources.ts'
import { validateTolerations } from '../core/pod/validation/scheduling.ts'
import { deprecatedNodeLabel } from '../meta/deprecated-labels.ts'
import { validateLabels } from '../meta/validation.ts'
import { duplicate, immutable, invalidBy, required } from '../validation.ts'

const overheadShape = object('io.k8s.api.node.v1.Overhead', {
  podFixed: map(1, 'quantity'),
})
export interface Overhead extends Infer<typeof overheadShape> {}
export const overhead: Schema<Overhead> = overheadShape

const schedulingShape = object('io.k8s.api.node.v1.Scheduling', {
  nodeSelector: map(1, 'string', { mapType: 'atomic' }),
  tolerations: list(2, toleration, { listType: 'atomic' }),
})
export interface Scheduling extends Infer<typeof schedulingShape> {}
export const scheduling: Schema<Scheduling> = schedulingShape

const runtimeClassShape = kind('io.k8s.api.node.v1.RuntimeClass', {
  metadata: struct(1, objectMeta),
  handler: string(2, { required: true }),
  overhead: ref(3, overhead),
  scheduling: ref(4, scheduling),
})
export interface RuntimeClass extends Infer<typeof runtimeClassShape> {}
export const runtimeClass: Schema<RuntimeClass> = runtimeClassShape

/** The handle for runtimeclasses of node.k8s.io. */
export const RuntimeClasses: Resource<RuntimeClass> = defineResource<RuntimeClass>({
  group: 'node.k8s.io', version: 'v1', kind: 'RuntimeClass', plural: 'runtimeclasses', namespaced: false,
  storageVersionHash: 'WQTu1GL3T2Q=',
  schema: runtimeClass,
  columns: [nameColumn, { name: 'Handler', type: 'string', cell: ({ handler }) => handler }, ageColumn],
  validate: validateRuntimeClass,
  validateUpdate: (next, old) => immutable('handler', next.handler, old.handler),
  warnings: ({ scheduling }) => Object.keys(scheduling?.nodeSelector ?? {}).flatMap(label => deprecatedNodeLabel(label, 'scheduling.nodeSelector')),
})

function validateRuntimeClass({ handler, overhead, scheduling }: RuntimeClass): Cause[] {
  const causes = handler === '' ? [required('handler')] : invalidBy('handler', handler, dnsLabel)
  if (overhead) causes.push(...validateResources({ limits: overhead.podFixed }, 'overhead', new Set()))
  if (!scheduling) return causes
  causes.push(...validateLabels(scheduling.nodeSelector, 'scheduling.nodeSelector'))
  return [...causes, ...validateTolerations(scheduling.tolerations, 'scheduling.tolerations'), ...repeatedTolerations(scheduling.tolerations ?? [], 'scheduling.tolerations')]
}

function repeatedTolerations(tolerations: readonly Toleration[], field: string): Cause[] {
  const shown = tolerations.map(({ key = '', operator = '', value = '', effect = '', tolerationSeconds = null }) =>
    ({ Key: key, Operator: operator, Value: value, Effect: effect, TolerationSeconds: tolerationSeconds }))
  const texts = shown.map(each => JSON.stringify(each))
  return shown.flatMap((each, index) => (texts.indexOf(texts[index]!) < index ? [duplicate(`${field}[${index}]`, each)] : []))
}
