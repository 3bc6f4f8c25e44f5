import type { JSONWebKeySet } from 'jose'
import type { Clock } from '../../machinery/clock.ts'
import { errorMessage, type Log } from '../../machinery/log.ts'

export interface IssuerKeysOptions {
  /** As tokens say it. */
  readonly issuer: string
  /** Where it says where its keys are; absent: the place that OpenID Connect names. */
  readonly discoveryUrl?: string | undefined
  /** Gets JSON from the issuer. */
  fetchJson(url: string): Promise<unknown>
  readonly clock: Clock
  readonly log: Log
}

/** A key that is not known is asked for anew, but not more often than this. */
const REFRESH_MS = 10_000

/** An issuer's public keys: fetched when the first token needs them, and again when one names a key that is new. Undefined while there are none. */
export function issuerKeys({ issuer, discoveryUrl, fetchJson, clock, log }: IssuerKeysOptions): (kid: string | undefined) => Promise<JSONWebKeySet | undefined> {
  let keys: JSONWebKeySet | undefined
  let fetching: Promise<void> | undefined
  let askedAtMs = -Infinity

  async function refresh(): Promise<void> {
    askedAtMs = clock.monotonic()
    try {
      const { jwks_uri: uri, issuer: told } = await fetchJson(discoveryUrl || `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`) as { jwks_uri?: string; issuer?: string }
      if (told !== issuer) throw new Error(`the issuer calls itself ${JSON.stringify(told)}`)
      if (!uri) throw new Error('the issuer does not say where its keys are')
      keys = await fetchJson(uri) as JSONWebKeySet
    } catch (error) {
      log.warn('The keys of an issuer of tokens could not be fetched', { issuer, error: errorMessage(error) })
    }
  }

  return async kid => {
    const isKnown = keys && (kid === undefined || keys.keys.some(key => key.kid === kid))
    if (isKnown || (!fetching && clock.monotonic() - askedAtMs < REFRESH_MS)) return keys
    await (fetching ??= refresh().finally(() => { fetching = undefined }))
    return keys
  }
}
