import type { SelfSubjectReview } from '../../api/authentication/self-subject-review.ts'
import type { TokenReview } from '../../api/authentication/token-review.ts'
import type { SelfSubjectRulesReview } from '../../api/authorization/self-subject-rules-review.ts'
import type { ResourceAttributes, SubjectAccessReviewSpec } from '../../api/authorization/shared.ts'
import type { SubjectAccessReview } from '../../api/authorization/subject-access-review.ts'
import type { User } from '../../api/request.ts'
import type { KubeObject } from '../../api/resource.ts'
import { invalid as invalidValue } from '../../api/validation.ts'
import { timestamp } from '../../machinery/clock.ts'
import { badRequest, invalid, StatusError, type Cause } from '../../machinery/status.ts'
import { TokenRefusal } from '../authn/service-account-token.ts'
import type { Attributes } from '../authz/authorizer.ts'
import { selectorCauses, selectorProblem, selectorText } from './review-selectors.ts'
import type { Call, Outcome } from '../call.ts'
import { kindOf, readObject } from '../object-body.ts'
import { checkWriteOptions } from '../options.ts'
import type { Server } from '../verbs/verb.ts'
import type { SubresourceHandler } from './subresource.ts'

/** A kind that is only ever asked about: the answer is the question with its status filled in. */
const review = <T extends KubeObject>(kind: string, answer: (server: Server, call: Call, question: T) => Promise<T> | T): SubresourceHandler => ({
  kind,
  async perform(server, call): Promise<Outcome> {
    checkWriteOptions('CreateOptions', call.options)
    const question = readObject(call, kindOf(call.resource), server.catalog) as T
    if (call.namespace !== undefined) question.metadata.namespace = call.namespace
    else delete (question.metadata as { namespace?: string }).namespace
    server.fields.created(call, question)
    return { object: await answer(server, call, question), created: true }
  },
})

const infoOf = ({ name, uid, groups, extra }: User) => ({ username: name, ...(uid && { uid }), groups: [...groups], ...(extra && { extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])) }) })

const selfSubjectReview = review<SelfSubjectReview>('SelfSubjectReview', ({ clock }, { user }, question) =>
  ({ ...question, metadata: { creationTimestamp: timestamp(clock.now()) } as SelfSubjectReview['metadata'], status: { userInfo: infoOf(user) } }))

const tokenReview = review<TokenReview>('TokenReview', async (server, _call, question) => {
  const { token, audiences } = question.spec
  if (!token) throw badRequest('token is required for TokenReview in authentication')
  try {
    const found = await whose(server, token, audiences?.length ? audiences : undefined)
    if (!found) return refused(question, 'invalid bearer token')
    return { ...question, status: { authenticated: true, user: infoOf({ ...found.user, groups: withAuthenticated(found.user.groups) }), audiences: [...found.audiences] } }
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    return refused(question, error instanceof TokenRefusal ? `[invalid bearer token, ${error.why}]` : error.message === 'Unauthorized' ? 'invalid bearer token' : error.message)
  }
})

/** What the question said of the user stays: nothing is said instead. */
function refused(question: TokenReview, error: string): TokenReview {
  const { authenticated: _claimed, ...status } = question.status ?? { user: {} }
  return { ...question, status: { ...status, error } }
}

/** Who look at more than a token, and whose tokens say themselves whom they are for. */
const OTHERS = new Set(['x509', 'front-proxy', 'serviceaccount'])

/** Whose a token is, and for which of the wanted audiences. All but the tokens of accounts are for the server itself. */
async function whose({ tokens, authenticators = [] }: Server, token: string, wanted?: readonly string[]): Promise<{ user: User; audiences: readonly string[] } | undefined> {
  const found = await tokens?.verify(token, wanted)
  if (found) return found
  const own = tokens?.audiences ?? []
  const audiences = wanted ? own.filter(audience => wanted.includes(audience)) : own
  if (wanted && audiences.length === 0) return undefined
  for (const authenticator of authenticators) {
    const user = OTHERS.has(authenticator.name) ? undefined : await authenticator.authenticate({ headers: {}, bearerToken: token })
    if (user) return { user, audiences }
  }
  return undefined
}

const withAuthenticated = (groups: readonly string[]): string[] => (groups.includes('system:authenticated') ? [...groups] : [...groups, 'system:authenticated'])

function attributesOf(user: User, { resourceAttributes, nonResourceAttributes }: Pick<SubjectAccessReviewSpec, 'resourceAttributes' | 'nonResourceAttributes'>): Attributes {
  if (!resourceAttributes) return { user, verb: nonResourceAttributes?.verb ?? '', path: nonResourceAttributes?.path ?? '' }
  const { verb = '', group = '', version = '', resource = '', subresource, namespace, name, fieldSelector, labelSelector } = resourceAttributes
  const [fields, labels] = [selectorText(fieldSelector), selectorText(labelSelector)]
  return {
    user, verb, group, version, resource, ...(subresource && { subresource }), ...(namespace && { namespace }), ...(name && { name }),
    ...(fields && { fieldSelector: fields }), ...(labels && { labelSelector: labels }),
  }
}

