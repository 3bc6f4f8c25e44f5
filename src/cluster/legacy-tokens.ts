import { SignJWT } from 'jose'
import type { SigningKey } from '../apiserver/authn/service-account-key.ts'
import type { ControllerSettings } from '../controllers/settings.ts'

const CLAIM = 'kubernetes.io/serviceaccount/'

/** Makes the tokens that are kept in secrets: they have no end and are bound to their secret. */
export function legacyTokenSigner({ key, public: { algorithm, id } }: SigningKey): NonNullable<ControllerSettings['signAccountToken']> {
  return ({ namespace, name, uid }, secret) => new SignJWT({
    [`${CLAIM}namespace`]: namespace, [`${CLAIM}secret.name`]: secret, [`${CLAIM}service-account.name`]: name, [`${CLAIM}service-account.uid`]: uid,
  }).setProtectedHeader({ alg: algorithm, kid: id }).setIssuer('kubernetes/serviceaccount').setSubject(`system:serviceaccount:${namespace}:${name}`).sign(key)
}
