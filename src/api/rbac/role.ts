import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, list, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import { policyRule } from './shared.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { validateRbacName, validateRules } from './validation.ts'

const roleShape = kind('io.k8s.api.rbac.v1.Role', {
  metadata: struct(1, objectMeta),
  rules: list(2, policyRule, { omitEmpty: false, listType: 'atomic', nullable: true }),
})
export interface Role extends Infer<typeof roleShape> {}
export const role: Schema<Role> = roleShape

/** The handle for roles of rbac.authorization.k8s.io. */
export const Roles: Resource<Role> = defineResource<Role>({
  group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'Role', plural: 'roles',
  storageVersionHash: '7FuwZcIIItM=',
  schema: role,
  validateName: validateRbacName,
  validate: ({ rules }) => validateRules(rules, true),
})
