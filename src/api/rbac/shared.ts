import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { list, object, string } from '../../machinery/schema/schema.ts'

const policyRuleShape = object('io.k8s.api.rbac.v1.PolicyRule', {
  verbs: list(1, 'string', { required: true, listType: 'atomic' }),
  apiGroups: list(2, 'string', { listType: 'atomic' }),
  resources: list(3, 'string', { listType: 'atomic' }),
  resourceNames: list(4, 'string', { listType: 'atomic' }),
  nonResourceURLs: list(5, 'string', { listType: 'atomic' }),
})
export interface PolicyRule extends Infer<typeof policyRuleShape> {}
export const policyRule: Schema<PolicyRule> = policyRuleShape

const roleRefShape = object('io.k8s.api.rbac.v1.RoleRef', {
  apiGroup: string(1, { omitEmpty: false }),
  kind: string(2, { required: true }),
  name: string(3, { required: true }),
}, { atomic: true })
export interface RoleRef extends Infer<typeof roleRefShape> {}
export const roleRef: Schema<RoleRef> = roleRefShape

const subjectShape = object('io.k8s.api.rbac.v1.Subject', {
  kind: string(1, { required: true }),
  apiGroup: string(2),
  name: string(3, { required: true }),
  namespace: string(4),
}, { atomic: true })
export interface Subject extends Infer<typeof subjectShape> {}
export const subject: Schema<Subject> = subjectShape
