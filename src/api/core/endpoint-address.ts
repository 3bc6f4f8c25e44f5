import { parseAddress, type Address } from '../cidr.ts'

/** Addresses that nothing outside one machine can answer at. */
export function endpointAddressProblems(text: string): string[] {
  const address = parseAddress(text)
  if (!address) return ['must be a valid IP address']
  const problems: string[] = []
  if (address.value === 0n) problems.push(`may not be unspecified (${text})`)
  if (isWithin(address, 127n, 8) || (address.bits === 128 && address.value === 1n)) problems.push('may not be in the loopback range (127.0.0.0/8, ::1/128)')
  if (isWithin(address, 0xa9fen, 16) || isWithin6(address, 0xfe80n >> 6n, 10)) problems.push('may not be in the link-local range (169.254.0.0/16, fe80::/10)')
  if (isWithin(address, 0xe00000n, 24) || isLinkLocalGroup(address)) problems.push('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')
  return problems
}

const isWithin = ({ bits, value }: Address, prefix: bigint, length: number): boolean => bits === 32 && value >> BigInt(32 - length) === prefix
const isWithin6 = ({ bits, value }: Address, prefix: bigint, length: number): boolean => bits === 128 && value >> BigInt(128 - length) === prefix
/** A multicast group whose scope is the link, whatever its flags. */
const isLinkLocalGroup = ({ bits, value }: Address): boolean => bits === 128 && ((value >> 112n) & 0xff0fn) === 0xff02n
