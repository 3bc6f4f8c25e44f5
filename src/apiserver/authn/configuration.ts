import { forbidden, invalid, tooMany, duplicate } from '../../api/validation.ts'
import { badRequest, type Cause } from '../../machinery/status.ts'
import { readConfiguration, refuseConfiguration, type ConfigurationKind } from '../configuration/read.ts'
import { authenticationConfiguration, type AuthenticationConfiguration, type JwtConfiguration } from './configuration-schema.ts'
import { claimCauses } from './claim-causes.ts'
import { issuerCauses } from './issuer-causes.ts'

export * from './configuration-schema.ts'

const KIND: ConfigurationKind<AuthenticationConfiguration> = { kind: 'AuthenticationConfiguration', group: 'apiserver.config.k8s.io', versions: ['v1', 'v1beta1', 'v1alpha1'], schema: authenticationConfiguration, failure: 'failed to load authentication configuration from file' }
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
