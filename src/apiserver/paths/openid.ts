import type { ServiceAccountTokens } from '../authn/service-account-token.ts'
import { StatusError } from '../../machinery/status.ts'
import { utf8 } from '../representation/bytes.ts'
import type { PathHandler } from './path.ts'

const KEYS_TYPE = 'application/jwk-set+json'

/** What others need to check this cluster's service account tokens themselves: OpenID discovery and the public keys (KEP-1393). */
export const openid = (tokens: ServiceAccountTokens | undefined): PathHandler => async exchange => {
  if (!tokens) return false
  if (exchange.path === '/.well-known/openid-configuration') {
    checkMethod(exchange.method)
    await exchange.sendJson(200, {
      issuer: tokens.issuer, jwks_uri: `${tokens.issuer.replace(/\/$/, '')}/openid/v1/jwks`, response_types_supported: ['id_token'], subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [...new Set(tokens.keys.map(({ algorithm }) => algorithm))],
    }, { 'cache-control': 'public, max-age=3600' })
    return true
  }
  if (exchange.path !== '/openid/v1/jwks') return false
  checkMethod(exchange.method)
  if (!accepts(exchange.header('accept'))) throw new StatusError('NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${KEYS_TYPE}`, {})
  await exchange.send(200, KEYS_TYPE, [utf8(JSON.stringify({ keys: tokens.keys.map(({ jwk }) => jwk) }))], { 'cache-control': 'public, max-age=3600' })
  return true
}

function checkMethod(method: string): void {
  if (method !== 'GET' && method !== 'HEAD') throw new StatusError('MethodNotAllowed', 'the server does not allow this method on the requested resource', {})
}

const accepts = (header: string | undefined): boolean =>
  !header || header.split(',').map(part => part.split(';')[0]!.trim()).some(type => type === '*/*' || type === 'application/*' || type === KEYS_TYPE)
