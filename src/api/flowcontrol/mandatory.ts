/** What the objects that every server depends on must say (KEP-1040): the defaults and the validation of these kinds hold them to it. */
const everything = {
  resourceRules: [{ apiGroups: ['*'], clusterScope: true, namespaces: ['*'], resources: ['*'], verbs: ['*'] }],
  nonResourceRules: [{ nonResourceURLs: ['*'], verbs: ['*'] }],
}
const group = (name: string): object => ({ kind: 'Group', group: { name } })

export const mandatoryFlowSchemas: ReadonlyMap<string, object> = new Map([
  ['exempt', { priorityLevelConfiguration: { name: 'exempt' }, matchingPrecedence: 1, rules: [{ subjects: [group('system:masters')], ...everything }] }],
  ['catch-all', {
    priorityLevelConfiguration: { name: 'catch-all' }, matchingPrecedence: 10_000, distinguisherMethod: { type: 'ByUser' },
    rules: [{ subjects: [group('system:unauthenticated'), group('system:authenticated')], ...everything }],
  }],
])

export const mandatoryPriorityLevels: ReadonlyMap<string, object> = new Map<string, object>([
  ['exempt', { type: 'Exempt' }],
  ['catch-all', { type: 'Limited', limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: 'Reject' } } }],
])
