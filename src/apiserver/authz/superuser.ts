import type { Authorizer } from './authorizer.ts'

/** The group that may do everything, whatever RBAC says: the way back in. */
export const SUPERUSER_GROUP = 'system:masters'

export const superuser: Authorizer = {
  name: 'SystemMasters',
  authorize: ({ user }) => ({ verdict: user.groups.includes(SUPERUSER_GROUP) ? 'allow' : 'noOpinion', reason: '' }),
}
