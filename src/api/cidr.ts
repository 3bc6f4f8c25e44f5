import type { Cause } from '../machinery/status.ts'
import { addressProblems, CIDR_EXAMPLE, isIP } from './addresses.ts'
import { invalid } from './validation.ts'

/** An address as a number; 32 bits wide for IPv4, also where it is written as IPv6 that maps IPv4. */
export interface Address {
  readonly bits: 32 | 128
  readonly value: bigint
}

/** Reads an address as leniently as upstream's older fields do: leading zeros count for nothing. */
export function parseAddress(text: string): Address | undefined {
  if (/^\d+(?:\.\d+){3}$/.test(text)) {
    const parts = text.split('.').map(Number)
    return parts.some(part => part > 255) ? undefined : { bits: 32, value: parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n) }
  }
  if (!isIP(text)) return undefined
  const value = groupsOf(text).reduce((sum, group) => (sum << 16n) | BigInt(group), 0n)
  return value >> 32n === 0xffffn ? { bits: 32, value: value & 0xffffffffn } : { bits: 128, value }
}

/** The eight groups of an IPv6 address. */
function groupsOf(text: string): number[] {
  const plain = text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
    `${((Number(a) << 8) | Number(b)).toString(16)}:${((Number(c) << 8) | Number(d)).toString(16)}`)
  const [head = '', tail] = plain.split('::')
  const read = (part: string): number[] => (part === '' ? [] : part.split(':').map(group => parseInt(group, 16)))
  const [before, after] = [read(head), read(tail ?? '')]
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after]
}

/** The one form that an address has: RFC 5952 for IPv6. */
export function formatAddress({ bits, value }: Address): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map(shift => (value >> shift) & 0xffn).join('.')
  const groups = Array.from({ length: 8 }, (_, index) => Number((value >> BigInt(112 - 16 * index)) & 0xffffn))
  const zeros = longestZeros(groups)
  const hex = (part: readonly number[]): string => part.map(group => group.toString(16)).join(':')
  return zeros.length < 2 ? hex(groups) : `${hex(groups.slice(0, zeros.start))}::${hex(groups.slice(zeros.start + zeros.length))}`
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  for (let start = 0; start < groups.length; start++) {
    let length = 0
    while (groups[start + length] === 0) length++
    if (length > best.length) best = { start, length }
  }
  return best
}

/** An address with the length of its prefix. */
export interface Cidr extends Address {
  readonly prefix: number
}

/** Reads `address/length` leniently. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.lastIndexOf('/')
  const digits = text.slice(slash + 1)
  const address = slash < 0 || !/^\d{1,4}$/.test(digits) ? undefined : parseAddress(text.slice(0, slash))
  if (!address) return undefined
  // The length of a mapped IPv4 address counts all of IPv6's bits.
  const prefix = Number(digits) - (address.bits === 32 && text.includes(':') ? 96 : 0)
  return prefix < 0 || prefix > address.bits ? undefined : { ...address, prefix }
}

/** What is wrong with an address where fields know one form of it only. */
export function canonicalAddressProblems(text: string): string[] {
  const problems = addressProblems(text)
  if (problems.length > 0) return problems
  const canonical = formatAddress(parseAddress(text)!)
  return text === canonical ? [] : [`must be in canonical form ("${canonical}")`]
}

const hostBits = ({ bits, value, prefix }: Cidr): bigint => value & ((1n << BigInt(bits - prefix)) - 1n)
const networkOf = (cidr: Cidr): Cidr => ({ ...cidr, value: cidr.value - hostBits(cidr) })
export const formatCidr = (cidr: Cidr): string => `${formatAddress(networkOf(cidr))}/${cidr.prefix}`

/** Whether the second is a smaller part of the first. */
export function isStrictSubset(outer: Cidr, inner: Cidr): boolean {
  const shift = BigInt(outer.bits - outer.prefix)
  return outer.bits === inner.bits && inner.prefix > outer.prefix && inner.value >> shift === outer.value >> shift
}

const isMapped = (text: string): boolean => text.includes(':') && parseAddress(text.replace(/\/.*$/, ''))?.bits === 32

/** What is wrong with a subnet, as fields hold it whose old values may be written loosely. */
export function cidrProblems(text: string): string[] {
  const cidr = parseCidr(text)
  if (!cidr) return [CIDR_EXAMPLE]
  if (hasLeadingZeros(text)) return ['must not have leading 0s in IP or prefix length']
  if (isMapped(text)) return ['must not have an IPv4-mapped IPv6 address']
  return hostBits(cidr) === 0n ? [] : ['must not have bits set beyond the prefix length']
}

/** The same for newer fields, which know one form of a subnet only. */
export function canonicalCidrProblems(text: string): string[] {
  const problems = cidrProblems(text)
  if (problems.length > 0) return problems
  const canonical = formatCidr(parseCidr(text)!)
  return text === canonical ? [] : [`must be in canonical form ("${canonical}")`]
}

function hasLeadingZeros(text: string): boolean {
  const [address = '', length = ''] = text.split('/')
  return /^0\d/.test(length) || (!address.includes(':') && /(?:^|\.)0\d/.test(address))
}

export const validateCidr = (field: string, text: string): Cause[] => cidrProblems(text).map(problem => invalid(field, text, problem))

/** Forms of a subnet that work today but say something else than their author may think. */
export function cidrWarnings(field: string, text: string): string[] {
  const cidr = parseCidr(text)
  if (!cidr) return []
  const warnings: string[] = []
  if (hostBits(cidr) !== 0n) {
    warnings.push(`${field}: CIDR value "${text}" is ambiguous in this context (should be "${formatCidr(cidr)}" or "${formatAddress(cidr)}/${cidr.bits}"?)`)
  }
  if (hasLeadingZeros(text) || isMapped(text)) {
    warnings.push(`${field}: non-standard CIDR value "${text}" is invalid: use "${formatCidr(cidr)}"`)
  }
  if (warnings.length === 0 && text !== formatCidr(cidr)) warnings.push(`${field}: IPv6 CIDR value "${text}" should be in RFC 5952 canonical format ("${formatCidr(cidr)}")`)
  return warnings
}

/** Forms of an address that are read, but are not the one form that it has. */
export function addressWarnings(field: string, text: string): string[] {
  const address = parseAddress(text)
  if (!address || formatAddress(address) === text) return []
  if (address.bits === 32) return [`${field}: non-standard IP address "${text}" is invalid: use "${formatAddress(address)}"`]
  return [`${field}: IPv6 address "${text}" should be in RFC 5952 canonical format ("${formatAddress(address)}")`]
}
