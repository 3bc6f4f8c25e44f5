import { after, type Awaitable } from '../../machinery/awaitable.ts'
import type { User } from '../../api/request.ts'
import { StatusError } from '../../machinery/status.ts'
import { attributesOf, refusal } from '../authorize.ts'
import type { Attributes, Authorizer } from '../authz/authorizer.ts'
import type { RequestInfo } from '../request-info.ts'
import { extraProblem } from './extra.ts'
import { accountOf, isAssociated, nodeNameOf } from './names.ts'

/** Who asks to be taken for whom, and for what. */
export interface Impersonation {
  readonly requester: User
  readonly wanted: User
  readonly info: RequestInfo
  readonly query: URLSearchParams
}

/** `constraint`: the verb that allowed it, where it is for one kind of request only (KEP-5284). */
export interface Impersonated {
  readonly user: User
  readonly constraint?: string
}

/** A way of being allowed to be taken for somebody, narrow ones first: for one kind of identity and one kind of request. The last allows all requests. */
interface Mode {
  readonly name: string
  appliesTo(wanted: User, requester: User): boolean
  check(authorizer: Authorizer, mode: Mode, impersonation: Impersonation): Promise<Impersonated>
}

const onlyNamed = ({ uid, groups, extra }: User): boolean => !uid && groups.length === 0 && Object.keys(extra ?? {}).length === 0

const modes: readonly Mode[] = [
  { name: 'associated-node', appliesTo: (wanted, requester) => onlyNamed(wanted) && isAssociated(requester, wanted.name), check: constrained },
  { name: 'arbitrary-node', appliesTo: wanted => onlyNamed(wanted) && nodeNameOf(wanted.name) !== undefined, check: constrained },
  { name: 'serviceaccount', appliesTo: wanted => onlyNamed(wanted) && accountOf(wanted.name) !== undefined, check: constrained },
  { name: 'user-info', appliesTo: wanted => nodeNameOf(wanted.name) === undefined && accountOf(wanted.name) === undefined, check: constrained },
  { name: 'legacy', appliesTo: () => true, check: unconstrained },
]

/** How many values of one kind are first asked about all at once. */
const MANY = 4
const REMEMBERED = 10_000
/** The mode that last served a user, by authorizer: it is asked first the next time, and its refusal is the one that is told. */
const lastModes = new WeakMap<Authorizer, Map<string, Mode>>()

/** The first mode that allows it decides; when none does, the first refusal is told. */
export async function impersonated(authorizer: Authorizer, impersonation: Impersonation): Promise<Impersonated> {
  const { requester, wanted } = impersonation
  let last = lastModes.get(authorizer)
  if (!last) lastModes.set(authorizer, (last = new Map()))
  const first = last.get(requester.name)
  let refused: unknown
  for (const mode of first ? [first, ...modes.filter(each => each !== first)] : modes) {
    if (!mode.appliesTo(wanted, requester)) continue
    try {
      const found = await mode.check(authorizer, mode, impersonation)
      if (last.size >= REMEMBERED) last.delete(last.keys().next().value!)
      last.set(requester.name, mode)
      return found
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      refused ??= error
    }
  }
  throw refused
}

/** `impersonate` itself, for whatever is asked. */
async function unconstrained(authorizer: Authorizer, _mode: Mode, { requester, wanted }: Impersonation): Promise<Impersonated> {
  const groups = await checkIdentity(authorizer, requester, wanted, { verb: 'impersonate', group: '', isConstrained: false })
  return { user: withStanding({ ...wanted, groups }) }
}

/** One mode: may the requester do this kind of request as anybody of this kind, and may it be this very identity? */
async function constrained(authorizer: Authorizer, { name }: Mode, { requester, wanted, info, query }: Impersonation): Promise<Impersonated> {
  // What the account's own token is bound to must not matter: the answer is the same on every node.
  const asker: User = name === 'associated-node'
    ? { ...requester, extra: { 'authentication.kubernetes.io/associated-node-keys': Object.keys(requester.extra ?? {}).sort() } } : requester
  const request = attributesOf(asker, info, query)
  await checkAllowed(authorizer, { ...request, verb: `impersonate-on:${name}:${request.verb}` })
  const verb = `impersonate:${name}`
  const groups = await checkIdentity(authorizer, asker, wanted, { verb, group: 'authentication.k8s.io', isConstrained: true })
  return { user: withStanding({ ...wanted, groups }), constraint: verb }
}

