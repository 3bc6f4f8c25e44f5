import type { Cause } from '../../machinery/status.ts'
import { cidrWarnings, isStrictSubset, parseCidr, validateCidr } from '../cidr.ts'
import { portNameProblems } from '../core/pod/validation/handlers.ts'
import { validateLabelSelector } from '../meta/selector-validation.ts'
import { forbidden, inRange, invalid, invalidBy, notSupported, required } from '../validation.ts'
import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from './network-policy-schema.ts'

const PROTOCOLS = ['TCP', 'UDP', 'SCTP']
const POLICY_TYPES = ['Ingress', 'Egress']

/** `old` is what is there: subnets that it has may stay, however they are written. */
export function validateNetworkPolicy({ spec }: NetworkPolicy, old?: NetworkPolicy): Cause[] {
  const known = new Set(old ? blocksOf(old).flatMap(({ block }) => [block.cidr, ...(block.except ?? [])]) : [])
  const causes = validateLabelSelector(spec.podSelector, 'spec.podSelector')
  for (const [index, { ports, from }] of (spec.ingress ?? []).entries()) causes.push(...validateRule(ports, from, `spec.ingress[${index}]`, 'from', known))
  for (const [index, { ports, to }] of (spec.egress ?? []).entries()) causes.push(...validateRule(ports, to, `spec.egress[${index}]`, 'to', known))
  const types = spec.policyTypes ?? []
  if (types.length > POLICY_TYPES.length) return [...causes, invalid('spec.policyTypes', types, 'may not specify more than two policyTypes')]
  return [...causes, ...types.flatMap((type, index) => (POLICY_TYPES.includes(type) ? [] : [notSupported(`spec.policyTypes[${index}]`, type, POLICY_TYPES)]))]
}

function validateRule(ports: NetworkPolicyPort[] | undefined, peers: NetworkPolicyPeer[] | undefined, field: string, direction: string, known: ReadonlySet<string>): Cause[] {
  return [
    ...(ports ?? []).flatMap((port, index) => validatePort(port, `${field}.ports[${index}]`)),
    ...(peers ?? []).flatMap((peer, index) => validatePeer(peer, `${field}.${direction}[${index}]`, known)),
  ]
}

function validatePort({ protocol, port, endPort }: NetworkPolicyPort, field: string): Cause[] {
  const causes: Cause[] = []
  if (protocol !== undefined && !PROTOCOLS.includes(protocol)) causes.push(notSupported(`${field}.protocol`, protocol, PROTOCOLS))
  if (typeof port === 'number') {
    causes.push(...inRange(`${field}.port`, port, 1, 65535))
    // The port is shown where the end is wrong: so upstream does.
    if (endPort !== undefined && endPort < port) causes.push(invalid(`${field}.endPort`, port, 'must be greater than or equal to `port`'))
    if (endPort !== undefined) causes.push(...inRange(`${field}.endPort`, endPort, 1, 65535))
    return causes
  }
  if (endPort !== undefined) causes.push(invalid(`${field}.endPort`, endPort, `may not be specified when \`port\` is ${port === undefined ? 'not specified' : 'non-numeric'}`))
  return port === undefined ? causes : [...causes, ...invalidBy(`${field}.port`, port, portNameProblems)]
}

function validatePeer({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, field: string, known: ReadonlySet<string>): Cause[] {
  const causes = [
    ...validateLabelSelector(podSelector, `${field}.podSelector`), ...validateLabelSelector(namespaceSelector, `${field}.namespaceSelector`),
    ...(ipBlock ? validateBlock(ipBlock, `${field}.ipBlock`, known) : []),
  ]
  if (!podSelector && !namespaceSelector && !ipBlock) causes.push(required(field, 'must specify a peer'))
  if (ipBlock && (podSelector || namespaceSelector)) causes.push(forbidden(field, 'may not specify both ipBlock and another peer'))
  return causes
}

function validateBlock({ cidr, except }: IPBlock, field: string, known: ReadonlySet<string>): Cause[] {
  if (!cidr) return [required(`${field}.cidr`)]
  const check = (path: string, text: string): Cause[] => (known.has(text) ? [] : validateCidr(path, text))
  const causes = check(`${field}.cidr`, cidr)
  const outer = parseCidr(cidr)
  for (const [index, text] of outer ? (except ?? []).entries() : []) {
    const path = `${field}.except[${index}]`
    causes.push(...check(path, text))
    const inner = parseCidr(text)
    if (inner && !isStrictSubset(outer!, inner)) causes.push(invalid(path, text, 'must be a strict subset of `cidr`'))
  }
  return causes
}

function blocksOf({ spec }: NetworkPolicy): { field: string; block: IPBlock }[] {
  const peers = [
    ...(spec.ingress ?? []).flatMap(({ from }, rule) => (from ?? []).map((peer, index) => ({ field: `spec.ingress[${rule}].from[${index}].ipBlock`, block: peer.ipBlock }))),
    ...(spec.egress ?? []).flatMap(({ to }, rule) => (to ?? []).map((peer, index) => ({ field: `spec.egress[${rule}].to[${index}].ipBlock`, block: peer.ipBlock }))),
  ]
  return peers.flatMap(({ field, block }) => (block ? [{ field, block }] : []))
}

/** Subnets whose form says something else than it seems to. */
export const networkPolicyWarnings = (policy: NetworkPolicy): string[] => blocksOf(policy).flatMap(({ field, block }) => [
  ...cidrWarnings(`${field}.cidr`, block.cidr), ...(block.except ?? []).flatMap((text, index) => cidrWarnings(`${field}.except[${index}]`, text)),
])
