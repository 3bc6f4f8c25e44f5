import { dnsLabel, dnsSubdomain, rule } from '../../../../machinery/names.ts'
import type { Cause } from '../../../../machinery/status.ts'
import { validateAddress } from '../../../addresses.ts'
import { forbidden, invalid, invalidBy, notSupported, required, tooLong } from '../../../validation.ts'
import type { PodSpec } from '../pod-spec.ts'

const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']
const UNDERSCORED = String.raw`_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*`
const underscored = new RegExp(`^${UNDERSCORED}$`)
const LONGEST_SEARCH = 2048

/** How the pod is called and whom it asks for names. */
export function validateNames(spec: PodSpec, field: string): Cause[] {
  const causes: Cause[] = []
  if (spec.hostname) causes.push(...invalidBy(`${field}.hostname`, spec.hostname, dnsLabel))
  if (spec.subdomain) causes.push(...invalidBy(`${field}.subdomain`, spec.subdomain, dnsLabel))
  return causes
}

/** KEP-4762: a host name that is not the pod's. */
export function validateHostnameOverride({ hostnameOverride, setHostnameAsFQDN, hostNetwork }: PodSpec, field: string): Cause[] {
  const path = `${field}.hostnameOverride`
  if (hostnameOverride === undefined) return []
  const causes: Cause[] = []
  if (setHostnameAsFQDN) causes.push(forbidden(path, 'may not be specified when setHostnameAsFQDN is true'))
  if (hostNetwork) causes.push(forbidden(path, 'may not be specified when hostNetwork is true'))
  if (hostnameOverride.length > 64) causes.push(tooLong(path, 64))
  return [...causes, ...invalidBy(path, hostnameOverride, dnsSubdomain)]
}

export function validateHostAliases(spec: PodSpec, field: string): Cause[] {
  return (spec.hostAliases ?? []).flatMap(({ ip, hostnames }, index) => [
    ...validateAddress(`${field}[${index}].ip`, ip), ...(hostnames ?? []).flatMap((name, at) => invalidBy(`${field}[${index}].hostnames[${at}]`, name, dnsSubdomain)),
  ])
}

export const validateDNSPolicy = ({ dnsPolicy }: PodSpec, field: string): Cause[] =>
  dnsPolicy && DNS_POLICIES.includes(dnsPolicy) ? [] : dnsPolicy ? [notSupported(`${field}.dnsPolicy`, dnsPolicy, DNS_POLICIES)] : [required(`${field}.dnsPolicy`)]

export function validateDNSConfig({ dnsConfig, dnsPolicy }: PodSpec, field: string): Cause[] {
  const path = `${field}.dnsConfig`
  const causes: Cause[] = []
  if (dnsPolicy === 'None') {
    if (!dnsConfig) return [required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')]
    if (!dnsConfig.nameservers?.length) return [required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')]
  }
  const { nameservers = [], searches = [], options = [] } = dnsConfig ?? {}
  if (nameservers.length > 3) causes.push(invalid(`${path}.nameservers`, nameservers, 'must not have more than 3 nameservers'))
  nameservers.forEach((address, index) => causes.push(...validateAddress(`${path}.nameservers[${index}]`, address)))
  if (searches.length > 32) causes.push(invalid(`${path}.searches`, searches, 'must not have more than 32 search paths'))
  if (searches.join(' ').length > LONGEST_SEARCH) causes.push(invalid(`${path}.searches`, searches, 'must not have more than 2048 characters (including spaces) in the search list'))
  searches.forEach((search, index) => causes.push(...invalidBy(`${path}.searches[${index}]`, search, searchProblems)))
  options.forEach(({ name }, index) => { if (!name) causes.push(required(`${path}.options[${index}]`, 'must not be empty')) })
  return causes
}

/** KEP-4427: underscores and a dot at the end are fine in a search path. */
function searchProblems(search: string): string[] {
  const name = search === '.' ? 'a' : search.replace(/\.$/, '')
  if (name.length > 253) return ['must be no more than 253 characters']
  return underscored.test(name) ? [] : [rule(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character", UNDERSCORED, 'example.com',
  )]
}
