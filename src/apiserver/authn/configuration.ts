import { forbidden, invalid, tooMany, duplicate } from '../../api/validation.ts'
import { bool, list, object, ref, string, struct, type Infer } from '../../machinery/schema/schema.ts'
import { badRequest, type Cause } from '../../machinery/status.ts'
import { readConfiguration, refuseConfiguration, type ConfigurationKind } from '../configuration/read.ts'
import { claimCauses } from './claim-causes.ts'
import { issuerCauses } from './issuer-causes.ts'

const issuerShape = object('Issuer', {
  url: string(1), discoveryURL: string(2, { pointer: true }), certificateAuthority: string(3), audiences: list(4, 'string'), audienceMatchPolicy: string(5), egressSelectorType: string(6),
})
export interface Issuer extends Infer<typeof issuerShape> {}

const ruleShape = object('ClaimValidationRule', { claim: string(1), requiredValue: string(2), expression: string(3), message: string(4) })
export interface ClaimValidationRule extends Infer<typeof ruleShape> {}

const prefixedShape = object('PrefixedClaimOrExpression', { claim: string(1), prefix: string(2, { pointer: true }), expression: string(3) })
export interface PrefixedClaim extends Infer<typeof prefixedShape> {}

const claimShape = object('ClaimOrExpression', { claim: string(1), expression: string(2) })
const extraShape = object('ExtraMapping', { key: string(1), valueExpression: string(2) })

const mappingsShape = object('ClaimMappings', { username: struct(1, prefixedShape), groups: struct(2, prefixedShape), uid: struct(3, claimShape), extra: list(4, extraShape) })
export interface ClaimMappings extends Infer<typeof mappingsShape> {}

const userRuleShape = object('UserValidationRule', { expression: string(1), message: string(2) })
export interface UserValidationRule extends Infer<typeof userRuleShape> {}

const jwtShape = object('JWTAuthenticator', {
  issuer: struct(1, issuerShape), claimValidationRules: list(2, ruleShape), claimMappings: struct(3, mappingsShape), userValidationRules: list(4, userRuleShape),
})
/** One issuer of tokens, and what its claims mean. */
export interface JwtConfiguration extends Infer<typeof jwtShape> {}

const conditionShape = object('AnonymousAuthCondition', { path: string(1) })
const anonymousShape = object('AnonymousAuthConfig', { enabled: bool(1), conditions: list(2, conditionShape) })
/** Whether those without credentials are let in at all, and where. */
export interface AnonymousConfiguration extends Infer<typeof anonymousShape> {}

const shape = object('AuthenticationConfiguration', { apiVersion: string(1), kind: string(2), jwt: list(3, jwtShape), anonymous: ref(4, anonymousShape) })
/** apiserver.config.k8s.io AuthenticationConfiguration (KEP-3331). */
export interface AuthenticationConfiguration extends Infer<typeof shape> {}

const KIND: ConfigurationKind<AuthenticationConfiguration> = { kind: 'AuthenticationConfiguration', group: 'apiserver.config.k8s.io', versions: ['v1', 'v1beta1', 'v1alpha1'], schema: shape, failure: 'failed to load authentication configuration from file' }
const MOST_ISSUERS = 64

export interface AuthenticationLimits {
  /** The server's own issuers: their tokens are nobody else's to vouch for. */
  readonly ownIssuers: readonly string[]
  /** What the server was started with; who may come without credentials cannot change. Absent: it is being started. */
  readonly initial?: AuthenticationConfiguration
}

/** Reads `--authentication-config`. Throws a StatusError that says everything that is wrong. */
export function readAuthenticationConfiguration(text: string, { ownIssuers, initial }: AuthenticationLimits): AuthenticationConfiguration {
  if (text === '') throw badRequest(`${KIND.failure}: empty config data`)
  const configuration = readConfiguration(text, KIND)
  const causes = causesOf(configuration, ownIssuers)
  if (initial && JSON.stringify(initial.anonymous) !== JSON.stringify(configuration.anonymous)) causes.push(forbidden('anonymous', 'changed from initial configuration file'))
  refuseConfiguration(causes, [], 'invalid authentication configuration: ')
  return configuration
}

/** What is wrong with a configuration. */
function causesOf({ jwt = [], anonymous }: AuthenticationConfiguration, ownIssuers: readonly string[]): Cause[] {
  if (jwt.length > MOST_ISSUERS) return [tooMany('jwt', jwt.length, MOST_ISSUERS)]
  const [urls, discoveries] = [new Set<string>(), new Set<string>()]
  const causes = jwt.flatMap((each, index) => {
    const { url = '', discoveryURL } = each.issuer
    const found = jwtCauses(`jwt[${index}]`, each, ownIssuers)
    if (urls.has(url)) found.push(duplicate(`jwt[${index}].issuer.url`, url))
    urls.add(url)
    if (discoveryURL) {
      if (discoveries.has(discoveryURL)) found.push(duplicate(`jwt[${index}].issuer.discoveryURL`, discoveryURL))
      discoveries.add(discoveryURL)
    }
    return found
  })
  if (anonymous && !anonymous.enabled && anonymous.conditions?.length) causes.push(invalid('anonymous.conditions', anonymous.conditions.map(({ path = '' }) => ({ Path: path })), 'enabled should be set to true when conditions are defined'))
  return causes
}

/** What is wrong with one issuer. */
export const jwtCauses = (at: string, jwt: JwtConfiguration, ownIssuers: readonly string[]): Cause[] => [...issuerCauses(`${at}.issuer`, jwt.issuer, ownIssuers), ...claimCauses(at, jwt)]
