import type { User } from '../../api/request.ts'
import { invalid, required } from '../../api/validation.ts'
import { dnsSubdomain, rule } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'

const PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"
const IS_PATH = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/

/** What is wrong with the extra fields of an identity that somebody wants to be taken for, undefined when nothing is. */
export function extraProblem(extra: NonNullable<User['extra']>): string | undefined {
  for (const [key, values] of Object.entries(extra)) {
    if (key === '') return 'impersonating the empty string key in extra is not allowed'
    const problems = domainPath('extra.key', key).map(({ field, message }) => `${field}: ${message}`)
    if (problems.length > 0) return `impersonating an invalid key in extra is not allowed: ${problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`}`
    if (key !== key.toLowerCase()) return `impersonating a non-lowercase key in extra is not allowed: ${JSON.stringify(key)}`
    if (values.length === 0) return 'impersonating empty values in extra is not allowed'
    if (values.includes('')) return 'impersonating the empty string value in extra is not allowed'
  }
  return undefined
}

/** What is wrong with a path that begins with a domain: `acme.io/foo`. */
export function domainPath(field: string, key: string): Cause[] {
  if (key === '') return [required(field)]
  const slash = key.indexOf('/')
  if (slash <= 0 || slash === key.length - 1) return [invalid(field, key, 'must be a domain-prefixed path (such as "acme.io/foo")')]
  const [host, path] = [key.slice(0, slash), key.slice(slash + 1)]
  return [...dnsSubdomain(host).map(detail => invalid(field, host, detail)), ...(IS_PATH.test(path) ? [] : [invalid(field, path, rule('Invalid path', PATH))])]
}
