import type { ObjectReader } from '../object-reader.ts'
import type { Attributes, Authorizer, Decision } from './authorizer.ts'
import { healthPaths } from './health-paths.ts'
import { createNodeAuthorizer } from './node.ts'
import { createRbac } from './rbac.ts'
import type { Rbac } from './rbac.ts'
import { superuser } from './superuser.ts'

export interface AuthorizerChain extends Authorizer {
  readonly rbac: Rbac
}

/** The authorizers in the order in which they are asked; the first that has an opinion decides, and no opinion is a refusal. */
export function createAuthorizers(reader: ObjectReader): AuthorizerChain {
  const rbac = createRbac(reader)
  const chain: readonly Authorizer[] = [superuser, healthPaths, createNodeAuthorizer(reader), rbac]
  return { name: 'union', rbac, authorize: attributes => decide(chain, attributes) }
}

function decide(chain: readonly Authorizer[], attributes: Attributes): Decision {
  const reasons: string[] = []
  for (const authorizer of chain) {
    const decision = authorizer.authorize(attributes)
    if (decision.verdict !== 'noOpinion') return decision
    if (decision.reason) reasons.push(decision.reason)
  }
  return { verdict: 'noOpinion', reason: reasons.join('\n') }
}
