import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Container } from '../../api/core/pod/container.ts'
import type { Pod } from '../../api/core/pod/pod.ts'
import type { Service } from '../../api/core/service.ts'
import type { Draft } from '../../machinery/schema/schema.ts'
import { ContainerConfigError } from './config-error.ts'
import { parseResolvConf, podDns } from './dns.ts'
import { makeEnvironment, type EnvSources } from './env.ts'
import { expand } from './expansion.ts'
import { fieldValue, formatMap } from './field-ref.ts'
import { hostsFile, podHostname } from './hosts-file.ts'
import { cpuQuota, cpuShares, linuxResources, oomScoreAdj, podCgroup, qosClass } from './resources.ts'
import { containerSecurity, verifyNonRoot } from './security.ts'
import { serviceEnvironment } from './service-env.ts'

const podOf = (spec: Draft<Pod['spec']> = {}, metadata: Draft<Pod['metadata']> = {}): Pod => ({
  kind: 'Pod', apiVersion: 'v1', metadata: { name: 'web', namespace: 'shop', uid: 'u1', resourceVersion: '1', creationTimestamp: '', ...metadata },
  spec: { containers: [{ name: 'a', image: 'i', resources: {} }], ...spec }, status: {},
} as Pod)
const containerOf = (parts: Draft<Container>): Container => ({ name: 'a', image: 'i', resources: {}, ...parts }) as Container
const withResources = (...all: Container['resources'][]): Pod => podOf({ containers: all.map((resources, index) => ({ name: `c${index}`, image: 'i', resources })) })

for (const [text, wanted] of [
  ['$(A)', 'one'], ['x$(A)y', 'xoney'], ['$(NO)', '$(NO)'], ['$$(A)', '$(A)'], ['$A', '$A'], ['$(A', '$(A'], ['$', '$'], ['$$', '$'], ['$$$(A)', '$one'], ['a$', 'a$'],
] as const) test(`expand ${text}`, () => assert.equal(expand(text, name => (name === 'A' ? 'one' : undefined)), wanted))

const sources = (parts: Partial<EnvSources> = {}): EnvSources => ({
  facts: { podIPs: ['10.1.0.5'], hostIPs: ['192.0.2.1'], nodeName: 'n1', allocatable: { cpu: '4', memory: '8Gi' } }, services: new Map([['API_SERVICE_HOST', '10.43.0.1']]),
  configMap: async name => (name === 'conf' ? { data: { color: 'red', 'bad=key': 'x' } } as never : undefined),
  secret: async name => (name === 'pass' ? { data: { word: Buffer.from('open').toString('base64') } } as never : undefined), ...parts,
})
const environment = async (parts: Draft<Container>, from = sources()): Promise<Record<string, string>> =>
  Object.fromEntries((await makeEnvironment(podOf(), containerOf(parts), from)).map(({ name, value }) => [name, value]))

test('environment: references see what was declared before, service variables too', async () => {
  const made = await environment({ env: [{ name: 'A', value: '1' }, { name: 'B', value: '$(A)2 $(LATER) $(API_SERVICE_HOST)' }, { name: 'LATER', value: 'x' }] })
  assert.deepEqual(made, { A: '1', B: '12 $(LATER) 10.43.0.1', LATER: 'x', API_SERVICE_HOST: '10.43.0.1' })
})

test('environment: from ConfigMaps, Secrets, fields and resources', async () => {
  const said: string[] = []
  const made = await environment({
    envFrom: [{ prefix: 'C_', configMapRef: { name: 'conf' } }, { secretRef: { name: 'gone', optional: true } }],
    env: [
      { name: 'WORD', valueFrom: { secretKeyRef: { name: 'pass', key: 'word' } } }, { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } }, { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'requests.memory', divisor: '1Mi' } } },
      { name: 'NONE', valueFrom: { configMapKeyRef: { name: 'conf', key: 'none', optional: true } } },
    ],
    resources: { requests: { memory: '3M' } },
  } as never, sources({ onInvalidKeys: message => said.push(message) }))
  assert.deepEqual([made['C_color'], made['WORD'], made['IP'], made['CPU'], made['MEMORY'], made['NONE']], ['red', 'open', '10.1.0.5', '4', '3', undefined])
  assert.match(said[0] ?? '', /^Keys \[C_bad=key\] from the EnvFrom ConfigMap shop\/conf were skipped/)
})

for (const [parts, message] of [
  [{ envFrom: [{ configMapRef: { name: 'gone' } }] }, 'configmap "gone" not found'],
  [{ env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'gone', key: 'k' } } }] }, 'secret "gone" not found'],
  [{ env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'pass', key: 'k' } } }] }, "couldn't find key k in Secret shop/pass"],
  [{ env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'conf', key: 'k' } } }] }, "couldn't find key k in ConfigMap shop/conf"],
] as const) test(`environment: ${message}`, () => assert.rejects(environment(parts as never), error => error instanceof ContainerConfigError && error.message === message))

