import { bool, list, object, ref, string, struct, type Infer, type Schema } from '../../machinery/schema/schema.ts'

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

const configurationShape = object('AuthenticationConfiguration', { apiVersion: string(1), kind: string(2), jwt: list(3, jwtShape), anonymous: ref(4, anonymousShape) })
/** apiserver.config.k8s.io AuthenticationConfiguration (KEP-3331). */
export interface AuthenticationConfiguration extends Infer<typeof configurationShape> {}
export const authenticationConfiguration: Schema<AuthenticationConfiguration> = configurationShape
