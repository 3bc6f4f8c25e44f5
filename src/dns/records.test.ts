import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '../api/core/service.ts'
import type { EndpointSlice } from '../api/discovery/endpoint-slice.ts'
import { answer } from './records.ts'
import type { DnsData } from './records.ts'

const service = (name: string, spec: object): Service => ({ metadata: { name, namespace: 'prod' }, spec: { clusterIP: 'None', ports: [], ...spec } }) as unknown as Service
const services: Record<string, Service> = {
  web: service('web', { clusterIP: '10.43.0.9', clusterIPs: ['10.43.0.9'], ports: [{ name: 'http', port: 80, protocol: 'TCP' }] }),
  db: service('db', {}), out: service('out', { type: 'ExternalName', externalName: 'example.com' }), none: service('none', {}),
}
const slice = { addressType: 'IPv4', ports: [{ name: 'pg', port: 5432, protocol: 'TCP' }], endpoints: [
  { addresses: ['10.42.0.5'], hostname: 'db-0', conditions: { ready: true } }, { addresses: ['10.42.0.6'], conditions: { ready: true } }, { addresses: ['10.42.0.7'], conditions: { ready: false } },
] } as unknown as EndpointSlice
const data: DnsData = {
  zone: 'cluster.local', service: (namespace, name) => (namespace === 'prod' ? services[name] : undefined),
  endpointSlices: (_namespace, name) => (name === 'db' ? [slice] : []), namespaceExists: name => name === 'prod',
  serviceOfIp: ip => (ip === '10.43.0.9' ? services['web'] : undefined), endpointNames: ip => (ip === '10.42.0.5' ? ['db-0.db.prod.svc.cluster.local'] : []),
}
const ask = (name: string, type = 'A'): unknown => {
  const { code, answers } = answer({ name, type }, data)
  return code === 'NOERROR' ? answers.map(({ data }) => data) : code
}

const cases: readonly [what: string, name: string, type: string, expected: unknown][] = [
  ['a cluster IP', 'web.prod.svc.cluster.local', 'A', ['10.43.0.9']],
  ['any case', 'WEB.Prod.SVC.cluster.LOCAL', 'A', ['10.43.0.9']],
  ['no address of the other family', 'web.prod.svc.cluster.local', 'AAAA', []],
  ['the ready endpoints of a headless service', 'db.prod.svc.cluster.local', 'A', ['10.42.0.5', '10.42.0.6']],
  ['an endpoint by hostname', 'db-0.db.prod.svc.cluster.local', 'A', ['10.42.0.5']],
  ['an endpoint by address', '10-42-0-6.db.prod.svc.cluster.local', 'A', ['10.42.0.6']],
  ['an unknown host of a service', 'x.db.prod.svc.cluster.local', 'A', 'NXDOMAIN'],
  ['a headless service without endpoints', 'none.prod.svc.cluster.local', 'A', 'NXDOMAIN'],
  ['an external name', 'out.prod.svc.cluster.local', 'A', ['example.com']],
  ['a port of a service', '_http._tcp.web.prod.svc.cluster.local', 'SRV', [{ priority: 0, weight: 100, port: 80, target: 'web.prod.svc.cluster.local' }]],
  ['a port of another protocol', '_http._udp.web.prod.svc.cluster.local', 'SRV', 'NXDOMAIN'],
  ['the ports of endpoints', '_pg._tcp.db.prod.svc.cluster.local', 'SRV', [
    { priority: 0, weight: 50, port: 5432, target: 'db-0.db.prod.svc.cluster.local' }, { priority: 0, weight: 50, port: 5432, target: '10-42-0-6.db.prod.svc.cluster.local' },
  ]],
  ['an unknown service', 'nope.prod.svc.cluster.local', 'A', 'NXDOMAIN'],
  ['a namespace', 'prod.svc.cluster.local', 'A', []],
  ['an unknown namespace', 'dev.svc.cluster.local', 'A', 'NXDOMAIN'],
  ['a pod by its address', '10-42-0-5.prod.pod.cluster.local', 'A', ['10.42.0.5']],
  ['a service by its address', '9.0.43.10.in-addr.arpa', 'PTR', ['web.prod.svc.cluster.local']],
  ['an endpoint by its address', '5.0.42.10.in-addr.arpa', 'PTR', ['db-0.db.prod.svc.cluster.local']],
  ['an address of somebody else', '1.1.1.1.in-addr.arpa', 'PTR', 'forward'],
  ['the version of the specification', 'dns-version.cluster.local', 'TXT', ['1.1.0']],
  ['a name of the world', 'example.com', 'A', 'forward'],
]
for (const [what, name, type, expected] of cases) test(`Kubernetes DNS specification: ${what}`, () => assert.deepEqual(ask(name, type), expected))
