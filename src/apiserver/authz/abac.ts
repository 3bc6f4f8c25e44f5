import type { User } from '../../api/request.ts'
import type { PolicyRule } from '../../api/rbac/shared.ts'
import { errorMessage } from '../../machinery/log.ts'
import { badRequest } from '../../machinery/status.ts'
import type { Attributes, Authorizer } from './authorizer.ts'

/** One line of a policy file: abac.authorization.kubernetes.io/v1beta1 Policy. */
interface Policy {
  readonly user?: string
  readonly group?: string
  readonly readonly?: boolean
  readonly apiGroup?: string
  readonly resource?: string
  readonly namespace?: string
  readonly nonResourcePath?: string
}

const READING = ['get', 'list', 'watch']

/** Attribute based access control (`--authorization-policy-file`): one JSON object a line, and any line that fits allows. */
export function abacAuthorizer(text: string): Authorizer {
  const policies = text.split('\n').flatMap((line, index) => (line.trim() === '' || line.trim().startsWith('#') ? [] : [readPolicy(line, index + 1)]))
  return {
    name: 'ABAC',
    authorize: attributes => policies.some(policy => allows(policy, attributes)) ? { verdict: 'allow', reason: '' } : { verdict: 'noOpinion', reason: 'No policy matched.' },
    rulesFor: (user, namespace) => ({ rules: policies.filter(policy => isAbout(policy, user) && fits(policy.namespace, namespace ?? '')).flatMap(rulesOf), errors: [], incomplete: false }),
  }
}

function readPolicy(line: string, number: number): Policy {
  const fail = (why: string): never => { throw badRequest(`error reading policy file, line ${number}: ${why}`) }
  let value: { apiVersion?: unknown; kind?: unknown; spec?: Policy } = {}
  try {
    value = JSON.parse(line) as typeof value
  } catch (error) {
    fail(errorMessage(error))
  }
  if (value.kind !== 'Policy' || value.apiVersion !== 'abac.authorization.kubernetes.io/v1beta1') fail('a policy has apiVersion abac.authorization.kubernetes.io/v1beta1 and kind Policy')
  return value.spec ?? {}
}

const fits = (pattern: string | undefined, value: string): boolean => pattern === '*' || (pattern ?? '') === value

/** Nobody is meant by a policy that names neither user nor group. */
function isAbout({ user, group }: Policy, { name, groups }: User): boolean {
  if (!user && !group) return false
  return (!user || user === '*' || user === name) && (!group || group === '*' || groups.includes(group))
}

function allows(policy: Policy, { user, verb, path, namespace = '', resource = '', group = '' }: Attributes): boolean {
  if (!isAbout(policy, user) || (policy.readonly && !READING.includes(verb))) return false
  if (path === undefined) return fits(policy.namespace, namespace) && fits(policy.resource, resource) && fits(policy.apiGroup, group)
  const { nonResourcePath: pattern = '' } = policy
  return fits(pattern, path) || (pattern.endsWith('*') && path.startsWith(pattern.replace(/\*+$/, '')))
}

function rulesOf({ readonly, apiGroup = '', resource, nonResourcePath }: Policy): PolicyRule[] {
  const verbs = readonly ? READING : ['*']
  return [...(resource ? [{ verbs, apiGroups: [apiGroup], resources: [resource] }] : []), ...(nonResourcePath ? [{ verbs, nonResourceURLs: [nonResourcePath] }] : [])]
}
