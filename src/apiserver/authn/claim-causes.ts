import { duplicate, invalid, required } from '../../api/validation.ts'
import type { Cause } from '../../machinery/status.ts'
import { compileExpression, type Place } from '../expressions/expression.ts'
import { CLAIMS, USER } from '../expressions/environments.ts'
import { domainPath } from '../impersonation/extra.ts'
import type { ClaimMappings, ClaimValidationRule, JwtConfiguration, PrefixedClaim, UserValidationRule } from './configuration-schema.ts'

/** What is wrong with what an issuer's claims are said to mean. */
export const claimCauses = (at: string, { claimValidationRules = [], claimMappings, userValidationRules = [] }: JwtConfiguration): Cause[] => [
  ...ruleCauses(`${at}.claimValidationRules`, claimValidationRules), ...mappingCauses(`${at}.claimMappings`, claimMappings, claimValidationRules), ...userRuleCauses(`${at}.userValidationRules`, userValidationRules),
]

function compiled(field: string, expression: string, place: Place, result?: 'bool'): Cause[] {
  const found = compileExpression(expression, place, result)
  // What it comes to instead is not told here.
  return 'problem' in found ? [invalid(field, expression, found.problem.replace(/^(must evaluate to bool) but got .*/, '$1'))] : []
}

function looksAt(text: string, claim: string): boolean {
  const found = compileExpression(text, CLAIMS)
  return !('problem' in found) && found.looksAt('claims', claim)
}

function ruleCauses(at: string, rules: readonly ClaimValidationRule[]): Cause[] {
  const [claims, expressions] = [new Set<string>(), new Set<string>()]
  return rules.flatMap(({ claim = '', expression = '', requiredValue = '', message = '' }, index) => {
    const field = `${at}[${index}]`
    if (claim && expression) return [invalid(field, claim, "claim and expression can't both be set")]
    if (!claim && !expression) return [required(field, 'claim or expression is required')]
    const causes: Cause[] = []
    if (claim) {
      if (message) causes.push(invalid(`${field}.message`, message, 'may not be specified when claim is set'))
      if (claims.has(claim)) causes.push(duplicate(`${field}.claim`, claim))
      claims.add(claim)
      return causes
    }
    if (requiredValue) causes.push(invalid(`${field}.requiredValue`, requiredValue, 'may not be specified when expression is set'))
    if (expressions.has(expression)) return [...causes, duplicate(`${field}.expression`, expression)]
    expressions.add(expression)
    return [...causes, ...compiled(`${field}.expression`, expression, CLAIMS, 'bool')]
  })
}

function mappingCauses(at: string, { username, groups, uid, extra = [] }: ClaimMappings, rules: readonly ClaimValidationRule[]): Cause[] {
  const causes = [...prefixedCauses(`${at}.username`, username, true), ...prefixedCauses(`${at}.groups`, groups, false)]
  if (uid.claim && uid.expression) causes.push(invalid(`${at}.uid`, '', "claim and expression can't both be set"))
  else if (uid.expression) causes.push(...compiled(`${at}.uid.expression`, uid.expression, CLAIMS))
  const keys = new Set<string>()
  for (const [index, { key = '', valueExpression = '' }] of extra.entries()) causes.push(...extraCauses(`${at}.extra[${index}]`, key, valueExpression, keys))
  // An address that nobody verified is anybody's.
  const looks = [username.expression, ...extra.map(({ valueExpression }) => valueExpression), ...rules.map(({ expression }) => expression)].filter(text => !!text)
  if (username.expression && looksAt(username.expression, 'email') && !looks.some(text => looksAt(text!, 'email_verified'))) {
    causes.push(invalid(`${at}.username.expression`, username.expression, 'claims.email_verified must be used in claimMappings.username.expression or claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in claimMappings.username.expression'))
  }
  return causes
}

function prefixedCauses(at: string, { claim = '', prefix, expression = '' }: PrefixedClaim, isRequired: boolean): Cause[] {
  if (claim && expression) return [invalid(at, '', "claim and expression can't both be set")]
  if (expression) return [...(prefix === undefined ? [] : [invalid(`${at}.prefix`, prefix, 'may not be specified when expression is set')]), ...compiled(`${at}.expression`, expression, CLAIMS)]
  if (claim) return prefix === undefined ? [required(`${at}.prefix`, 'prefix is required when claim is set. It can be set to an empty string to disable prefixing')] : []
  return isRequired ? [required(at, 'claim or expression is required')] : []
}

const RESERVED = /^(?:.*\.)?(?:kubernetes|k8s)\.io\//

function extraCauses(at: string, key: string, expression: string, keys: Set<string>): Cause[] {
  const causes = domainPath(`${at}.key`, key)
  if (key !== key.toLowerCase()) causes.push(invalid(`${at}.key`, key, 'must be lowercase'))
  if (RESERVED.test(key)) causes.push(invalid(`${at}.key`, key, 'k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use'))
  if (keys.has(key)) return [...causes, duplicate(`${at}.key`, key)]
  keys.add(key)
  return [...causes, ...(expression ? compiled(`${at}.valueExpression`, expression, CLAIMS) : [required(`${at}.valueExpression`)])]
}

function userRuleCauses(at: string, rules: readonly UserValidationRule[]): Cause[] {
  const seen = new Set<string>()
  return rules.flatMap(({ expression = '' }, index) => {
    const field = `${at}[${index}].expression`
    if (!expression) return [required(field)]
    if (seen.has(expression)) return [duplicate(field, expression)]
    seen.add(expression)
    return compiled(field, expression, USER, 'bool')
  })
}
