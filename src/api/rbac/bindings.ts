import { ageColumn, nameColumn } from '../columns.ts'
import type { Column, KubeObject } from '../resource.ts'
import type { RoleRef, Subject } from './shared.ts'

/** What RoleBindings and ClusterRoleBindings have in common. */
export interface AnyBinding extends KubeObject {
  roleRef: RoleRef
  subjects?: Subject[] | undefined
}

export const RBAC_GROUP = 'rbac.authorization.k8s.io'

const subjectsOf = (kind: string) => ({ subjects }: AnyBinding): string =>
  (subjects ?? []).filter(subject => subject.kind === kind).map(({ name, namespace }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name)).join(', ')

export const bindingColumns: readonly Column<AnyBinding>[] = [
  nameColumn,
  { name: 'Role', type: 'string', cell: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}` },
  ageColumn,
  { name: 'Users', type: 'string', priority: 1, cell: subjectsOf('User') },
  { name: 'Groups', type: 'string', priority: 1, cell: subjectsOf('Group') },
  { name: 'ServiceAccounts', type: 'string', priority: 1, cell: subjectsOf('ServiceAccount') },
]

/** Fills in the API group of roles and of subjects that have one. */
export function defaultBinding({ roleRef, subjects }: AnyBinding): void {
  roleRef.apiGroup ||= RBAC_GROUP
  for (const subject of subjects ?? []) if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= RBAC_GROUP
}
