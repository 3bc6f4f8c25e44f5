import type { ClusterRole } from '../../api/rbac/cluster-role.ts'
import { ClusterRoles } from '../../api/rbac/cluster-role.ts'
import { ClusterRoleBindings } from '../../api/rbac/cluster-role-binding.ts'
import type { Role } from '../../api/rbac/role.ts'
import { Roles } from '../../api/rbac/role.ts'
import type { RoleBinding } from '../../api/rbac/role-binding.ts'
import { RoleBindings } from '../../api/rbac/role-binding.ts'
import type { PolicyRule } from '../../api/rbac/shared.ts'
import type { AnyResource } from '../../api/resource.ts'
import { forbidden, notFound } from '../../machinery/status.ts'
import { missingPermissions } from '../authz/covers.ts'
import { SUPERUSER_GROUP } from '../authz/superuser.ts'
import type { AdmissionContext, AdmissionPlugin, AdmissionRequest } from './admission.ts'

const RBAC_GROUP = 'rbac.authorization.k8s.io'
const guarded: ReadonlySet<AnyResource> = new Set<AnyResource>([Roles, ClusterRoles, RoleBindings, ClusterRoleBindings])

/** Nobody grants what they do not have: neither by writing a role (unless they may `escalate`) nor by binding one (unless they may `bind`). */
export const rbacEscalation: AdmissionPlugin = {
  name: 'RBACEscalation',
  handles: ({ operation, resource, user }) => (operation === 'CREATE' || operation === 'UPDATE') && guarded.has(resource) && !user.groups.includes(SUPERUSER_GROUP),

  validate: (request, context) => (request.resource === Roles || request.resource === ClusterRoles ? checkRole(request, context) : checkBinding(request, context)),
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

async function checkRole(request: AdmissionRequest, context: AdmissionContext): Promise<void> {
  const role = request.object as ClusterRole & Role
  const old = request.oldObject as (ClusterRole & Role) | undefined
  if (old && same(old.rules, role.rules) && same(old.aggregationRule, role.aggregationRule)) return
  if (await context.allowed(request.user, 'escalate', { group: RBAC_GROUP, plural: request.resource.plural }, request.namespace, request.name)) return
  if (role.aggregationRule && missingPermissions(rulesHeld(request, context), EVERYTHING).length > 0) {
    throw forbidden(request.resource, request.shownName, 'must have cluster-admin privileges to use the aggregationRule')
  }
  requireHeld(request, context, role.rules ?? [])
}

const EVERYTHING: readonly PolicyRule[] = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, { verbs: ['*'], nonResourceURLs: ['*'] }]

async function checkBinding(request: AdmissionRequest, context: AdmissionContext): Promise<void> {
  const { roleRef, subjects } = request.object as RoleBinding
  const old = request.oldObject as RoleBinding | undefined
  if (old && same(old.roleRef, roleRef) && same(old.subjects, subjects)) return
  const resource = roleRef.kind === 'Role' ? Roles : ClusterRoles
  if (await context.allowed(request.user, 'bind', { group: RBAC_GROUP, plural: resource.plural }, request.namespace, roleRef.name)) return
  const rules = context.rbac.rulesOf(roleRef, request.namespace)
  if (!rules) throw notFound(request.resource, roleRef.name)
  requireHeld(request, context, rules)
}

const rulesHeld = (request: AdmissionRequest, context: AdmissionContext): readonly PolicyRule[] => context.rbac.rulesFor(request.user, request.namespace).rules

function requireHeld(request: AdmissionRequest, context: AdmissionContext, wanted: readonly PolicyRule[]): void {
  const missing = missingPermissions(rulesHeld(request, context), wanted)
  if (missing.length === 0) return
  const { name, groups } = request.user
  throw forbidden(request.resource, request.shownName,
    `user ${JSON.stringify(name)} (groups=[${groups.map(group => JSON.stringify(group)).join(' ')}]) is attempting to grant RBAC permissions not currently held:\n${missing.join('\n')}`)
}
