import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '../api/core/service.ts'
import type { EndpointSlice } from '../api/discovery/endpoint-slice.ts'
import { serviceRoutes } from './endpoints.ts'
import { changeTable, createTable } from './nftables-text.ts'
import { planRuleset } from './ruleset.ts'

const options = { family: 'IPv4', clusterCidr: '10.42.0.0/16' } as const
const table = { family: 'ip', table: 't', clusterCidr: '10.42.0.0/16', masqueradePods: true } as const

const service = (spec: object, name = 'web'): Service =>
  ({ kind: 'Service', apiVersion: 'v1', metadata: { name, namespace: 'default' }, spec: { clusterIP: '10.43.0.9', clusterIPs: ['10.43.0.9'], ports: [{ port: 80, protocol: 'TCP' }], ...spec }, status: { loadBalancer: {} } }) as unknown as Service

const slice = (endpoints: { ip: string; node?: string; conditions?: object }[], port = 8080): EndpointSlice =>
  ({ addressType: 'IPv4', ports: [{ port, protocol: 'TCP' }], endpoints: endpoints.map(({ ip, node, conditions }) => ({ addresses: [ip], nodeName: node, conditions: conditions ?? { ready: true } })) }) as unknown as EndpointSlice

const plan = (of: Service, slices: EndpointSlice[]) => planRuleset(serviceRoutes([of], () => slices, 'here', 'IPv4'), [], options)

test('a service with two endpoints sends each connection to one of them at random', () => {
  const { chains, maps, hairpins } = plan(service({}), [slice([{ ip: '10.42.0.6' }, { ip: '10.42.0.5' }])])
  assert.deepEqual(Object.fromEntries(chains), {
    'service-default/web/tcp/80': [
      'ip saddr != 10.42.0.0/16 jump mark-for-masquerade',
      'meta l4proto tcp dnat ip to numgen random mod 2 map { 0 : 10.42.0.5 . 8080, 1 : 10.42.0.6 . 8080 }',
    ],
  })
  assert.equal(maps.get('service-ips')!.get('10.43.0.9 . tcp . 80'), 'goto service-default/web/tcp/80')
  assert.deepEqual([...hairpins], ['10.42.0.5 . 10.42.0.5', '10.42.0.6 . 10.42.0.6'])
})

test('a service without endpoints refuses connections', () => {
  const { chains, maps } = plan(service({ type: 'NodePort', ports: [{ port: 80, protocol: 'TCP', nodePort: 30080 }] }), [])
  assert.equal(chains.size, 0)
  assert.equal(maps.get('no-endpoint-services')!.get('10.43.0.9 . tcp . 80'), 'goto reject-service')
  assert.equal(maps.get('no-endpoint-nodeports')!.get('tcp . 30080'), 'goto reject-service')
})

test('the Local policy uses the endpoints of this node, keeps addresses, and drops when only other nodes have some', () => {
  const local = service({ type: 'NodePort', externalTrafficPolicy: 'Local', ports: [{ port: 80, protocol: 'TCP', nodePort: 30080 }] })
  const some = plan(local, [slice([{ ip: '10.42.0.5', node: 'here' }, { ip: '10.42.1.5', node: 'there' }])])
  assert.deepEqual(some.chains.get('external-default/web/tcp/80'), ['fib saddr type local jump mark-for-masquerade', 'meta l4proto tcp dnat ip to 10.42.0.5:8080'])
  const none = plan(local, [slice([{ ip: '10.42.1.5', node: 'there' }])])
  assert.equal(none.maps.get('no-endpoint-nodeports')!.get('tcp . 30080'), 'drop')
})

test('KEP-1669: terminating endpoints serve only when no ready one is left', () => {
  const terminating = { ready: false, serving: true, terminating: true }
  const both = plan(service({}), [slice([{ ip: '10.42.0.5', conditions: terminating }, { ip: '10.42.0.6' }])])
  assert.match(both.chains.get('service-default/web/tcp/80')![1]!, /10\.42\.0\.6:8080$/)
  const last = plan(service({}), [slice([{ ip: '10.42.0.5', conditions: terminating }, { ip: '10.42.0.7', conditions: { ready: false } }])])
  assert.match(last.chains.get('service-default/web/tcp/80')![1]!, /10\.42\.0\.5:8080$/)
})

test('headless, external and foreign services have no rules', () => {
  const others = [service({ clusterIP: 'None' }), service({ type: 'ExternalName' }), { ...service({}), metadata: { name: 'x', namespace: 'y', labels: { 'service.kubernetes.io/service-proxy-name': 'mine' } } } as unknown as Service]
  assert.deepEqual(serviceRoutes(others, () => [slice([{ ip: '10.42.0.5' }])], 'here', 'IPv4'), [])
})

test('session affinity remembers the client at its endpoint', () => {
  const { chains, affinity } = plan(service({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } }), [slice([{ ip: '10.42.0.5' }, { ip: '10.42.0.6' }])])
  assert.equal(affinity.get('clients-service-default/web/tcp/80/10.42.0.5/8080'), 60)
  assert.equal(chains.get('service-default/web/tcp/80')!.filter(rule => rule.includes('goto')).length, 3)
})

test('equal rulesets need no change, and a change touches only what differs', () => {
  const one = plan(service({}), [slice([{ ip: '10.42.0.5' }])])
  const two = plan(service({}), [slice([{ ip: '10.42.0.5' }, { ip: '10.42.0.6' }])])
  assert.equal(changeTable(one, one, table), '')
  assert.equal(changeTable(one, two, table), [
    'flush chain ip t service-default/web/tcp/80',
    'add rule ip t service-default/web/tcp/80 ip saddr != 10.42.0.0/16 jump mark-for-masquerade',
    'add rule ip t service-default/web/tcp/80 meta l4proto tcp dnat ip to numgen random mod 2 map { 0 : 10.42.0.5 . 8080, 1 : 10.42.0.6 . 8080 }',
    'add element ip t hairpins { 10.42.0.6 . 10.42.0.6 }', '',
  ].join('\n'))
  assert.match(createTable(two, table), /^add table ip t\ndelete table ip t\n/)
})

test('a service that goes leaves nothing behind', () => {
  const change = changeTable(plan(service({}), [slice([{ ip: '10.42.0.5' }])]), plan(service({ type: 'ExternalName' }), []), table)
  assert.match(change, /delete element ip t service-ips \{ 10\.43\.0\.9 \. tcp \. 80 \}/)
  assert.match(change, /delete element ip t hairpins/)
  assert.match(change, /delete chain ip t service-default\/web\/tcp\/80/)
})
