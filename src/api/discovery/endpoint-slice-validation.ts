import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { addressProblems, isIPv4 } from '../addresses.ts'
import { endpointAddressProblems } from '../core/endpoint-address.ts'
import { duplicate, invalid, invalidBy, notSupported, required, tooMany } from '../validation.ts'
import type { Endpoint, EndpointHints, EndpointSlice } from './endpoint-slice-schema.ts'

const TYPES = ['FQDN', 'IPv4', 'IPv6']
const MOST_ENDPOINTS = 1000
const MOST_ADDRESSES = 100
const MOST_PORTS = 20_000
const MOST_HINTS = 8

export function validateSlice({ addressType, endpoints, ports }: EndpointSlice): Cause[] {
  const causes: Cause[] = []
  if (!addressType) causes.push(required('addressType'))
  else if (!TYPES.includes(addressType)) causes.push(notSupported('addressType', addressType, TYPES))
  const all = endpoints ?? []
  if (all.length > MOST_ENDPOINTS) return [...causes, tooMany('endpoints', all.length, MOST_ENDPOINTS)]
  return [...causes, ...all.flatMap((endpoint, index) => validateEndpoint(endpoint, addressType, `endpoints[${index}]`)), ...validatePorts(ports ?? [])]
}

function validateEndpoint({ addresses, hostname, nodeName, hints }: Endpoint, type: string, field: string): Cause[] {
  const causes: Cause[] = []
  const all = addresses ?? []
  if (all.length === 0) causes.push(required(`${field}.addresses`, 'must contain at least 1 address'))
  else if (all.length > MOST_ADDRESSES) causes.push(tooMany(`${field}.addresses`, all.length, MOST_ADDRESSES))
  for (const [index, address] of all.entries()) causes.push(...validateAddress(address, type, `${field}.addresses`, index))
  if (hostname !== undefined) causes.push(...invalidBy(`${field}.hostname`, hostname, dnsLabel))
  if (nodeName !== undefined) causes.push(...invalidBy(`${field}.nodeName`, nodeName, dnsSubdomain))
  return hints ? [...causes, ...validateHints(hints, `${field}.hints`)] : causes
}

function validateAddress(address: string, type: string, field: string, index: number): Cause[] {
  if (type === 'FQDN') return dnsSubdomain(address.replace(/\.$/, '')).map(problem => invalid(`${field}[${index}]`, address, problem))
  const problems = addressProblems(address)
  if (problems.length) return problems.map(problem => invalid(`${field}[${index}]`, address, problem))
  if (type === 'IPv4' && !isIPv4(address)) return [invalid(field, address, 'must be an IPv4 address')]
  if (type === 'IPv6' && isIPv4(address)) return [invalid(field, address, 'must be an IPv6 address')]
  return endpointAddressProblems(address).map(problem => invalid(`${field}[${index}]`, address, problem))
}

function validateHints({ forZones, forNodes }: EndpointHints, field: string): Cause[] {
  const causes: Cause[] = []
  for (const [kind, list, rule] of [['forZones', forZones, labelValue], ['forNodes', forNodes, dnsSubdomain]] as const) {
    if ((list?.length ?? 0) > MOST_HINTS) {
      causes.push(tooMany(`${field}.${kind}`, list!.length, MOST_HINTS))
      continue
    }
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
    if (!protocol) causes.push(required(`ports[${index}].protocol`))
    else if (!['SCTP', 'TCP', 'UDP'].includes(protocol)) causes.push(notSupported(`ports[${index}].protocol`, protocol, ['SCTP', 'TCP', 'UDP']))
    return appProtocol ? [...causes, ...invalidBy(`ports[${index}].appProtocol`, appProtocol, qualifiedName)] : causes
  })
}