async function accessStatus({ authorizer }: Server, attributes: Attributes, asked: ResourceAttributes | undefined) {
  const { verdict, reason, error } = await authorizer.authorize(attributes)
  const problem = [error, asked && selectorProblem(asked)].filter(Boolean).join(', ')
  return { allowed: verdict === 'allow', ...(verdict === 'deny' && { denied: true }), ...(reason && { reason }), ...(problem && { evaluationError: problem }) }
}

/** As messages show it. */
const goPath = ({ path = '', verb = '' }: { path?: string | undefined; verb?: string | undefined }): object => ({ Path: path, Verb: verb })

function checkAttributes({ resourceAttributes, nonResourceAttributes }: Pick<SubjectAccessReviewSpec, 'resourceAttributes' | 'nonResourceAttributes'>): Cause[] {
  const both = resourceAttributes && nonResourceAttributes
  if (resourceAttributes) return [...(both ? [invalidValue('spec.nonResourceAttributes', goPath(both), 'cannot be specified in combination with resourceAttributes')] : []), ...selectorCauses(resourceAttributes)]
  return nonResourceAttributes ? [] : [invalidValue('spec.resourceAttributes', null, 'exactly one of nonResourceAttributes or resourceAttributes must be specified')]
}

const refuse = (call: Call, causes: readonly Cause[]): void => {
  if (causes.length > 0) throw invalid({ group: call.resource.group, kind: '' }, '', causes)
}

const selfSubjectAccessReview = review<SubjectAccessReview>('SelfSubjectAccessReview', async (server, call, question) => {
  refuse(call, checkAttributes(question.spec))
  return { ...question, status: await accessStatus(server, attributesOf(call.user, question.spec), question.spec.resourceAttributes) }
})

async function subjectAccess(server: Server, call: Call, question: SubjectAccessReview, wrong: readonly Cause[] = []): Promise<SubjectAccessReview> {
  const { user = '', groups = [], uid, extra } = question.spec
  const causes = checkAttributes(question.spec)
  if (!user && groups.length === 0) causes.push(invalidValue('spec.user', user, 'at least one of user or group must be specified'))
  refuse(call, [...causes, ...wrong])
  const subject: User = { name: user, groups, ...(uid && { uid }), ...(extra && { extra: extra as Record<string, string[]> }) }
  return { ...question, status: await accessStatus(server, attributesOf(subject, question.spec), question.spec.resourceAttributes) }
}
const subjectAccessReview = review<SubjectAccessReview>('SubjectAccessReview', async (server, call, question) => subjectAccess(server, call, question))
const localSubjectAccessReview = review<SubjectAccessReview>('LocalSubjectAccessReview', (server, call, question) => {
  const { resourceAttributes, nonResourceAttributes } = question.spec
  const namespace = resourceAttributes?.namespace ?? ''
  return subjectAccess(server, call, question, [
    ...(resourceAttributes && namespace !== call.namespace ? [invalidValue('spec.resourceAttributes.namespace', namespace, 'must match metadata.namespace')] : []),
    ...(nonResourceAttributes ? [invalidValue('spec.nonResourceAttributes', goPath(nonResourceAttributes), 'disallowed on this kind of request')] : []),
  ])
})

const selfSubjectRulesReview = review<SelfSubjectRulesReview>('SelfSubjectRulesReview', ({ authorizer }, call, question) => {
  const { namespace } = question.spec
  if (!namespace) throw badRequest('no namespace on request')
  const { rules, errors, incomplete } = authorizer.rulesFor(call.user, namespace)
  const part = (list: readonly string[] | null | undefined): string[] => [...(list ?? [])]
  return {
    ...question, metadata: {}, spec: {},
    status: {
      resourceRules: rules.filter(rule => rule.resources?.length).map(rule =>
        ({ verbs: part(rule.verbs), apiGroups: part(rule.apiGroups), resources: part(rule.resources), ...('resourceNames' in rule && rule.resourceNames?.length && { resourceNames: rule.resourceNames }) })),
      nonResourceRules: rules.filter(rule => rule.nonResourceURLs?.length).map(({ verbs, nonResourceURLs }) => ({ verbs: part(verbs), nonResourceURLs: part(nonResourceURLs) })),
      incomplete,
      ...(errors.length > 0 && { evaluationError: errors.join(', ') }),
    },
  } as SelfSubjectRulesReview
})

/** Every kind of review. */
export const reviews: readonly SubresourceHandler[] = [
  selfSubjectReview, tokenReview, selfSubjectAccessReview, subjectAccessReview, localSubjectAccessReview, selfSubjectRulesReview,
]