interface How {
  readonly verb: string
  /** Of users and groups; what else an identity has is always of authentication.k8s.io. */
  readonly group: string
  readonly isConstrained: boolean
}

/** Asks about each part of an identity; answers the groups that it will have. */
async function checkIdentity(authorizer: Authorizer, user: User, wanted: User, how: How): Promise<readonly string[]> {
  const { verb, group } = how
  const ask = (what: Partial<Attributes>): Awaitable<void> => checkAllowed(authorizer, { user, verb, version: 'v1', group: 'authentication.k8s.io', ...what })
  const account = accountOf(wanted.name)
  const node = how.isConstrained ? nodeNameOf(wanted.name) : undefined
  if (node !== undefined) await ask({ group, resource: 'nodes', name: verb === 'impersonate:associated-node' ? '*' : node })
  else if (account) await ask({ group, resource: 'serviceaccounts', namespace: account.namespace, name: account.name })
  else await ask({ group, resource: 'users', name: wanted.name })
  if (wanted.uid !== undefined) await ask({ resource: 'uids', name: wanted.uid })
  await checkGroups(wanted.groups, { user, verb, version: 'v1', group, resource: 'groups' }, how, ask)
  await checkExtra(wanted.extra ?? {}, { user, verb, version: 'v1', group: 'authentication.k8s.io', resource: 'userextras' }, how, ask)
  if (node !== undefined) return ['system:nodes']
  return account && wanted.groups.length === 0 ? ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`] : wanted.groups
}

type Ask = (what: Partial<Attributes>) => Awaitable<void>

async function checkGroups(groups: readonly string[], about: Attributes, { group, isConstrained }: How, ask: Ask): Promise<void> {
  if (isConstrained) {
    if (groups.includes('')) throw refusal(about, 'impersonating the empty string group is not allowed')
    if (groups.includes('system:masters')) throw refusal({ ...about, name: 'system:masters' }, 'impersonating the system:masters group is not allowed')
    if (groups.length >= MANY && await isAllowed(() => ask({ group, resource: 'groups', name: '*' }))) return
  }
  for (const name of groups) await ask({ group, resource: 'groups', name })
}

async function checkExtra(extra: NonNullable<User['extra']>, about: Attributes, { isConstrained }: How, ask: Ask): Promise<void> {
  const pairs = Object.entries(extra).flatMap(([key, values]) => values.map(value => ({ key, value })))
  if (isConstrained) {
    const problem = extraProblem(extra)
    if (problem !== undefined) throw refusal(about, problem)
    if (pairs.length >= MANY && await isAllowed(() => ask({ resource: 'userextras', subresource: '*', name: '*' }))) return
  }
  for (const { key, value } of pairs) await ask({ resource: 'userextras', subresource: key, name: value })
}

/** What could not be found out is a refusal here, too. */
const checkAllowed = (authorizer: Authorizer, attributes: Attributes): Awaitable<void> => after(authorizer.authorize(attributes), ({ verdict, reason, error }) => {
  if (verdict !== 'allow') throw refusal(attributes, [error, reason].filter(Boolean).join(': '))
})

async function isAllowed(ask: () => Awaitable<void>): Promise<boolean> {
  try {
    await ask()
    return true
  } catch (error) {
    if (error instanceof StatusError) return false
    throw error
  }
}

/** Those who are not anonymous belong to the authenticated, unless they ask to be strangers. */
function withStanding(user: User): User {
  const standing = user.name === 'system:anonymous' || user.groups.includes('system:unauthenticated') ? 'system:unauthenticated' : 'system:authenticated'
  return user.groups.includes(standing) ? user : { ...user, groups: [...user.groups, standing] }
}
