import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, list, object, ref, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import { labelSelector } from '../meta/selectors.ts'
import { policyRule } from './shared.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { validateLabelSelector } from '../meta/selector-validation.ts'
import { invalid, required } from '../validation.ts'
import type { Cause } from '../../machinery/status.ts'
import { validateRbacName, validateRules } from './validation.ts'

const aggregationRuleShape = object('io.k8s.api.rbac.v1.AggregationRule', {
  clusterRoleSelectors: list(1, labelSelector, { listType: 'atomic' }),
})
export interface AggregationRule extends Infer<typeof aggregationRuleShape> {}
export const aggregationRule: Schema<AggregationRule> = aggregationRuleShape

const clusterRoleShape = kind('io.k8s.api.rbac.v1.ClusterRole', {
  metadata: struct(1, objectMeta),
  rules: list(2, policyRule, { omitEmpty: false, listType: 'atomic', nullable: true }),
  aggregationRule: ref(3, aggregationRule),
})
export interface ClusterRole extends Infer<typeof clusterRoleShape> {}
export const clusterRole: Schema<ClusterRole> = clusterRoleShape

/** The handle for clusterroles of rbac.authorization.k8s.io. */
export const ClusterRoles: Resource<ClusterRole> = defineResource<ClusterRole>({
  group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRole', plural: 'clusterroles', namespaced: false,
  storageVersionHash: 'bYE5ZWDrJ44=',
  schema: clusterRole,
  validateName: validateRbacName,
  validate: validateClusterRole,
})

function validateClusterRole({ rules, aggregationRule }: ClusterRole): Cause[] {
  const causes = validateRules(rules, false)
  if (!aggregationRule) return causes
  const field = 'aggregationRule.clusterRoleSelectors'
  if (!aggregationRule.clusterRoleSelectors?.length) return [...causes, required(field, 'at least one clusterRoleSelector required if aggregationRule is non-nil')]
  for (const [index, selector] of aggregationRule.clusterRoleSelectors.entries()) {
    const wrong = validateLabelSelector(selector, `${field}[${index}]`)
    causes.push(...wrong)
    if (wrong.length > 0) causes.push(invalid(`${field}[${index}]`, null, 'invalid label selector.'))
  }
  return causes
}
