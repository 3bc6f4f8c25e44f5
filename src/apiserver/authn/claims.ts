import type { User } from '../../api/request.ts'
import { compileExpression, type Expression, type Place } from '../expressions/expression.ts'
import { CLAIMS, claimsValue, USER, userValue, type ShownUser } from '../expressions/environments.ts'
import type { JwtConfiguration, PrefixedClaim } from './configuration.ts'

export type Claims = Readonly<Record<string, unknown>>

/** Why a token whose signature is good does not stand for a user. For the log: it may tell what the token says. */
export class ClaimRefusal extends Error {}

const refuse = (why: string): never => { throw new ClaimRefusal(why) }

/** What a configuration makes of a token's claims: a user, or a ClaimRefusal. Expressions are compiled once. */
export function claimMapper({ claimMappings, claimValidationRules = [], userValidationRules = [] }: JwtConfiguration): (claims: Claims) => User {
  const { username, groups, uid, extra = [] } = claimMappings
  const nameOf = username.expression ? textBy('username', username.expression) : prefixed(username)
  const groupsOf = groupsBy(groups)
  const uidOf = uid.expression ? textBy('uid', uid.expression) : uid.claim ? (claims: Claims): string => textClaim(claims, uid.claim!) : () => ''
  const extras = extra.map(({ key = '', valueExpression = '' }) => ({ key, program: usable(valueExpression, CLAIMS) }))
  const rules = claimValidationRules.map(({ claim, requiredValue = '', expression = '', message = '' }) =>
    claim ? (claims: Claims): void => requireClaim(claims, claim, requiredValue) : checkBy(usable(expression, CLAIMS), expression, message))
  const userRules = userValidationRules.map(({ expression = '', message = '' }) => checkBy(usable(expression, USER), expression, message))
  return claims => {
    const name = nameOf(claims)
    const user = { name, groups: groupsOf(claims), uid: uidOf(claims), extra: extraOf(claims, extras) }
    for (const rule of rules) rule(claims, { claims: claimsValue(claims) })
    if (userRules.length > 0) {
      const shown: ShownUser = { username: user.name, uid: user.uid, groups: user.groups, extra: user.extra }
      for (const rule of userRules) rule(claims, { user: userValue(shown) })
    }
    const { uid: id, extra: more, ...rest } = user
    return { ...rest, ...(id && { uid: id }), ...(Object.keys(more).length > 0 && { extra: more }) }
  }
}

function usable(text: string, place: Place): Expression {
  const found = compileExpression(text, place)
  if ('problem' in found) throw new Error(found.problem)
  return found
}

function textBy(what: string, text: string): (claims: Claims) => string {
  const program = usable(text, CLAIMS)
  return claims => {
    const value = program.evaluate({ claims: claimsValue(claims) })
    if (typeof value !== 'string') return refuse(`oidc: error evaluating ${what} claim expression: ${what} claim expression must return a string`)
    return value === '' && what === 'username' ? refuse('oidc: empty username via CEL expression is not allowed') : value
  }
}

function prefixed({ claim = '', prefix }: PrefixedClaim): (claims: Claims) => string {
  return claims => {
    const name = textClaim(claims, claim)
    if (name === '') return refuse('oidc: the name is empty')
    // An address that nobody verified is anybody's.
    if (claim === 'email' && claims['email_verified'] !== undefined && claims['email_verified'] !== true) return refuse('oidc: email not verified')
    return (prefix ?? '') + name
  }
}

function groupsBy({ claim, prefix, expression }: PrefixedClaim): (claims: Claims) => string[] {
  if (expression) {
    const program = usable(expression, CLAIMS)
    return claims => textsOf(program.evaluate({ claims: claimsValue(claims) }))
  }
  return claims => {
    if (!claim || claims[claim] === undefined) return []
    const groups = [claims[claim]].flat()
    if (!groups.every(group => typeof group === 'string')) return refuse(`oidc: parse groups claim ${JSON.stringify(claim)}`)
    return groups.map(group => (prefix ?? '') + group)
  }
}

function textClaim(claims: Claims, claim: string): string {
  const value = claims[claim]
  return typeof value === 'string' ? value : refuse(`oidc: claim ${JSON.stringify(claim)} is ${value === undefined ? 'not present' : 'no text'}`)
}

function requireClaim(claims: Claims, claim: string, wanted: string): void {
  if (!Object.hasOwn(claims, claim)) refuse(`oidc: required claim ${claim} not present in ID token`)
  if (claims[claim] !== wanted) refuse(`oidc: required claim ${claim} value does not match`)
}

const checkBy = (program: Expression, text: string, message: string) => (_claims: Claims, variables: Readonly<Record<string, unknown>>): void => {
  if (program.evaluate(variables) !== true) refuse(`oidc: error evaluating validation rule: ${message || `validation expression '${text}' failed`}`)
}

/** One text or several; nothing counts as none. */
function textsOf(value: unknown): string[] {
  if (value === null || value === undefined || value === '') return []
  const values = Array.isArray(value) ? value : [value]
  return values.every(each => typeof each === 'string') ? values.filter(each => each !== '') : refuse('oidc: expression must return a string or a list of strings')
}

function extraOf(claims: Claims, extras: readonly { key: string; program: Expression }[]): Record<string, string[]> {
  const found: Record<string, string[]> = {}
  if (typeof claims['jti'] === 'string' && claims['jti'] !== '') found['authentication.kubernetes.io/credential-id'] = [`JTI=${claims['jti']}`]
  for (const { key, program } of extras) {
    const values = textsOf(program.evaluate({ claims: claimsValue(claims) }))
    if (values.length > 0) found[key] = values
  }
  return found
}
