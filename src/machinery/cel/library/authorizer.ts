import { flat, nominal } from './costs.ts'
import { dnsLabel, dnsSubdomain } from '../../names.ts'
import { declare, method } from '../declarations.ts'
import { TRAVERSAL, add, fixed, scale } from '../sizes.ts'
import { suspend } from '../frame.ts'
import { BOOL, STRING, handleType } from '../types.ts'
import { Opaque, fail, sizeOf } from '../values.ts'
import type { CostModel, Library } from '../declarations.ts'
import type { Size } from '../sizes.ts'
import type { Type } from '../types.ts'

export const AUTHORIZER_TYPE = handleType('kubernetes.authorization.Authorizer')
const PATH_TYPE = handleType('kubernetes.authorization.PathCheck')
const GROUP_TYPE = handleType('kubernetes.authorization.GroupCheck')
export const RESOURCE_CHECK_TYPE = handleType('kubernetes.authorization.ResourceCheck')
const DECISION_TYPE = handleType('kubernetes.authorization.Decision')

/** What an expression asks. Without a service account the question is about the user of the request. */
export interface AuthorizationQuestion {
  readonly serviceAccount?: { readonly namespace: string; readonly name: string }
  readonly verb: string
  readonly path?: string
  readonly resource?: ResourceQuestion
}
export interface ResourceQuestion {
  readonly group: string
  readonly resource: string
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
  readonly fieldSelector?: string
  readonly labelSelector?: string
}
export interface AuthorizationAnswer {
  readonly allowed: boolean
  readonly reason?: string
  readonly error?: string
}

/** Answers; at once or later: expressions that ask are run by `evaluateAsync` then. */
export type Ask = (question: AuthorizationQuestion) => AuthorizationAnswer | Promise<AuthorizationAnswer>

/** An authorizer as expressions see it. It remembers its answers, so that an evaluation that started over does not ask again. */
export class AuthorizerValue extends Opaque {
  private readonly ask: Ask
  private readonly answers: Map<string, AuthorizationAnswer>
  readonly serviceAccount: AuthorizationQuestion['serviceAccount']
  constructor(ask: Ask, serviceAccount?: AuthorizationQuestion['serviceAccount'], answers = new Map<string, AuthorizationAnswer>()) {
    super()
    this.ask = ask
    this.serviceAccount = serviceAccount
    this.answers = answers
  }
  get type(): Type {
    return AUTHORIZER_TYPE
  }
  as(namespace: string, name: string): AuthorizerValue {
    return new AuthorizerValue(this.ask, { namespace, name }, this.answers)
  }
  decide(question: AuthorizationQuestion): Decision {
    const whole = this.serviceAccount ? { ...question, serviceAccount: this.serviceAccount } : question
    const key = JSON.stringify(whole)
    const known = this.answers.get(key)
    if (known) return new Decision(known)
    const answer = this.ask(whole)
    if (answer instanceof Promise) return suspend(this.remember(key, answer))
    this.answers.set(key, answer)
    return new Decision(answer)
  }
  private async remember(key: string, answer: Promise<AuthorizationAnswer>): Promise<void> {
    this.answers.set(key, await answer)
  }
}

class PathCheck extends Opaque {
  readonly authorizer: AuthorizerValue
  readonly path: string
  constructor(authorizer: AuthorizerValue, path: string) {
    super()
    this.authorizer = authorizer
    this.path = path
  }
  get type(): Type {
    return PATH_TYPE
  }
}

class GroupCheck extends Opaque {
  readonly authorizer: AuthorizerValue
  readonly group: string
  constructor(authorizer: AuthorizerValue, group: string) {
    super()
    this.authorizer = authorizer
    this.group = group
  }
  get type(): Type {
    return GROUP_TYPE
  }
}

