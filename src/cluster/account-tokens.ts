import type { TokenRequest } from '../api/authentication/token-request.ts'
import { ServiceAccounts } from '../api/core/service-account.ts'
import type { Client } from '../client/client.ts'
import type { Clock } from '../machinery/clock.ts'
import { isReason } from '../machinery/status.ts'

const NAMESPACE = 'kube-system'
const SECONDS = 3600
/** A token is renewed when a fifth of its life is left. */
const RENEW_AT = 0.8

/** A token that is good now. */
export type TokenSource = () => Promise<string>

/** Tokens of a service account in kube-system, asked for with the rights of `client`; the account is made when it is missing. */
export function accountToken(client: Client, name: string, clock: Clock): TokenSource {
  let current: { readonly token: string; readonly renewAtMs: number } | undefined
  let asking: Promise<string> | undefined

  async function ask(): Promise<string> {
    const askedAt = clock.now()
    const { status } = await request().catch(async (error: unknown) => {
      if (!isReason(error, 'NotFound')) throw error
      await client.create(ServiceAccounts, { metadata: { name, namespace: NAMESPACE } }).catch((failure: unknown) => {
        if (!isReason(failure, 'AlreadyExists')) throw failure
      })
      return request()
    })
    current = { token: status.token, renewAtMs: askedAt + (Date.parse(status.expirationTimestamp!) - askedAt) * RENEW_AT }
    return status.token
  }
  const request = (): Promise<TokenRequest> =>
    client.createSubresource<TokenRequest>(ServiceAccounts, { namespace: NAMESPACE, name }, 'token', { spec: { expirationSeconds: SECONDS } })

  return () => {
    if (current && clock.now() < current.renewAtMs) return Promise.resolve(current.token)
    asking ??= ask().finally(() => { asking = undefined })
    return asking
  }
}
