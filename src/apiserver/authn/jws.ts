import type { JWTPayload } from 'jose'
import type { VerificationKey } from './service-account-key.ts'

interface Unverified {
  readonly header: Readonly<Record<string, unknown>>
  readonly payload: JWTPayload
}

const PART = /^[A-Za-z0-9_-]+$/
const decoder = new TextDecoder('utf-8', { fatal: true })
const encoder = new TextEncoder()

/** What a token says, believed by nobody yet; undefined when it is none. */
export function readToken(token: string): Unverified | undefined {
  const parts = token.split('.')
  if (parts.length !== 3 || !parts.every(part => PART.test(part))) return undefined
  const [header, payload] = [jsonOf(parts[0]!), jsonOf(parts[1]!)]
  return header && payload && { header, payload }
}

/** A token's payload when one of these keys signed it, each with its own algorithm only: no `none`, no confusion of public keys with secrets. */
export function verifiedPayload(token: string, { header, payload }: Unverified, keys: readonly VerificationKey[]): JWTPayload | undefined {
  const { alg, kid, crit, b64 } = header
  // Extensions that a reader must understand are not understood here.
  if (crit !== undefined || b64 !== undefined) return undefined
  const named = keys.filter(({ id }) => id === kid)
  const dot = token.lastIndexOf('.')
  const [data, signature] = [encoder.encode(token.slice(0, dot)), Buffer.from(token.slice(dot + 1), 'base64url')]
  return (named.length > 0 ? named : keys).some(key => key.algorithm === alg && key.check(data, signature)) ? payload : undefined
}

function jsonOf(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(decoder.decode(Buffer.from(part, 'base64url')))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : undefined
  } catch {
    return undefined
  }
}
