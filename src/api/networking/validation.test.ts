import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ingresses, type Ingress } from './ingress.ts'
import { IngressClasses, type IngressClass } from './ingress-class.ts'
import { IPAddresses } from './ip-address.ts'
import { NetworkPolicies, type NetworkPolicy } from './network-policy.ts'
import { ServiceCIDRs, type ServiceCIDR } from './service-cidr.ts'

const NEW = { now: 0, isNew: true }
const OLD = { now: 0, isNew: false }
const messages = (causes: { message: string }[]): string[] => causes.map(({ message }) => message)

const ingress = (spec: object): Ingress => ({ metadata: { name: 'a' }, spec, status: { loadBalancer: {} } }) as unknown as Ingress
const backend = { service: { name: 's', port: { number: 80 } } }

test('paths of an ingress', () => {
  const at = (path: string | undefined, pathType: string | undefined): string[] =>
    messages(Ingresses.validate!(ingress({ rules: [{ http: { paths: [{ path, pathType, backend }] } }] }), NEW))
  for (const fine of ['/', '/a', '/a/', '/a.b']) assert.deepEqual(at(fine, 'Prefix'), [], fine)
  assert.deepEqual(at('/a//b/..', 'Exact'), ['Invalid value: "/a//b/..": must not contain \'//\'', 'Invalid value: "/a//b/..": cannot end with \'/..\''])
  assert.deepEqual(at('/%2F', 'Prefix'), ['Invalid value: "/%2F": must not contain \'%2F\''])
  assert.deepEqual(at(undefined, 'ImplementationSpecific'), [])
  assert.deepEqual(at('/a//b', 'ImplementationSpecific'), [])
  assert.deepEqual(at('/', undefined), ['Required value: pathType must be specified'])
})

test('backends of an ingress', () => {
  const at = (defaultBackend: object): string[] => messages(Ingresses.validate!(ingress({ defaultBackend }), NEW))
  const port = (port: object): object => ({ service: { name: 's', port } })
  assert.deepEqual(at(backend), [])
  // KEP-5311: names of services may start with a digit.
  assert.deepEqual(at({ service: { name: '1a', port: { number: 80 } } }), [])
  assert.deepEqual(at(port({})), ['Required value: port name or number is required'])
  assert.deepEqual(at(port({ name: 'a', number: 1 })), ['Invalid value: "": cannot set both port name & port number'])
  assert.deepEqual(at(port({ number: 65536 })), ['Invalid value: 65536: must be between 1 and 65535, inclusive'])
  assert.deepEqual(at({ ...backend, resource: { kind: 'K', name: 'n' } }), ['Invalid value: "": cannot set both resource and service backends'])
})

test('an ingress keeps what was valid once', () => {
  const lax = ingress({ defaultBackend: backend, tls: [{ secretName: 'A_' }], rules: [{ host: '*.a.b', http: { paths: [] } }] })
  assert.equal(Ingresses.validate!(lax, NEW).length, 2)
  assert.deepEqual(Ingresses.validateUpdate!(lax, lax, OLD), [])
  assert.equal(Ingresses.validateUpdate!(lax, ingress({ defaultBackend: backend }), OLD).length, 2)
})

test('hosts in a table', () => {
  const hosts = (...names: string[]): unknown => Ingresses.columns[2]!.cell(ingress({ rules: names.map(host => ({ host })) }), 0)
  assert.equal(hosts(), '*')
  assert.equal(hosts('a', 'b', 'c'), 'a,b,c')
  assert.equal(hosts('a', 'b', 'c', 'd', 'e'), 'a,b,c + 2 more...')
})

test('a policy keeps its subnets, however they are written', () => {
  const policy = (...cidrs: string[]): NetworkPolicy => ({ metadata: { name: 'a' }, spec: { podSelector: {}, ingress: [{ from: cidrs.map(cidr => ({ ipBlock: { cidr } })) }] } }) as unknown as NetworkPolicy
  assert.equal(NetworkPolicies.validate!(policy('10.0.0.1/8'), NEW).length, 1)
  assert.deepEqual(NetworkPolicies.validateUpdate!(policy('10.1.0.0/16', '10.0.0.1/8'), policy('10.0.0.1/8'), OLD), [])
  assert.deepEqual(NetworkPolicies.warnings!(policy('10.0.0.1/8'), policy('10.0.0.1/8')), [
    'spec.ingress[0].from[0].ipBlock.cidr: CIDR value "10.0.0.1/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.0.0.1/32"?)',
  ])
})

test('types of a policy follow from its rules', () => {
  const types = (spec: object): unknown => {
    const policy = { metadata: { name: 'a' }, spec: { podSelector: {}, ...spec } } as unknown as NetworkPolicy
    NetworkPolicies.defaults!(policy)
    return policy.spec.policyTypes
  }
  assert.deepEqual([types({}), types({ egress: [{}] }), types({ policyTypes: ['Egress'] })], [['Ingress'], ['Ingress', 'Egress'], ['Egress']])
})

test('a class keeps its controller', () => {
  const ofController = (controller: string): IngressClass => ({ metadata: { name: 'a' }, spec: { controller } }) as IngressClass
  assert.deepEqual(messages(IngressClasses.validateUpdate!(ofController('a.io/b'), ofController('a.io/c'), OLD)), ['Invalid value: "a.io/b": field is immutable'])
})

test('a range may get a sibling of the other family', () => {
  const range = (...cidrs: string[]): ServiceCIDR => ({ metadata: { name: 'a' }, spec: { cidrs }, status: {} }) as unknown as ServiceCIDR
  const update = (next: string[], old: string[]): string[] => messages(ServiceCIDRs.validateUpdate!(range(...next), range(...old), OLD))
  assert.deepEqual(update(['10.0.0.0/24', 'fd00::/112'], ['10.0.0.0/24']), [])
  assert.deepEqual(update(['10.1.0.0/24'], ['10.0.0.0/24']), ['Invalid value: "10.1.0.0/24": field is immutable'])
  assert.deepEqual(update(['10.0.0.0/24'], ['10.0.0.0/24', 'fd00::/112']), ['Invalid value: ["10.0.0.0/24"]: field is immutable'])
})

test('an address has one name', () => {
  for (const fine of ['192.0.2.7', '2001:db8::7']) assert.deepEqual(IPAddresses.validateName!(fine, false), [], fine)
  for (const wrong of ['abc', '192.0.2.09', '2001:DB8::1', '2001:db8:0::1', '::ffff:1.2.3.4']) assert.equal(IPAddresses.validateName!(wrong, false).length, 1, wrong)
})
