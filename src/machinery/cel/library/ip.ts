import { nominal, traversal } from './costs.ts'
import { declare, method, overload } from '../declarations.ts'
import { formatAddress, hasZone, isMapped, parseAddress } from '../net-address.ts'
import { BOOL, INT, STRING, opaque } from '../types.ts'
import { Opaque, fail } from '../values.ts'
import type { Library } from '../declarations.ts'
import type { Address } from '../net-address.ts'
import type { Type } from '../types.ts'

export const IP_TYPE = opaque('net.IP')

export class IP extends Opaque {
  readonly address: Address
  constructor(address: Address) {
    super()
    this.address = address
  }
  get type(): Type {
    return IP_TYPE
  }
  override equals(other: Opaque): boolean {
    return other instanceof IP && formatAddress(this.address) === formatAddress(other.address)
  }
  override get size(): number {
    return this.address.bytes.length
  }
  override toString(): string {
    return formatAddress(this.address)
  }
}

/** Reads an address as CEL takes them: no zones, no IPv4 in disguise. Throws an Error. */
function parse(text: string): Address {
  const address = addressOf(text)
  if (hasZone(text)) throw new Error(`IP address ${JSON.stringify(text)} with zone value is not allowed`)
  if (isMapped(address)) throw new Error(`IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`)
  return address
}

function addressOf(text: string): Address {
  try {
    return parseAddress(text)
  } catch (error) {
    throw new Error(`IP Address ${JSON.stringify(text)} parse error during conversion from string: ${(error as Error).message}`, { cause: error })
  }
}

/** The address, or the failure that the text is none. */
export function ipOf(text: string): IP {
  try {
    return new IP(parse(text))
  } catch (error) {
    return fail((error as Error).message)
  }
}

function isIP(text: string): boolean {
  try {
    parse(text)
    return true
  } catch {
    return false
  }
}

const isV4 = ({ address }: IP): boolean => address.bytes.length === 4
const isLoopback = (ip: IP): boolean => (isV4(ip) ? ip.address.bytes[0] === 127 : String(ip) === '::1')
const isUnspecified = (ip: IP): boolean => ip.address.bytes.every(byte => byte === 0)

function isLinkLocalMulticast(ip: IP): boolean {
  const [a, b, c] = ip.address.bytes
  return isV4(ip) ? a === 224 && b === 0 && c === 0 : a === 0xff && (b! & 0x0f) === 2
}
function isLinkLocalUnicast(ip: IP): boolean {
  const [a, b] = ip.address.bytes
  return isV4(ip) ? a === 169 && b === 254 : a === 0xfe && (b! & 0xc0) === 0x80
}
function isMulticast(ip: IP): boolean {
  const [a] = ip.address.bytes
  return isV4(ip) ? (a! & 0xf0) === 0xe0 : a === 0xff
}
const isBroadcast = (ip: IP): boolean => isV4(ip) && ip.address.bytes.every(byte => byte === 255)
const isGlobalUnicast = (ip: IP): boolean => !isUnspecified(ip) && !isBroadcast(ip) && !isLoopback(ip) && !isMulticast(ip) && !isLinkLocalUnicast(ip)

/** IP addresses. */
export const ip: Library = {
  name: 'kubernetes.net.ip',
  types: [IP_TYPE],
  functions: [
    declare('ip', overload('string_to_ip', [STRING], IP_TYPE, ipOf, traversal())),
    declare('family', method('ip_family', [IP_TYPE], INT, (value: IP) => (isV4(value) ? 4 : 6), nominal)),
    declare('ip.isCanonical', overload('ip_is_canonical', [STRING], BOOL, (text: string) => String(ipOf(text)) === text, traversal({ times: 2 }))),
    declare('isUnspecified', method('ip_is_unspecified', [IP_TYPE], BOOL, isUnspecified, nominal)),
    declare('isLoopback', method('ip_is_loopback', [IP_TYPE], BOOL, isLoopback, nominal)),
    declare('isLinkLocalMulticast', method('ip_is_link_local_multicast', [IP_TYPE], BOOL, isLinkLocalMulticast, nominal)),
    declare('isLinkLocalUnicast', method('ip_is_link_local_unicast', [IP_TYPE], BOOL, isLinkLocalUnicast, nominal)),
    declare('isGlobalUnicast', method('ip_is_global_unicast', [IP_TYPE], BOOL, isGlobalUnicast, nominal)),
    declare('isIP', overload('is_ip', [STRING], BOOL, isIP, traversal())),
    declare('string', overload('ip_to_string', [IP_TYPE], STRING, (value: IP) => String(value))),
  ],
}