/** A question about a resource in the making; `authorizer.requestResource` is one about the request's own. */
export class ResourceCheck extends Opaque {
  readonly authorizer: AuthorizerValue
  readonly question: ResourceQuestion
  constructor(authorizer: AuthorizerValue, question: ResourceQuestion) {
    super()
    this.authorizer = authorizer
    this.question = question
  }
  get type(): Type {
    return RESOURCE_CHECK_TYPE
  }
  with(part: Partial<ResourceQuestion>): ResourceCheck {
    return new ResourceCheck(this.authorizer, { ...this.question, ...part })
  }
}

class Decision extends Opaque {
  readonly answer: AuthorizationAnswer
  constructor(answer: AuthorizationAnswer) {
    super()
    this.answer = answer
  }
  get type(): Type {
    return DECISION_TYPE
  }
}

const isBlank = (text: string): boolean => text.trim() === ''

function serviceAccount(authorizer: AuthorizerValue, namespace: string, name: string): AuthorizerValue {
  if (dnsSubdomain(name).length > 0) fail('Invalid service account name')
  if (dnsLabel(namespace).length > 0) fail('Invalid service account namespace')
  return authorizer.as(namespace, name)
}

/** So dear that an expression can afford two. */
const check = flat(350_000)
const selectorCost = (size: Size): Size => add(add(fixed(10), scale(size, TRAVERSAL)), scale(scale(size, 0.5), 50))
const selector: CostModel = {
  actual: ([, text]) => selectorCost(fixed(sizeOf(text!))).max,
  estimate: ({ args: [text] }) => ({ cost: selectorCost(text!.size) }),
}
const A = AUTHORIZER_TYPE
const R = RESOURCE_CHECK_TYPE
const field = (name: string, key: keyof ResourceQuestion, id: string, cost = nominal) => declare(name, method(id, [R, STRING], R, (asked: ResourceCheck, value: string) => asked.with({ [key]: value }), cost))

/** Asking whether the user of the request, or a service account, may do something. */
export const authorizer: Library = {
  name: 'kubernetes.authz',
  functions: [
    declare('path', method('authorizer_path', [A, STRING], PATH_TYPE, (value: AuthorizerValue, path: string) => (isBlank(path) ? fail('path must not be empty') : new PathCheck(value, path)), nominal)),
    declare('group', method('authorizer_group', [A, STRING], GROUP_TYPE, (value: AuthorizerValue, group: string) => new GroupCheck(value, group), nominal)),
    declare('serviceAccount', method('authorizer_serviceaccount', [A, STRING, STRING], A, serviceAccount, nominal)),
    declare('resource', method('groupcheck_resource', [GROUP_TYPE, STRING], R, (asked: GroupCheck, resource: string) =>
      (isBlank(resource) ? fail('resource must not be empty') : new ResourceCheck(asked.authorizer, { group: asked.group, resource })), nominal)),
    field('subresource', 'subresource', 'resourcecheck_subresource'),
    field('namespace', 'namespace', 'resourcecheck_namespace'),
    field('name', 'name', 'resourcecheck_name'),
    field('fieldSelector', 'fieldSelector', 'authorizer_fieldselector', selector),
    field('labelSelector', 'labelSelector', 'authorizer_labelselector', selector),
    declare(
      'check', method('pathcheck_check', [PATH_TYPE, STRING], DECISION_TYPE, (asked: PathCheck, verb: string) => asked.authorizer.decide({ verb, path: asked.path }), check),
      method('resourcecheck_check', [R, STRING], DECISION_TYPE, (asked: ResourceCheck, verb: string) => asked.authorizer.decide({ verb, resource: asked.question }), check),
    ),
    declare('errored', method('decision_errored', [DECISION_TYPE], BOOL, ({ answer }: Decision) => answer.error !== undefined, nominal)),
    declare('error', method('decision_error', [DECISION_TYPE], STRING, ({ answer }: Decision) => answer.error ?? '', nominal)),
    declare('allowed', method('decision_allowed', [DECISION_TYPE], BOOL, ({ answer }: Decision) => answer.allowed, nominal)),
    declare('reason', method('decision_reason', [DECISION_TYPE], STRING, ({ answer }: Decision) => answer.reason ?? '', nominal)),
  ],
}
