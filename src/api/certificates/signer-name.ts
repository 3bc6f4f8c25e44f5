import { dnsLabel, dnsSubdomain } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { invalid, required, tooLong } from '../validation.ts'

const LONGEST = 253 + 1 + 253 + 1 + 63

/** `example.com/signer-name`. */
export function validateSignerName(field: string, name: string): Cause[] {
  if (!name) return [required(field)]
  const parts = name.split('/')
  if (parts.length !== 2) return [invalid(field, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'")]
  const [domain, path] = parts as [string, string]
  const labels = domain.split('.')
  const causes = labels.length < 2 ? [invalid(field, domain, 'should be a domain with at least two segments separated by dots')] : inEach(field, domain, dnsLabel)
  causes.push(...inEach(field, path, dnsSubdomain))
  return name.length > LONGEST ? [...causes, tooLong(field, LONGEST)] : causes
}

const inEach = (field: string, text: string, rule: (label: string) => string[]): Cause[] =>
  text.split('.').flatMap(label => rule(label).map(problem => invalid(field, text, `validating label "${label}": ${problem}`)))