test('service variables', () => {
  const service = (name: string, namespace: string, clusterIP: string, ports: unknown[]): Service => ({ metadata: { name, namespace }, spec: { clusterIP, ports } }) as never
  const services = [
    service('my-db', 'shop', '10.43.0.7', [{ name: 'sql-port', port: 5432, protocol: 'TCP' }]), service('headless', 'shop', 'None', [{ port: 1 }]),
    service('kubernetes', 'default', '10.43.0.1', [{ name: 'https', port: 443 }]), service('other', 'elsewhere', '10.43.0.9', [{ port: 1 }]),
  ]
  assert.deepEqual(Object.fromEntries(serviceEnvironment(services.slice(0, 2), 'shop', true)), {
    MY_DB_SERVICE_HOST: '10.43.0.7', MY_DB_SERVICE_PORT: '5432', MY_DB_SERVICE_PORT_SQL_PORT: '5432', MY_DB_PORT: 'tcp://10.43.0.7:5432', MY_DB_PORT_5432_TCP: 'tcp://10.43.0.7:5432',
    MY_DB_PORT_5432_TCP_PROTO: 'tcp', MY_DB_PORT_5432_TCP_PORT: '5432', MY_DB_PORT_5432_TCP_ADDR: '10.43.0.7',
  })
  const names = (links: boolean): string[] => [...serviceEnvironment(services, 'shop', links).keys()].filter(name => name.endsWith('_SERVICE_HOST'))
  assert.deepEqual([names(true), names(false)], [['MY_DB_SERVICE_HOST', 'KUBERNETES_SERVICE_HOST'], ['KUBERNETES_SERVICE_HOST']])
})

test('fields of the downward API', () => {
  const pod = podOf({}, { labels: { b: 'two "quoted"', a: 'one' }, annotations: { note: 'line\nbreak' } })
  const { facts } = sources()
  assert.equal(fieldValue(pod, "metadata.labels['a']", facts), 'one')
  assert.equal(fieldValue(pod, "metadata.labels['none']", facts), '')
  assert.equal(formatMap(pod.metadata.labels), 'a="one"\nb="two \\"quoted\\""')
  assert.equal(fieldValue(pod, 'metadata.annotations', facts), 'note="line\\nbreak"')
  assert.throws(() => fieldValue(pod, 'spec.secret', facts), /unsupported fieldPath: spec\.secret/)
})

for (const [wanted, ...all] of [
  ['BestEffort', {}], ['Burstable', { requests: { cpu: '1' } }], ['Burstable', { limits: { cpu: '1', memory: '1Gi' } }, {}],
  ['Guaranteed', { limits: { cpu: '1', memory: '1Gi' } }], ['Guaranteed', { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1000m', memory: '1024Mi' } }],
  ['Burstable', { limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } }], ['BestEffort', { requests: { cpu: '0' } }],
] as [string, ...Container['resources'][]][]) {
  test(`QoS of ${JSON.stringify(all)}: ${wanted}`, () => assert.equal(qosClass(withResources(...all)), wanted))
}

test('resources as the kernel counts them', () => {
  assert.deepEqual([cpuShares(0), cpuShares(1), cpuShares(500), cpuShares(1_000_000), cpuQuota(5), cpuQuota(1500)], [2, 2, 512, 262_144, 1000, 150_000])
  const pod = withResources({ requests: { cpu: '250m', memory: '1Gi' }, limits: { cpu: '1', memory: '2Gi' } })
  const context = { nodeMemoryBytes: 8 * 2 ** 30, restrictOomScore: false }
  assert.deepEqual(linuxResources(pod, pod.spec.containers[0]!, context), {
    cpuShares: 256, cpuPeriod: 100_000, cpuQuota: 100_000, memoryLimitBytes: 2 ** 31, memorySwapLimitBytes: 2 ** 31, oomScoreAdj: 875,
  })
  const guaranteed = withResources({ limits: { cpu: '1', memory: '1Gi' } })
  assert.equal(oomScoreAdj(guaranteed, guaranteed.spec.containers[0]!, 1), -997)
  assert.equal(linuxResources(guaranteed, guaranteed.spec.containers[0]!, { ...context, restrictOomScore: true }).oomScoreAdj, 0)
  assert.deepEqual([podCgroup('/k', pod, 'u'), podCgroup('/k', guaranteed, 'u')], ['/k/burstable/podu', '/k/podu'])
})

test('resolver configuration by policy', () => {
  const host = parseResolvConf('nameserver 192.0.2.53\nsearch example.org lan.\noptions timeout:1\n# nameserver 9.9.9.9')
  const settings = { clusterDns: ['10.43.0.10'], clusterDomain: 'cluster.local' }
  const cluster = { servers: ['10.43.0.10'], searches: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'example.org', 'lan'], options: ['ndots:5'] }
  const asHost = { servers: ['192.0.2.53'], searches: ['example.org', 'lan'], options: ['timeout:1'] }
  assert.deepEqual(podDns(podOf(), host, settings), cluster)
  assert.deepEqual(podDns(podOf({ hostNetwork: true }), host, settings), asHost)
  assert.deepEqual(podDns(podOf({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }), host, settings), cluster)
  assert.deepEqual(podDns(podOf({ dnsPolicy: 'Default' }), host, settings), asHost)
  assert.deepEqual(podDns(podOf({ dnsPolicy: 'None', dnsConfig: { nameservers: ['1.1.1.1'], searches: ['x'], options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }] } }), host, settings),
    { servers: ['1.1.1.1'], searches: ['x'], options: ['ndots:2', 'edns0'] })
  assert.deepEqual(podDns(podOf({ dnsConfig: { options: [{ name: 'ndots', value: '1' }] } }), host, settings)?.options, ['ndots:1'])
})

