import type { Authorizer } from './authorizer.ts'

/** Lets everybody do everything: for tests of others' machinery, never for a cluster that somebody can reach. */
export const alwaysAllow: Authorizer = {
  name: 'AlwaysAllow',
  authorize: () => ({ verdict: 'allow', reason: '' }),
  rulesFor: () => ({ rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, { verbs: ['*'], nonResourceURLs: ['*'] }], errors: [], incomplete: false }),
}

/** Lets nobody do anything. Upstream's has no opinion either: who is asked next may allow. */
export const alwaysDeny: Authorizer = {
  name: 'AlwaysDeny',
  authorize: () => ({ verdict: 'noOpinion', reason: 'Everything is forbidden.' }),
  rulesFor: () => ({ rules: [], errors: [], incomplete: false }),
}
