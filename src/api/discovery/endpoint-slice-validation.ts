import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { addressProblems, isIPv4 } from '../addresses.ts'
import { canonicalAddressProblems } from '../cidr.ts'
import { endpointAddressProblems } from '../core/endpoint-address.ts'
import { validateLabels } from '../meta/validation.ts'
import type { ValidationContext } from '../resource.ts'
import { duplicate, immutable, invalid, invalidBy, notSupported, required, sameJson, tooMany } from '../validation.ts'
import type { Endpoint, EndpointHints, EndpointSlice } from './endpoint-slice-schema.ts'

const TYPES = ['FQDN', 'IPv4', 'IPv6']
const MOST_ENDPOINTS = 1000
const MOST_ADDRESSES = 100
const MOST_PORTS = 20_000
const MOST_HINTS = 8
const MOST_TOPOLOGY_LABELS = 16

export function validateSlice(slice: EndpointSlice, { isNew }: ValidationContext): Cause[] {
  const { addressType, ports } = slice
  const causes: Cause[] = []
  if (!addressType) causes.push(required('addressType'))
  else if (!TYPES.includes(addressType)) causes.push(notSupported('addressType', addressType, TYPES))
  causes.push(...validatePorts(ports ?? []))
  return isNew === false ? causes : [...causes, ...validateEndpoints(slice)]
}

/** Endpoints that are there already may have been fine once. */
export const validateSliceUpdate = (slice: EndpointSlice, old: EndpointSlice): Cause[] =>
  [...(sameJson(slice.endpoints, old.endpoints) ? [] : validateEndpoints(slice)), ...immutable('addressType', slice.addressType, old.addressType)]

function validateEndpoints({ endpoints, addressType }: EndpointSlice): Cause[] {
  const all = endpoints ?? []
  if (all.length > MOST_ENDPOINTS) return [tooMany('endpoints', all.length, MOST_ENDPOINTS)]
  return all.flatMap((endpoint, index) => validateEndpoint(endpoint, addressType, `endpoints[${index}]`))
}

function validateEndpoint({ addresses, hostname, nodeName, hints, deprecatedTopology }: Endpoint, type: string, field: string): Cause[] {
  const causes: Cause[] = []
  const all = addresses ?? []
  if (all.length === 0) causes.push(required(`${field}.addresses`, 'must contain at least 1 address'))
  else if (all.length > MOST_ADDRESSES) causes.push(tooMany(`${field}.addresses`, all.length, MOST_ADDRESSES))
  for (const [index, address] of all.entries()) causes.push(...validateAddress(address, type, `${field}.addresses`, index))
  if (nodeName !== undefined) causes.push(...invalidBy(`${field}.nodeName`, nodeName, dnsSubdomain))
  if (Object.keys(deprecatedTopology ?? {}).length > MOST_TOPOLOGY_LABELS) causes.push(tooMany(`${field}.deprecatedTopology`, Object.keys(deprecatedTopology!).length, MOST_TOPOLOGY_LABELS))
  causes.push(...validateLabels(deprecatedTopology, `${field}.deprecatedTopology`))
  if (hostname !== undefined) causes.push(...invalidBy(`${field}.hostname`, hostname, dnsLabel))
  return hints ? [...causes, ...validateHints(hints, `${field}.hints`)] : causes
}

/** Unknown types of addresses are not looked at. */
function validateAddress(address: string, type: string, field: string, index: number): Cause[] {
  const path = `${field}[${index}]`
  if (type === 'FQDN') return validateDomain(address, path)
  if (type !== 'IPv4' && type !== 'IPv6') return []
  const problems = type === 'IPv6' ? canonicalAddressProblems(address) : addressProblems(address)
  if (problems.length) return problems.map(problem => invalid(path, address, problem))
  const misfit = isIPv4(address) === (type === 'IPv4') ? [] : [invalid(field, address, `must be an ${type} address`)]
  return [...misfit, ...endpointAddressProblems(address).map(problem => invalid(path, address, problem))]
}

/** A name of at least two labels; it may end with a dot. */
function validateDomain(text: string, field: string): Cause[] {
  if (text === '') return [required(field)]
  const name = text.replace(/\.$/, '')
  const problems = dnsSubdomain(name)
  if (problems.length) return [invalid(field, name, problems.join(','))]
  const labels = name.split('.')
  if (labels.length < 2) return [invalid(field, name, 'should be a domain with at least two segments separated by dots')]
  const bad = labels.find(label => dnsLabel(label).length > 0)
  return bad === undefined ? [] : [invalid(field, bad, dnsLabel(bad).join(','))]
}

function validateHints({ forZones, forNodes }: EndpointHints, field: string): Cause[] {
  const causes: Cause[] = []
  for (const [kind, list, rule] of [['forZones', forZones, labelValue], ['forNodes', forNodes, dnsSubdomain]] as const) {
    if ((list?.length ?? 0) > MOST_HINTS) return [...causes, tooMany(`${field}.${kind}`, list!.length, MOST_HINTS)]
    const names = new Set<string>()
    for (const [index, { name }] of (list ?? []).entries()) {
      const path = `${field}.${kind}[${index}].name`
      if (names.has(name)) causes.push(duplicate(path, name))
      names.add(name)
      causes.push(...invalidBy(path, name, rule))
    }
  }
  return causes
}

function validatePorts(ports: NonNullable<EndpointSlice['ports']>): Cause[] {
  if (ports.length > MOST_PORTS) return [tooMany('ports', ports.length, MOST_PORTS)]
  const names = new Set<string>()
  return ports.flatMap(({ name = '', protocol, appProtocol }, index) => {
    const causes = name ? invalidBy(`ports[${index}].name`, name, dnsLabel) : []
    if (names.has(name)) causes.push(duplicate(`ports[${index}].name`, name))
    names.add(name)
    if (protocol === undefined) causes.push(required(`ports[${index}].protocol`))
    else if (!['SCTP', 'TCP', 'UDP'].includes(protocol)) causes.push(notSupported(`ports[${index}].protocol`, protocol, ['SCTP', 'TCP', 'UDP']))
    return appProtocol !== undefined ? [...causes, ...invalidBy(`ports[${index}].appProtocol`, appProtocol, qualifiedName)] : causes
  })
}
