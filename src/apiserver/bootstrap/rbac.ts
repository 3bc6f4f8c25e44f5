import type { AnyResource, KubeObject } from '../../api/resource.ts'
import type { BootstrapObject } from './bootstrap-object.ts'
import { equal } from '../equal.ts'
import { apiVersionOf } from '../../api/resource.ts'
import { ClusterRoleBindings } from '../../api/rbac/cluster-role-binding.ts'
import { ClusterRoles } from '../../api/rbac/cluster-role.ts'
import { RoleBindings } from '../../api/rbac/role-binding.ts'
import { Roles } from '../../api/rbac/role.ts'
import type { PolicyRule, RoleRef, Subject } from '../../api/rbac/shared.ts'
import { clusterRoles } from './rbac-cluster-roles.ts'
import { controllerRoles } from './rbac-controller-roles.ts'
import { clusterBindings, namespacedBindings, namespacedRoles, serviceAccount } from './rbac-namespaced-roles.ts'

const AGGREGATE = 'rbac.authorization.k8s.io/aggregate-to-'
/** Roles that take part in an aggregated role, by name. */
const aggregatedInto: Readonly<Record<string, string>> = {
  'system:aggregate-to-admin': 'admin', 'edit': 'admin',
  'system:aggregate-to-edit': 'edit', 'view': 'edit', 'system:aggregate-to-view': 'view',
}
const AGGREGATED = ['admin', 'edit', 'view']

function build(resource: AnyResource, name: string, rest: Record<string, unknown>, namespace?: string): BootstrapObject {
  const into = resource === ClusterRoles ? aggregatedInto[name] : undefined
  const object = {
    kind: resource.kind, apiVersion: apiVersionOf(resource),
    metadata: {
      name, ...(namespace && { namespace }),
      labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...(into && { [AGGREGATE + into]: 'true' }) },
      annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
    },
    ...rest,
  }
  return { resource, object, reconcile: stored => reconcileBootstrap(stored, object) }
}

const roleRef = (kind: 'Role' | 'ClusterRole', name: string): RoleRef => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name })
const bindsRole = (kind: 'Role' | 'ClusterRole', name: string, subjects: readonly Subject[]): Record<string, unknown> =>
  ({ roleRef: roleRef(kind, name), ...(subjects.length > 0 && { subjects }) })
const split = (key: string): [namespace: string, name: string] => key.split('/', 2) as [string, string]
const entries = <T>(table: Readonly<Record<string, T>>): [string, T][] => Object.entries(table)
const ofController = (name: string): string => `system:controller:${name}`

/** Roles and bindings of a fresh server, in the order in which they are made. */
export function bootstrapPolicy(): BootstrapObject[] {
  return [
    ...entries(clusterRoles).map(([name, rules]) => build(ClusterRoles, name, { rules })),
    ...AGGREGATED.map(name => build(ClusterRoles, name, { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [AGGREGATE + name]: 'true' } }] }, rules: null })),
    ...entries(controllerRoles).map(([name, rules]) => build(ClusterRoles, ofController(name), { rules })),
    ...entries(clusterBindings).map(([name, subjects]) => build(ClusterRoleBindings, name, bindsRole('ClusterRole', name, subjects))),
    ...Object.keys(controllerRoles).map(name => build(ClusterRoleBindings, ofController(name), bindsRole('ClusterRole', ofController(name), [serviceAccount(name)]))),
    ...entries(namespacedRoles).map(([key, rules]) => build(Roles, split(key)[1], { rules }, split(key)[0])),
    ...entries(namespacedBindings).map(([key, { role, subjects }]) => build(RoleBindings, split(key)[1], bindsRole('Role', role, subjects), split(key)[0])),
  ]
}

type RbacObject = KubeObject & { rules?: PolicyRule[] | null; subjects?: Subject[]; roleRef?: RoleRef; aggregationRule?: unknown }

/**
 * What a stored object lacks of its bootstrap form, merged in; undefined when nothing is missing or the object opted out of updates.
 * What administrators added stays, as upstream's reconciliation does it.
 */
export function reconcileBootstrap(stored: RbacObject, wanted: BootstrapObject['object']): RbacObject | undefined {
  const { metadata: { labels, annotations }, aggregationRule } = stored
  if (annotations?.['rbac.authorization.kubernetes.io/autoupdate'] === 'false') return undefined
  const rules = aggregationRule ? [] : missing(stored.rules, wanted['rules'] as PolicyRule[] | null | undefined)
  const subjects = missing(stored.subjects, wanted['subjects'] as Subject[] | undefined)
  if (rules.length === 0 && subjects.length === 0 && hasAll(labels, wanted.metadata.labels) && hasAll(annotations, wanted.metadata.annotations)) return undefined
  return {
    ...stored,
    metadata: { ...stored.metadata, labels: { ...wanted.metadata.labels, ...labels }, annotations: { ...wanted.metadata.annotations, ...annotations } },
    ...(rules.length > 0 && { rules: [...(stored.rules ?? []), ...rules] }),
    ...(subjects.length > 0 && { subjects: [...(stored.subjects ?? []), ...subjects] }),
  }
}

type Texts = Readonly<Record<string, string>>
const hasAll = (stored: Texts = {}, wanted: Texts = {}): boolean => Object.keys(wanted).every(name => name in stored)

/** Most often everything is there, and in the same order. */
const missing = <T>(stored: readonly T[] | null | undefined, wanted: readonly T[] | null | undefined): T[] =>
  (wanted ?? []).filter((item, index) => !equal(stored?.[index], item) && !stored?.some(other => equal(other, item)))
