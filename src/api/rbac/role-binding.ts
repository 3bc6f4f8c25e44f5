import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, list, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import { roleRef, subject } from './shared.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { validateBinding, validateRbacName, validateRoleRefUpdate } from './validation.ts'
import { bindingColumns, defaultBinding } from './bindings.ts'

const roleBindingShape = kind('io.k8s.api.rbac.v1.RoleBinding', {
  metadata: struct(1, objectMeta),
  subjects: list(2, subject, { listType: 'atomic' }),
  roleRef: struct(3, roleRef, { required: true }),
})
export interface RoleBinding extends Infer<typeof roleBindingShape> {}
export const roleBinding: Schema<RoleBinding> = roleBindingShape

/** The handle for rolebindings of rbac.authorization.k8s.io. */
export const RoleBindings: Resource<RoleBinding> = defineResource<RoleBinding>({
  group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'RoleBinding', plural: 'rolebindings',
  storageVersionHash: 'eGsCzGH6b1g=',
  schema: roleBinding,
  columns: bindingColumns,
  defaults: defaultBinding,
  validateName: validateRbacName,
  validate: binding => validateBinding(binding, ['Role', 'ClusterRole']),
  validateUpdate: (next, old) => validateRoleRefUpdate(next.roleRef, old.roleRef),
})
