/** An IP address as its bytes: 4 or 16 of them. */
export interface Address {
  readonly bytes: readonly number[]
}

/** Reads an address as Go's netip does; throws an Error worded as its. Zones are answered with the address (see `hasZone`). */
export function parseAddress(text: string): Address {
  const reason = (why: string): Error => new Error(`ParseAddr(${JSON.stringify(text)}): ${why}`)
  const first = /[.:%]/.exec(text)?.[0]
  if (first === '.') return { bytes: parseV4(text, reason) }
  if (first === ':') return { bytes: parseV6(text, reason) }
  throw first === '%' ? reason('missing IPv6 address') : reason('unable to parse IP')
}

export const hasZone = (text: string): boolean => text.includes('%')

type Reason = (why: string) => Error

function parseV4(text: string, reason: Reason): number[] {
  const bytes: number[] = []
  let [value, digits] = [0, 0]
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!
    if (/[0-9]/.test(character)) {
      if (digits === 1 && value === 0) throw reason('IPv4 field has octet with leading zero')
      value = value * 10 + Number(character)
      digits++
      if (value > 255) throw reason('IPv4 field has value >255')
    } else if (character === '.') {
      if (i === 0 || i === text.length - 1 || text[i - 1] === '.') throw reason(`IPv4 field must have at least one digit (at ${JSON.stringify(text.slice(i))})`)
      if (bytes.length === 3) throw reason('IPv4 address too long')
      bytes.push(value)
      value = digits = 0
    } else {
      throw reason(`unexpected character (at ${JSON.stringify(text.slice(i))})`)
    }
  }
  if (bytes.length < 3) throw reason('IPv4 address too short')
  return [...bytes, value]
}

function parseV6(text: string, reason: Reason): number[] {
  const at = (rest: string): string => `(at ${JSON.stringify(rest)})`
  const [address = '', zone] = text.split('%', 2)
  if (zone === '') throw reason('zone must be a non-empty string')
  const bytes: number[] = []
  let rest = address
  let gap = -1
  if (rest.startsWith('::')) [gap, rest] = [0, rest.slice(2)]
  while (rest !== '' && bytes.length < 16) {
    const group = /^[0-9a-fA-F]*/.exec(rest)![0]
    if (group.length > 4) throw reason(`each group must have 4 or less digits ${at(rest)}`)
    if (group === '') throw reason(`each colon-separated field must have at least one digit ${at(rest)}`)
    if (rest[group.length] === '.') {
      if (gap < 0 && bytes.length !== 12) throw reason(`embedded IPv4 address must replace the final 2 fields of the address ${at(rest)}`)
      if (bytes.length + 4 > 16) throw reason(`too many hex fields to fit an embedded IPv4 at the end of the address ${at(rest)}`)
      bytes.push(...parseV4(rest, reason))
      rest = ''
      break
    }
    const value = Number.parseInt(group, 16)
    bytes.push(value >> 8, value & 255)
    rest = rest.slice(group.length)
    if (rest === '') break
    if (rest[0] !== ':') throw reason(`unexpected character, want colon ${at(rest)}`)
    if (rest.length === 1) throw reason(`colon must be followed by more characters ${at(rest)}`)
    rest = rest.slice(1)
    if (rest[0] !== ':') continue
    if (gap >= 0) throw reason(`multiple :: in address ${at(rest)}`)
    gap = bytes.length
    rest = rest.slice(1)
  }
  if (rest !== '') throw reason(`trailing garbage after address ${at(rest)}`)
  return spread(bytes, gap, reason)
}

/** Fills the gap that `::` stands for with zeros. */
function spread(bytes: readonly number[], gap: number, reason: Reason): number[] {
  const missing = 16 - bytes.length
  if (gap < 0 && missing > 0) throw reason('address string too short')
  if (gap >= 0 && missing === 0) throw reason('the :: must expand to at least one field of zeros')
  return gap < 0 ? [...bytes] : [...bytes.slice(0, gap), ...Array.from({ length: missing }, () => 0), ...bytes.slice(gap)]
}

/** The canonical text. */
export function formatAddress({ bytes }: Address): string {
  if (bytes.length === 4) return bytes.join('.')
  if (isMapped({ bytes })) return `::ffff:${bytes.slice(12).join('.')}`
  const parts = Array.from({ length: 8 }, (_, i) => bytes[i * 2]! * 256 + bytes[i * 2 + 1]!)
  const { start, length } = longestZeros(parts)
  const hex = (some: readonly number[]): string => some.map(part => part.toString(16)).join(':')
  return length < 2 ? hex(parts) : `${hex(parts.slice(0, start))}::${hex(parts.slice(start + length))}`
}

function longestZeros(parts: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  for (let start = 0; start < parts.length; start++) {
    let length = 0
    while (parts[start + length] === 0) length++
    if (length > best.length) best = { start, length }
  }
  return best
}

/** An IPv4 address written as IPv6. */
export const isMapped = ({ bytes }: Address): boolean => bytes.length === 16 && bytes.slice(0, 10).every(byte => byte === 0) && bytes[10] === 255 && bytes[11] === 255

/** An address with the length of its network's prefix. */
export interface Prefix {
  readonly address: Address
  readonly bits: number
}

/** Reads `10.0.0.0/8`; throws an Error worded as Go's. */
export function parsePrefix(text: string): Prefix {
  const reason = (why: string): Error => new Error(`netip.ParsePrefix(${JSON.stringify(text)}): ${why}`)
  const slash = text.lastIndexOf('/')
  if (slash < 0) throw reason("no '/'")
  if (hasZone(text.slice(0, slash))) throw reason('IPv6 zones cannot be present in a prefix')
  const address = addressOfPrefix(text.slice(0, slash), reason)
  const length = text.slice(slash + 1)
  if (!/^[0-9]+$/.test(length) || (length.length > 1 && length.startsWith('0'))) throw reason(`bad bits after slash: ${JSON.stringify(length)}`)
  if (Number(length) > address.bytes.length * 8) throw reason('prefix length out of range')
  return { address, bits: Number(length) }
}

function addressOfPrefix(text: string, reason: Reason): Address {
  try {
    return parseAddress(text)
  } catch (error) {
    throw reason((error as Error).message)
  }
}

/** The address with all bits behind the prefix cleared. */
export function masked({ address, bits }: Prefix): Address {
  return { bytes: address.bytes.map((byte, i) => byte & maskOf(bits - i * 8)) }
}

const maskOf = (bits: number): number => (bits >= 8 ? 255 : bits <= 0 ? 0 : (255 << (8 - bits)) & 255)

/** Whether the network holds the address. */
export function contains(prefix: Prefix, address: Address): boolean {
  if (prefix.address.bytes.length !== address.bytes.length) return false
  const [network, other] = [masked(prefix), masked({ address, bits: prefix.bits })]
  return network.bytes.every((byte, i) => byte === other.bytes[i])
}
