import type { User } from '../../api/request.ts'
import type { ObjectReader } from '../object-reader.ts'
import type { Authorizer, GrantedRules } from './authorizer.ts'
import { healthPaths } from './health-paths.ts'
import { createNodeAuthorizer } from './node.ts'
import { createRbac, type Rbac } from './rbac.ts'
import { superuser } from './superuser.ts'
import { decideInOrder, rulesOfAll } from './union.ts'

export interface AuthorizerChain extends Authorizer {
  readonly rbac: Rbac
  /** What of a user's rights can be listed. */
  rulesFor(user: User, namespace: string | undefined): GrantedRules
  /** Asks others from now on. */
  use(choose: ChooseAuthorizers): void
}

/** The authorizers that need nothing but the server's own caches. */
export interface BuiltInAuthorizers {
  readonly node: Authorizer
  readonly rbac: Rbac
}

/** Which authorizers are asked, in which order. */
export type ChooseAuthorizers = (builtIn: BuiltInAuthorizers) => readonly Authorizer[]

/** The authorizers in the order in which they are asked: whoever is the way back in, then Node and RBAC, or what `choose` makes of them. */
export function createAuthorizers(reader: ObjectReader, choose: ChooseAuthorizers = ({ node, rbac }) => [node, rbac]): AuthorizerChain {
  const rbac = createRbac(reader)
  const always: readonly Authorizer[] = [superuser, healthPaths]
  const builtIn = { node: createNodeAuthorizer(reader), rbac }
  let chain = [...always, ...choose(builtIn)]
  return {
    name: 'union', rbac,
    authorize: attributes => decideInOrder(chain, attributes),
    rulesFor: (user, namespace) => rulesOfAll(chain, user, namespace),
    use: others => void (chain = [...always, ...others(builtIn)]),
  }
}
