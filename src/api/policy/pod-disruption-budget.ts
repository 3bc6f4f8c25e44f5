import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, int64, intOrString, kind, list, map, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { condition } from '../meta/condition.ts'
import { validateConditions } from '../meta/condition-validation.ts'
import { objectMeta } from '../meta/object-meta.ts'
import { labelSelector } from '../meta/selectors.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import type { Cause } from '../../machinery/status.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { validateAtMostAll, validateIntOrPercent } from '../int-or-percent.ts'
import { validateLabelSelector } from '../meta/selector-validation.ts'
import { invalid, nonNegative, notSupported } from '../validation.ts'

const podDisruptionBudgetSpecShape = object('io.k8s.api.policy.v1.PodDisruptionBudgetSpec', {
  minAvailable: intOrString(1, { pointer: true }),
  selector: ref(2, labelSelector, { patchStrategy: 'replace' }),
  maxUnavailable: intOrString(3, { pointer: true }),
  unhealthyPodEvictionPolicy: string(4, { pointer: true, enum: ['AlwaysAllow', 'IfHealthyBudget'] }),
})
export interface PodDisruptionBudgetSpec extends Infer<typeof podDisruptionBudgetSpecShape> {}
export const podDisruptionBudgetSpec: Schema<PodDisruptionBudgetSpec> = podDisruptionBudgetSpecShape

const podDisruptionBudgetStatusShape = object('io.k8s.api.policy.v1.PodDisruptionBudgetStatus', {
  observedGeneration: int64(1),
  disruptedPods: map(2, 'time'),
  disruptionsAllowed: int32(3, { omitEmpty: false }),
  currentHealthy: int32(4, { omitEmpty: false }),
  desiredHealthy: int32(5, { omitEmpty: false }),
  expectedPods: int32(6, { omitEmpty: false }),
  conditions: list(7, condition, { patchStrategy: 'merge', patchMergeKey: 'type', listType: 'map', listMapKeys: ['type'] }),
})
export interface PodDisruptionBudgetStatus extends Infer<typeof podDisruptionBudgetStatusShape> {}
export const podDisruptionBudgetStatus: Schema<PodDisruptionBudgetStatus> = podDisruptionBudgetStatusShape

const podDisruptionBudgetShape = kind('io.k8s.api.policy.v1.PodDisruptionBudget', {
  metadata: struct(1, objectMeta),
  spec: struct(2, podDisruptionBudgetSpec),
  status: struct(3, podDisruptionBudgetStatus),
})
export interface PodDisruptionBudget extends Infer<typeof podDisruptionBudgetShape> {}
export const podDisruptionBudget: Schema<PodDisruptionBudget> = podDisruptionBudgetShape

/** The handle for poddisruptionbudgets of policy. */
export const PodDisruptionBudgets: Resource<PodDisruptionBudget> = defineResource<PodDisruptionBudget>({
  group: 'policy', version: 'v1', kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets', shortNames: ['pdb'],
  subresources: [
    { name: 'status', group: 'policy', version: 'v1', kind: 'PodDisruptionBudget', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: 'EVWiDmWqyJw=',
  schema: podDisruptionBudget,
  columns: [
    nameColumn,
    { name: 'Min Available', type: 'string', cell: ({ spec }) => `${spec.minAvailable ?? 'N/A'}` },
    { name: 'Max Unavailable', type: 'string', cell: ({ spec }) => `${spec.maxUnavailable ?? 'N/A'}` },
    { name: 'Allowed Disruptions', type: 'integer', cell: ({ status }) => status.disruptionsAllowed },
    ageColumn,
  ],
  generationOf: ({ spec }) => spec,
  // Upstream checks names of budgets no further than that they fit into a path.
  validateName: () => [],
  validate: ({ spec }) => validateBudget(spec, 'spec'),
  validateStatusUpdate: ({ status }) => [...validateConditions(status.conditions, 'status.conditions'), ...COUNTS.flatMap(name => nonNegative(`status.${name}`, status[name]))],
})

const COUNTS = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const
const POLICIES = ['AlwaysAllow', 'IfHealthyBudget']

function validateBudget(spec: PodDisruptionBudgetSpec, field: string): Cause[] {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy } = spec
  const causes: Cause[] = []
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const shown = { MinAvailable: minAvailable, Selector: selector ?? null, MaxUnavailable: maxUnavailable, UnhealthyPodEvictionPolicy: unhealthyPodEvictionPolicy ?? null }
    causes.push(invalid(field, shown, 'minAvailable and maxUnavailable cannot be both set'))
  }
  for (const name of ['minAvailable', 'maxUnavailable'] as const) {
    const amount = spec[name]
    if (amount !== undefined) causes.push(...validateIntOrPercent(`${field}.${name}`, amount), ...validateAtMostAll(`${field}.${name}`, amount))
  }
  causes.push(...validateLabelSelector(selector, `${field}.selector`))
  if (unhealthyPodEvictionPolicy !== undefined && !POLICIES.includes(unhealthyPodEvictionPolicy)) {
    causes.push(notSupported(`${field}.unhealthyPodEvictionPolicy`, unhealthyPodEvictionPolicy, POLICIES))
  }
  return causes
}
