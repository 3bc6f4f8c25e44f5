import { duplicate, invalid, required } from '../../api/validation.ts'
import type { Cause } from '../../machinery/status.ts'
import type { Issuer } from './configuration-schema.ts'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/

/** What is wrong with where an issuer is and whom its tokens are for. */
export function issuerCauses(at: string, { url = '', discoveryURL = '', audiences = [], audienceMatchPolicy = '', certificateAuthority = '', egressSelectorType = '' }: Issuer, ownIssuers: readonly string[]): Cause[] {
  const causes = url === '' ? [required(`${at}.url`)] : urlCauses(`${at}.url`, url, ownIssuers)
  if (discoveryURL) {
    const field = `${at}.discoveryURL`
    if (url && url.replace(/\/+$/, '') === discoveryURL.replace(/\/+$/, '')) causes.push(invalid(field, discoveryURL, 'discoveryURL must be different from URL'))
    causes.push(...urlCauses(field, discoveryURL, []))
  }
  causes.push(...audienceCauses(at, audiences, audienceMatchPolicy))
  if (certificateAuthority && !CERTIFICATE.test(certificateAuthority)) causes.push(invalid(`${at}.certificateAuthority`, '<omitted>', 'data does not contain any valid RSA or ECDSA certificates'))
  if (egressSelectorType && !['controlplane', 'cluster'].includes(egressSelectorType)) causes.push(invalid(`${at}.egressSelectorType`, egressSelectorType, 'egress selector must be either controlplane or cluster'))
  return causes
}

function urlCauses(field: string, text: string, ownIssuers: readonly string[]): Cause[] {
  const causes = ownIssuers.includes(text) ? [invalid(field, text, `URL must not overlap with disallowed issuers: [${[...ownIssuers].sort().join(' ')}]`)] : []
  const wrong = (detail: string): void => void causes.push(invalid(field, text, detail))
  const [, scheme, authority = ''] = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^/?#]*))?/.exec(text) ?? []
  if (scheme?.toLowerCase() !== 'https') wrong('URL scheme must be https')
  if (authority.includes('@')) wrong('URL must not contain a username or password')
  if (/\?[^#]/.test(text.split('#')[0]!)) wrong('URL must not contain a query')
  if (/#./.test(text)) wrong('URL must not contain a fragment')
  return causes
}

function audienceCauses(at: string, audiences: readonly string[], policy: string): Cause[] {
  if (audiences.length === 0) return [required(`${at}.audiences`, `at least one ${at}.audiences is required`)]
  const causes = audiences.flatMap((audience, index) => [
    ...(audience === '' ? [required(`${at}.audiences[${index}]`)] : []), ...(audiences.indexOf(audience) < index ? [duplicate(`${at}.audiences[${index}]`, audience)] : []),
  ])
  const field = `${at}.audienceMatchPolicy`
  if (audiences.length > 1 && policy !== 'MatchAny') causes.push(invalid(field, policy, 'audienceMatchPolicy must be MatchAny for multiple audiences'))
  if (audiences.length === 1 && policy !== '' && policy !== 'MatchAny') causes.push(invalid(field, policy, 'audienceMatchPolicy must be empty or MatchAny for single audience'))
  return causes
}
