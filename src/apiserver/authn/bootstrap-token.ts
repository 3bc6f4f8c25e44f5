import type { Secret } from '../../api/core/secret.ts'
import { Secrets } from '../../api/core/secret.ts'
import type { Clock } from '../../machinery/clock.ts'
import type { ObjectReader } from '../object-reader.ts'
import type { Authenticator } from './authenticator.ts'
import { sameSecret } from './constant-time.ts'

const TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/
const NAMESPACE = 'kube-system'
const TYPE = 'bootstrap.kubernetes.io/token'
const DEFAULT_GROUP = 'system:bootstrappers'
const GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/

/** Tokens that new nodes join with: secrets in kube-system, good for as long as they say. */
export const bootstrapTokens = (reader: ObjectReader, clock: Clock): Authenticator => ({
  name: 'bootstrap-token',
  async authenticate({ bearerToken }) {
    const [, id, secret] = TOKEN.exec(bearerToken ?? '') ?? []
    if (!id || !secret) return undefined
    const stored = reader.get<Secret>(Secrets, NAMESPACE, `bootstrap-token-${id}`)
    if (!stored || stored.metadata.deletionTimestamp !== undefined || stored.type !== TYPE) return undefined
    const field = (name: string): string => textOf(stored, name)
    if (field('token-id') !== id || !sameSecret(secret, field('token-secret')) || field('usage-bootstrap-authentication') !== 'true') return undefined
    if (isExpired(field('expiration'), clock.now())) return undefined
    const groups = groupsOf(field('auth-extra-groups'))
    return groups && { name: `system:bootstrap:${id}`, groups: [DEFAULT_GROUP, ...groups] }
  },
})

function textOf({ data }: Secret, name: string): string {
  const value = (data as Readonly<Record<string, unknown>> | undefined)?.[name]
  if (value === undefined) return ''
  return typeof value === 'string' ? atob(value) : new TextDecoder().decode(value as Uint8Array)
}

/** A date that cannot be read has passed. */
function isExpired(text: string, now: number): boolean {
  if (text === '') return false
  const time = Date.parse(text)
  return Number.isNaN(time) || time <= now
}

/** Undefined when one of them is no group for bootstrapping: such a token is not good at all. */
function groupsOf(text: string): string[] | undefined {
  const groups = [...new Set(text.split(',').map(group => group.trim()).filter(group => group !== ''))].sort()
  return groups.every(group => GROUP.test(group)) ? groups : undefined
}
