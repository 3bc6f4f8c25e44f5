import type { Authorizer } from './authorizer.ts'

/** The group that may do everything, whatever RBAC says: the way back in. */
export const SUPERUSER_GROUP = 'system:masters'

const EVERYTHING = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, { verbs: ['*'], nonResourceURLs: ['*'] }]

export const superuser: Authorizer = {
  name: 'SystemMasters',
  rulesFor: ({ groups }) => ({ rules: groups.includes(SUPERUSER_GROUP) ? EVERYTHING : [], errors: [], incomplete: false }),
  authorize: ({ user }) => ({ verdict: user.groups.includes(SUPERUSER_GROUP) ? 'allow' : 'noOpinion', reason: '' }),
}
