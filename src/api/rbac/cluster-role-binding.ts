import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, list, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import { roleRef, subject } from './shared.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { validateBinding, validateRbacName, validateRoleRefUpdate } from './validation.ts'
import { bindingColumns, defaultBinding } from './bindings.ts'

const clusterRoleBindingShape = kind('io.k8s.api.rbac.v1.ClusterRoleBinding', {
  metadata: struct(1, objectMeta),
  subjects: list(2, subject, { listType: 'atomic' }),
  roleRef: struct(3, roleRef, { required: true }),
})
export interface ClusterRoleBinding extends Infer<typeof clusterRoleBindingShape> {}
export const clusterRoleBinding: Schema<ClusterRoleBinding> = clusterRoleBindingShape

/** The handle for clusterrolebindings of rbac.authorization.k8s.io. */
export const ClusterRoleBindings: Resource<ClusterRoleBinding> = defineResource<ClusterRoleBinding>({
  group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRoleBinding', plural: 'clusterrolebindings', namespaced: false,
  storageVersionHash: '48tpQ8gZHFc=',
  schema: clusterRoleBinding,
  columns: bindingColumns,
  defaults: defaultBinding,
  validateName: validateRbacName,
  validate: binding => validateBinding(binding, ['ClusterRole']),
  validateUpdate: (next, old) => validateRoleRefUpdate(next.roleRef, old.roleRef),
})
