import { dnsSubdomain } from '../machinery/names.ts'
import type { Cause } from '../machinery/status.ts'
import { invalid, invalidBy, required } from './validation.ts'

const PATH_PATTERN = String.raw`[A-Za-z0-9/\-._~%!$&'()*+,;=:]+`
const path = new RegExp(`^${PATH_PATTERN}$`)

/** `example.com/some-path`: what names a controller or a signer. */
export function validateDomainPrefixedPath(field: string, text: string): Cause[] {
  if (!text) return [required(field)]
  const slash = text.indexOf('/')
  const [domain, rest] = slash < 0 ? ['', ''] : [text.slice(0, slash), text.slice(slash + 1)]
  if (!domain || !rest) return [invalid(field, text, 'must be a domain-prefixed path (such as "acme.io/foo")')]
  return [...invalidBy(field, domain, dnsSubdomain), ...(path.test(rest) ? [] : [invalid(field, rest, `Invalid path (regex used for validation is '${PATH_PATTERN}')`)])]
}
