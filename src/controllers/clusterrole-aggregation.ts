import { ClusterRoles, type ClusterRole } from '../api/rbac/cluster-role.ts'
import type { PolicyRule } from '../api/rbac/shared.ts'
import { selectorFrom } from '../machinery/selector.ts'
import { defineController, watched } from './framework.ts'
import { sameJson } from './conditions.ts'
import { canonicalJson } from './hash.ts'

const isAggregate = (role: ClusterRole): boolean => (role.aggregationRule?.clusterRoleSelectors?.length ?? 0) > 0

/** Fills aggregated roles with the rules of those that their selectors name. */
export const clusterRoleAggregation = defineController<ClusterRole>({
  name: 'clusterrole-aggregation-controller',
  identity: 'clusterrole-aggregation-controller',
  for: ClusterRoles,
  watches: [watched(ClusterRoles, (_role, cache) => cache.list(ClusterRoles).filter(isAggregate).map(role => role.metadata))],
  async reconcile(role, { cache, client }) {
    if (!isAggregate(role)) return
    const rules = aggregateRules(role, cache.list(ClusterRoles))
    if (!sameJson(rules, role.rules ?? [])) await client.update(ClusterRoles, { ...role, rules })
  },
})

/** The rules of all selected roles, each once, in the order of the roles' names. */
export function aggregateRules(role: ClusterRole, all: readonly ClusterRole[]): PolicyRule[] {
  const selectors = (role.aggregationRule?.clusterRoleSelectors ?? []).map(selectorFrom)
  const rules = new Map<string, PolicyRule>()
  for (const selector of selectors) {
    const members = all.filter(other => other.metadata.name !== role.metadata.name && selector.matches(other.metadata.labels))
    for (const rule of members.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)).flatMap(member => member.rules ?? [])) rules.set(canonicalJson(rule), rule)
  }
  return [...rules.values()]
}
