import type { PolicyRule } from '../../api/rbac/shared.ts'

/** Role names and what they allow. */
export type RuleTable = Readonly<Record<string, readonly PolicyRule[]>>

const words = (text: string): string[] => text.split(' ')

/** A rule about resources, each argument a list of words; the core group is '' alone and `""` among others. */
export function allow(verbs: string, groups: string, resources: string, names?: string): PolicyRule {
  const apiGroups = words(groups).map(group => (group === '""' ? '' : group))
  return { verbs: words(verbs), apiGroups, resources: words(resources), ...(names && { resourceNames: words(names) }) }
}

/** A rule about paths that are no resources. */
export const paths = (verbs: string, urls: string): PolicyRule => ({ verbs: words(verbs), nonResourceURLs: words(urls) })
