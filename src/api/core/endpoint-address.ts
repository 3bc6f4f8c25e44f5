import { isIPv4, isIPv6 } from '../addresses.ts'

/** Addresses that nothing outside one machine can answer at. The text is a valid address. */
export function endpointAddressProblems(address: string): string[] {
  if (!isIPv4(address) && !isIPv6(address)) return ['must be a valid IP address']
  const problems: string[] = []
  const v6 = address.toLowerCase()
  if (address === '0.0.0.0' || /^[0:]+$/.test(address)) problems.push(`may not be unspecified (${address})`)
  if (address.startsWith('127.') || /^(0{0,4}:)*:?0{0,3}1$/.test(v6)) problems.push('may not be in the loopback range (127.0.0.0/8, ::1/128)')
  if (address.startsWith('169.254.') || /^fe[89ab][0-9a-f]:/.test(v6)) problems.push('may not be in the link-local range (169.254.0.0/16, fe80::/10)')
  if (address.startsWith('224.0.0.') || /^ff[0-9a-f]2:/.test(v6)) problems.push('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')
  return problems
}
