import { decodeJwt, jwtVerify } from 'jose'
import type { JWTPayload } from 'jose'
import { Secrets, type Secret } from '../../api/core/secret.ts'
import { ServiceAccounts } from '../../api/core/service-account.ts'
import { toBase64 } from '../../machinery/base64.ts'
import type { ObjectReader } from '../object-reader.ts'
import type { Authenticator } from './authenticator.ts'
import { sameSecret } from './constant-time.ts'
import type { VerificationKey } from './service-account-key.ts'
import { serviceAccountUser, TokenRefusal } from './service-account-token.ts'

const ISSUER = 'kubernetes/serviceaccount'
const CLAIM = 'kubernetes.io/serviceaccount/'
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since'

/** Tokens without an end that are kept in secrets: good as long as the secret holds them and the account is the one they were made for. */
export const legacyAccountTokens = (keys: readonly VerificationKey[], reader: ObjectReader): Authenticator => ({
  name: 'legacy-serviceaccount',
  async authenticate({ bearerToken }) {
    if (!bearerToken || !isOurs(bearerToken)) return undefined
    const claims = await verify(bearerToken, keys)
    const text = (name: string): string => String(claims[`${CLAIM}${name}`] ?? '')
    const [namespace, name, uid] = [text('namespace'), text('service-account.name'), text('service-account.uid')]
    const secret = reader.get<Secret>(Secrets, namespace, text('secret.name'))
    if (!secret || secret.metadata.deletionTimestamp) throw new TokenRefusal('service account token has been invalidated')
    const stored = (secret.data as Readonly<Record<string, string>> | undefined)?.['token'] ?? ''
    if (!sameSecret(toBase64(bearerToken), stored)) throw new TokenRefusal('service account token does not match the one in its secret')
    if (secret.metadata.labels?.[INVALID_SINCE]) throw new TokenRefusal('service account token has been marked as invalid')
    const account = reader.get(ServiceAccounts, namespace, name)
    if (account?.metadata.uid !== uid || account.metadata.deletionTimestamp) throw new TokenRefusal('service account token has been invalidated')
    return serviceAccountUser(namespace, name, uid)
  },
})

function isOurs(token: string): boolean {
  if (token.split('.').length !== 3) return false
  try {
    return decodeJwt(token).iss === ISSUER
  } catch {
    return false
  }
}

/** Each key with its own algorithm only: no `none`, no confusion of public keys with secrets. */
async function verify(token: string, keys: readonly VerificationKey[]): Promise<JWTPayload> {
  for (const { key, algorithm } of keys) {
    const verified = await jwtVerify(token, key, { algorithms: [algorithm], issuer: ISSUER }).catch(() => undefined)
    if (verified) return verified.payload
  }
  throw new TokenRefusal('no key of this server signed the token')
}