test('hostname and hosts file', () => {
  assert.deepEqual(podHostname(podOf(), 'cluster.local'), { hostname: 'web', domain: '' })
  assert.deepEqual(podHostname(podOf({ hostname: 'h', subdomain: 's' }), 'cluster.local'), { hostname: 'h', domain: 's.shop.svc.cluster.local' })
  assert.deepEqual(podHostname(podOf({ hostname: 'h', subdomain: 's', setHostnameAsFQDN: true }), 'cluster.local'), { hostname: 'h.s.shop.svc.cluster.local', domain: '' })
  assert.throws(() => podHostname(podOf({ hostname: 'h'.repeat(60), subdomain: 's', setHostnameAsFQDN: true }), 'cluster.local'), /is too long \(64 characters is the max/)
  const file = hostsFile(podOf({ hostname: 'h', subdomain: 's', hostAliases: [{ ip: '1.2.3.4', hostnames: ['a', 'b'] }] }), ['10.1.0.5'], 'cluster.local')
  assert.match(file, /\n10\.1\.0\.5\th\.s\.shop\.svc\.cluster\.local\th\n\n# Entries added by HostAliases\.\n1\.2\.3\.4\ta\tb\n$/)
})

const options = { seccompRoot: '/seccomp/', seccompDefault: false }
const image = (parts: object) => ({ id: 'x', repoTags: [], repoDigests: [], sizeBytes: 0, pinned: false, ...parts })

test('security: the container over the pod over the image', () => {
  const pod = podOf({ securityContext: { runAsUser: 1000, fsGroup: 2000, supplementalGroups: [3000], seccompProfile: { type: 'RuntimeDefault' } } })
  const made = containerSecurity(pod, containerOf({ securityContext: { runAsGroup: 7, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true } }), image({ uid: 5 }), options)
  assert.deepEqual([made.runAsUser, made.runAsGroup, made.supplementalGroups, made.noNewPrivileges, made.readonlyRootfs, made.seccomp, made.capabilities],
    [1000, 7, [2000, 3000], true, true, { type: 'RuntimeDefault' }, { add: [], drop: ['ALL'] }])
  assert.equal(containerSecurity(podOf(), containerOf({}), image({ username: 'nobody' }), options).runAsUsername, 'nobody')
  assert.equal(containerSecurity(podOf(), containerOf({}), image({}), options).runAsUser, 0)
  const privileged = containerSecurity(podOf(), containerOf({ securityContext: { privileged: true } }), image({}), options)
  assert.deepEqual([privileged.maskedPaths, privileged.seccomp], [undefined, { type: 'Unconfined' }])
  const local = containerSecurity(podOf(), containerOf({ securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: 'p.json' } } }), image({}), options)
  assert.deepEqual(local.seccomp, { type: 'Localhost', localhostRef: '/seccomp/p.json' })
})

for (const [context, parts, message] of [
  [{ runAsNonRoot: true, runAsUser: 0 }, {}, /container's runAsUser breaks non-root policy/], [{ runAsNonRoot: true }, { uid: 0 }, /container has runAsNonRoot and image will run as root/],
  [{ runAsNonRoot: true }, {}, /image will run as root/], [{ runAsNonRoot: true }, { username: 'app' }, /image has non-numeric user \(app\), cannot verify user is non-root/],
] as const) test(`runAsNonRoot with ${JSON.stringify([context, parts])} is refused`, () => assert.throws(() => verifyNonRoot(podOf({ securityContext: context }), containerOf({}), image(parts)), message))
test('runAsNonRoot lets a number through', () => verifyNonRoot(podOf({ securityContext: { runAsNonRoot: true } }), containerOf({}), image({ uid: 1000 })))
