import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, list, object, string, struct, time } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { dnsLabel, qualifiedName } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { invalid, invalidBy } from '../validation.ts'

const namespaceSpecShape = object('io.k8s.api.core.v1.NamespaceSpec', {
  finalizers: list(1, 'string', { listType: 'atomic' }),
})
export interface NamespaceSpec extends Infer<typeof namespaceSpecShape> {}
export const namespaceSpec: Schema<NamespaceSpec> = namespaceSpecShape

const namespaceConditionShape = object('io.k8s.api.core.v1.NamespaceCondition', {
  type: string(1, { required: true }),
  status: string(2, { required: true }),
  lastTransitionTime: time(4),
  reason: string(5),
  message: string(6),
})
export interface NamespaceCondition extends Infer<typeof namespaceConditionShape> {}
export const namespaceCondition: Schema<NamespaceCondition> = namespaceConditionShape

const namespaceStatusShape = object('io.k8s.api.core.v1.NamespaceStatus', {
  phase: string(1, { enum: ['Active', 'Terminating'] }),
  conditions: list(2, namespaceCondition, { patchStrategy: 'merge', patchMergeKey: 'type', listType: 'map', listMapKeys: ['type'] }),
})
export interface NamespaceStatus extends Infer<typeof namespaceStatusShape> {}
export const namespaceStatus: Schema<NamespaceStatus> = namespaceStatusShape

const namespaceShape = kind('io.k8s.api.core.v1.Namespace', {
  metadata: struct(1, objectMeta),
  spec: struct(2, namespaceSpec),
  status: struct(3, namespaceStatus),
})
export interface Namespace extends Infer<typeof namespaceShape> {}
export const namespace: Schema<Namespace> = namespaceShape

/** The handle for namespaces. */
export const Namespaces: Resource<Namespace> = defineResource<Namespace>({
  version: 'v1', kind: 'Namespace', plural: 'namespaces', shortNames: ['ns'], namespaced: false,
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  subresources: [
    { name: 'finalize', version: 'v1', kind: 'Namespace', verbs: ['update'] },
    { name: 'status', version: 'v1', kind: 'Namespace', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: 'Q3oi5N2YM8M=',
  schema: namespace,
  columns: [nameColumn, { name: 'Status', type: 'string', cell: ({ status }) => status.phase ?? '' }, ageColumn],
  defaults({ metadata, status }) {
    status.phase ||= 'Active'
    if (metadata.name) (metadata.labels ??= {})['kubernetes.io/metadata.name'] = metadata.name
  },
  prepareForCreate({ metadata, spec, status }) {
    if (metadata.name) (metadata.labels ??= {})['kubernetes.io/metadata.name'] = metadata.name
    for (const key in status) delete status[key as keyof NamespaceStatus]
    status.phase = 'Active'
    if (!spec.finalizers?.includes('kubernetes')) spec.finalizers = [...spec.finalizers ?? [], 'kubernetes']
  },
  prepareForUpdate(namespace, old) {
    namespace.spec = { ...namespace.spec, ...(old.spec.finalizers && { finalizers: old.spec.finalizers }) }
    namespace.status = old.status
  },
  fieldSelectors: { 'status.phase': ({ status }) => status.phase ?? '' },
  prepareForSubresource(namespace, old, subresource) {
    if (subresource === 'finalize') namespace.status = old.status
  },
  validateName: dnsLabel,
  resetFields: { '': { 'f:status': {} }, status: { 'f:spec': {} }, finalize: { 'f:status': {} } },
  validate: ({ spec }, { subresource }) => (subresource === 'finalize' ? [] : spec.finalizers ?? []).flatMap(name => finalizerProblems(name, 'spec.finalizers')),
  validateUpdate: ({ spec }, _old, { subresource }) => (subresource === 'finalize' ? validateFinalizers(spec.finalizers ?? []) : []),
  validateStatusUpdate({ metadata, status }) {
    const going = status.phase === 'Terminating'
    if (metadata.deletionTimestamp === undefined) return going ? [invalid('status.Phase', status.phase, "may only be 'Terminating' if `deletionTimestamp` is not empty")] : []
    return going ? [] : [invalid('status.Phase', status.phase, "may only be 'Terminating' if `deletionTimestamp` is not empty")]
  },
})

/** Finalizers of a namespace's spec, of which only the namespace controller's own has no domain. */
function validateFinalizers(finalizers: readonly string[]): Cause[] {
  return finalizers.flatMap((name, index) => finalizerProblems(name, `spec.finalizers[${index}]`))
}

const finalizerProblems = (name: string, field: string): Cause[] => [
  ...invalidBy(field, name, qualifiedName),
  ...(name.includes('/') || name === 'kubernetes' || name === 'orphan' || name === 'foregroundDeletion' ? [] : [invalid(field, name, 'name is neither a standard finalizer name nor is it fully qualified')]),
]
