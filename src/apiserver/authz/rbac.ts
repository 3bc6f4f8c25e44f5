import type { User } from '../../api/request.ts'
import type { ClusterRole } from '../../api/rbac/cluster-role.ts'
import { ClusterRoles } from '../../api/rbac/cluster-role.ts'
import type { ClusterRoleBinding } from '../../api/rbac/cluster-role-binding.ts'
import { ClusterRoleBindings } from '../../api/rbac/cluster-role-binding.ts'
import type { Role } from '../../api/rbac/role.ts'
import { Roles } from '../../api/rbac/role.ts'
import type { RoleBinding } from '../../api/rbac/role-binding.ts'
import { RoleBindings } from '../../api/rbac/role-binding.ts'
import type { PolicyRule, Subject } from '../../api/rbac/shared.ts'
import type { ObjectReader } from '../object-reader.ts'
import type { Attributes, Authorizer, Decision, GrantedRules } from './authorizer.ts'
import { ruleAllows } from './rules.ts'

const NO_OPINION: Decision = { verdict: 'noOpinion', reason: '' }
const SERVICE_ACCOUNT_PREFIX = 'system:serviceaccount:'

/** One binding as seen from one of its subjects. `namespace` is undefined for cluster role bindings. */
interface Grant {
  readonly binding: RoleBinding | ClusterRoleBinding
  readonly subject: Subject
  readonly namespace: string | undefined
  /** The role's rules as they were when roles last changed. */
  rules: readonly PolicyRule[] | undefined
  rulesAt: number
}

export interface Rbac extends Authorizer {
  authorize(attributes: Attributes): Decision
  /** All rules that apply to a user in a namespace (cluster-wide ones included). */
  rulesFor(user: User, namespace: string | undefined): GrantedRules
  /** The rules of a role that a binding refers to, undefined when there is no such role. */
  rulesOf(roleRef: { kind: string; name: string }, namespace: string | undefined): readonly PolicyRule[] | undefined
}

/**
 * Role based access control. Bindings are indexed by subject, so that the cost of a decision depends on what the user is granted
 * and not on how many roles there are; an index is made anew only after its kind changed.
 */
export function createRbac(reader: ObjectReader): Rbac {
  const clusterGrants = indexed(reader, ClusterRoleBindings)
  const namespacedGrants = indexed(reader, RoleBindings)

  function grantsOf(user: User, namespace: string | undefined): readonly Grant[] {
    const keys = subjectKeys(user)
    return [...keys.map(key => clusterGrants(undefined, key)), ...(namespace ? keys.map(key => namespacedGrants(namespace, key)) : [])].flat()
  }

  const rulesOf: Rbac['rulesOf'] = (roleRef, namespace) =>
    roleRef.kind === 'Role'
      ? (reader.get<Role>(Roles, namespace, roleRef.name)?.rules ?? (reader.get(Roles, namespace, roleRef.name) ? [] : undefined))
      : (reader.get<ClusterRole>(ClusterRoles, undefined, roleRef.name)?.rules ?? (reader.get(ClusterRoles, undefined, roleRef.name) ? [] : undefined))

  return {
    name: 'RBAC',
    rulesOf,
    authorize(attributes) {
      const errors: string[] = []
      // Both only rise, so their sum moves whenever one of them does.
      const rolesAt = reader.version(Roles) + reader.version(ClusterRoles)
      for (const grant of grantsOf(attributes.user, attributes.path === undefined ? attributes.namespace : undefined)) {
        if (grant.rulesAt !== rolesAt) {
          grant.rules = rulesOf(grant.binding.roleRef, grant.namespace)
          grant.rulesAt = rolesAt
        }
        if (!grant.rules) errors.push(missingRole(grant.binding))
        else for (const rule of grant.rules) if (ruleAllows(rule, attributes)) return { verdict: 'allow', reason: explain(grant) }
      }
      return errors.length === 0 ? NO_OPINION : { verdict: 'noOpinion', reason: `RBAC: ${errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`}` }
    },
    rulesFor(user, namespace) {
      const rules: PolicyRule[] = []
      const errors: string[] = []
      for (const { binding, namespace: of } of grantsOf(user, namespace)) {
        const found = rulesOf(binding.roleRef, of)
        if (found) rules.push(...found)
        else errors.push(missingRole(binding))
      }
      return { rules, errors, incomplete: false }
    },
  }
}

const missingRole = ({ roleRef }: RoleBinding | ClusterRoleBinding): string => `${roleRef.kind.toLowerCase()}.rbac.authorization.k8s.io ${JSON.stringify(roleRef.name)} not found`

/** Looks grants up by namespace and subject; made anew when the kind's version moved. */
function indexed(reader: ObjectReader, resource: typeof ClusterRoleBindings | typeof RoleBindings): (namespace: string | undefined, key: string) => readonly Grant[] {
  let version = -1
  let grants = new Map<string | undefined, Map<string, Grant[]>>()
  return (namespace, key) => {
    const current = reader.version(resource)
    if (current !== version) {
      grants = indexBySubject(reader.list<RoleBinding | ClusterRoleBinding>(resource))
      version = current
    }
    return grants.get(namespace)?.get(key) ?? []
  }
}

function indexBySubject(bindings: readonly (RoleBinding | ClusterRoleBinding)[]): Map<string | undefined, Map<string, Grant[]>> {
  const grants = new Map<string | undefined, Map<string, Grant[]>>()
  for (const binding of bindings) {
    const namespace = binding.kind === 'RoleBinding' ? binding.metadata.namespace : undefined
    let own = grants.get(namespace)
    if (!own) grants.set(namespace, (own = new Map()))
    for (const subject of binding.subjects ?? []) {
      const key = subjectKey(subject, namespace)
      const list = own.get(key)
      const grant: Grant = { binding, subject, namespace, rules: undefined, rulesAt: -1 }
      if (list) list.push(grant)
      else own.set(key, [grant])
    }
  }
  return grants
}

/** A service account's subject stands for its user name; without a namespace it is of the binding's own. */
function subjectKey(subject: Subject, namespace: string | undefined): string {
  if (subject.kind === 'ServiceAccount') return `User/${SERVICE_ACCOUNT_PREFIX}${subject.namespace || (namespace ?? '')}:${subject.name}`
  return `${subject.kind}/${subject.name}`
}

const subjectKeys = (user: User): string[] => [`User/${user.name}`, ...user.groups.map(group => `Group/${group}`)]

function explain({ binding, subject, namespace }: Grant): string {
  const who = subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace || (namespace ?? '')}` : subject.name
  const bound = namespace === undefined ? binding.metadata.name : `${binding.metadata.name}/${namespace}`
  return `RBAC: allowed by ${binding.kind} "${bound}" of ${binding.roleRef.kind} "${binding.roleRef.name}" to ${subject.kind} "${who}"`
}
