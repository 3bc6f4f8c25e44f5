import type { Cause } from '../machinery/status.ts'
import { invalid } from './validation.ts'

const EXAMPLE = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'

/** IPv4 in dotted form; numbers with leading zeros do not count. */
export const isIPv4 = (text: string): boolean => /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text)

/** IPv6 in any of its forms, without a zone. */
export function isIPv6(text: string): boolean {
  if (!/^[0-9a-fA-F:.]+$/.test(text)) return false
  const halves = text.split('::')
  if (halves.length > 2) return false
  let groups = 0
  for (const [index, half] of halves.entries()) {
    const parts = half === '' ? [] : half.split(':')
    for (const [at, part] of parts.entries()) {
      const last = at === parts.length - 1 && index === halves.length - 1
      if (part.includes('.') && last && isIPv4(part)) groups += 2
      else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups++
      else return false
    }
  }
  return halves.length === 2 ? groups < 8 : groups === 8
}

export const isIP = (text: string): boolean => isIPv4(text) || isIPv6(text)

/** What is wrong with an address, as Kubernetes words it. */
export function addressProblems(text: string): string[] {
  if (isIPv4(text)) return []
  if (isIPv6(text)) return /^::ffff:/i.test(text) || /^(?:0{1,4}:){5}ffff:/i.test(text) ? ['must not be an IPv4-mapped IPv6 address'] : []
  return /^\d{1,10}(?:\.\d{1,10}){3}$/.test(text) && text.split('.').every(part => Number(part) <= 255) ? ['must not have leading 0s'] : [EXAMPLE]
}

/** Causes for a field that must be an IP address. */
export const validateAddress = (field: string, text: string): Cause[] => addressProblems(text).map(problem => invalid(field, text, problem))

/** Whether a text is `address/length`. */
export function isCIDR(text: string): boolean {
  const match = /^(.+)\/(0|[1-9]\d{0,2})$/.exec(text)
  return !!match && ((isIPv4(match[1]!) && Number(match[2]) <= 32) || (isIPv6(match[1]!) && Number(match[2]) <= 128))
}

export const CIDR_EXAMPLE = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'
