import { byteLength, dnsSubdomain } from '../../../../machinery/names.ts'
import type { Cause } from '../../../../machinery/status.ts'
import { invalid, invalidBy } from '../../../validation.ts'
import type { WindowsSecurityContextOptions } from '../security.ts'

const LARGEST_SPEC_KIB = 64
const DOMAIN_LIMIT = 256
const USER_LIMIT = 104
const NET_BIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/
const DNS_DOMAIN = /^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?)+$/

/** Who a container is on Windows. */
export function validateWindowsOptions(options: WindowsSecurityContextOptions | undefined, field: string): Cause[] {
  if (!options) return []
  const { gmsaCredentialSpecName, gmsaCredentialSpec: spec, runAsUserName } = options
  const causes = gmsaCredentialSpecName === undefined ? [] : invalidBy(`${field}.gmsaCredentialSpecName`, gmsaCredentialSpecName, dnsSubdomain)
  if (spec === '') causes.push(invalid(`${field}.gmsaCredentialSpec`, spec, 'gmsaCredentialSpec cannot be an empty string'))
  else if (byteLength(spec ?? '') > LARGEST_SPEC_KIB * 1024) causes.push(invalid(`${field}.gmsaCredentialSpec`, spec, `gmsaCredentialSpec size must be under ${LARGEST_SPEC_KIB} KiB`))
  return runAsUserName === undefined ? causes : [...causes, ...invalidBy(`${field}.runAsUserName`, runAsUserName, userProblems)]
}

/** `DOMAIN\\user` or `user`. */
function userProblems(name: string): string[] {
  if (name === '') return ['runAsUserName cannot be an empty string']
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(name)) return ['runAsUserName cannot contain control characters']
  const parts = name.split('\\')
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash']
  const user = parts.at(-1)!
  const domain = parts.length === 2 ? parts[0]! : undefined
  const problems: string[] = []
  if (byteLength(domain ?? '') >= DOMAIN_LIMIT) problems.push(`runAsUserName's Domain length must be under ${DOMAIN_LIMIT} characters`)
  if (domain !== undefined && !NET_BIOS.test(domain) && !DNS_DOMAIN.test(domain)) problems.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format")
  if (user === '') problems.push("runAsUserName's User cannot be empty")
  else if (byteLength(user) > USER_LIMIT) problems.push(`runAsUserName's User length must not be longer than ${USER_LIMIT} characters`)
  if (/^[. ]+$/.test(user)) problems.push("runAsUserName's User cannot contain only periods or spaces")
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) problems.push('runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]')
  return problems
}
