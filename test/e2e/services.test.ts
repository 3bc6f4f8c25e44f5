import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import type { RealCluster } from './real-cluster.ts'
import { run, startRealCluster } from './real-cluster.ts'

const WEB = 'k8ts.local/web:1'
const pod = (name: string, container: object, spec: object = {}): object => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: name } },
  spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: WEB, ...container }], ...spec },
})
const service = (name: string, spec: object): object => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }], ...spec } })
/** A pod that can run this machine's own Node: the web image has no TLS and no UDP. */
const withHost = { volumeMounts: [{ name: 'host', mountPath: '/host' }] }
const hostVolume = { volumes: [{ name: 'host', hostPath: { path: '/' } }] }
const onHost = (script: string): string[] => ['chroot', '/host', process.execPath, '-e', script]
const ECHO_UDP = 'const s = require("dgram").createSocket("udp4"); s.on("message", (m, r) => s.send("echo " + m, r.port, r.address)); s.bind(5353)'

/** Every way to reach pods through a Service or its name. */
describe('services and their names', { concurrency: false, timeout: 180_000 }, () => {
  let cluster: RealCluster
  const outside = createServer((_request, response) => response.end('from outside the cluster'))
  const inPod = (command: string) => cluster.tryKubectl('exec', 'client', '--', 'sh', '-c', command)
  const get = (url: string) => inPod(`timeout 4 wget -qO- ${url}`)
  const reaches = (url: string, pattern: RegExp) => cluster.eventually(`${url} answers`, () => get(url), ({ stdout }) => pattern.test(stdout), 20_000)
  const refuses = (url: string) => cluster.eventually(`${url} is refused`, () => get(url), ({ stderr }) => /Connection refused/.test(stderr), 20_000)
  const lookup = async (name: string, type = 'a'): Promise<string> => (await inPod(`nslookup -type=${type} ${name}`)).stdout.split('\n').slice(3).join('\n')
  const clusterIP = (name: string) => cluster.kubectl('get', 'service', name, '-o', 'jsonpath={.spec.clusterIP}')

  before(async () => {
    cluster = await startRealCluster('svc')
    assert.equal((await cluster.k8ts('demo', '--images-only')).code, 0)
    const address = await cluster.kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].status.addresses[0].address}')
    await new Promise<void>(resolve => outside.listen(0, '0.0.0.0', resolve))
    const outsidePort = (outside.address() as AddressInfo).port
    const items = [
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: WEB }] } } } },
      pod('client', { command: ['sleep', '9999'], ...withHost }, hostVolume),
      pod('udp', { command: onHost(ECHO_UDP), ...withHost }, hostVolume),
      pod('late', { readinessProbe: { exec: { command: ['cat', '/tmp/ok'] }, periodSeconds: 1 } }),
      service('web', {}), service('sticky', { sessionAffinity: 'ClientIP' }), service('local', { type: 'NodePort', externalTrafficPolicy: 'Local' }),
      service('late', { selector: { app: 'late' } }), service('early', { clusterIP: 'None', publishNotReadyAddresses: true, selector: { app: 'late' } }),
      service('nobody', { selector: { app: 'nobody' } }), service('outside', { type: 'ExternalName', externalName: 'web.default.svc.cluster.local', selector: null, ports: null }),
      service('udp', { selector: { app: 'udp' }, ports: [{ port: 5353, protocol: 'UDP' }] }),
      service('manual', { selector: null, ports: [{ port: 80 }] }),
      { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'manual-1', labels: { 'kubernetes.io/service-name': 'manual' } }, addressType: 'IPv4', ports: [{ name: '', port: outsidePort }], endpoints: [{ addresses: [address] }] },
      service('db', { clusterIP: 'None', selector: { app: 'db' }, ports: [{ name: 'http', port: 80 }] }),
      { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db' }, spec: { serviceName: 'db', replicas: 2, podManagementPolicy: 'Parallel', selector: { matchLabels: { app: 'db' } }, template: { metadata: { labels: { app: 'db' } }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: WEB }] } } } },
    ]
    await cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    await cluster.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')
    await cluster.kubectl('rollout', 'status', 'statefulset/db', '--timeout=60s')
    await cluster.kubectl('wait', '--for=condition=Ready', 'pod/client', 'pod/udp', '--timeout=60s')
  })
  after(async () => {
    outside.close()
    assert.deepEqual(await cluster?.close(), [])
  })

  test('session affinity keeps a client with one pod', async () => {
    const first = (await reaches('http://sticky', /web-/)).stdout
    for (let i = 0; i < 5; i++) assert.equal((await get('http://sticky')).stdout, first)
  })

  test('a NodePort with externalTrafficPolicy Local answers on a node that has the pods', async () => {
    const port = await cluster.kubectl('get', 'service', 'local', '-o', 'jsonpath={.spec.ports[0].nodePort}')
    await cluster.eventually('the node port answers', () => run('curl', ['-sS', '-m', '3', `http://127.0.0.1:${port}/`]), ({ stdout }) => /web-/.test(stdout), 20_000)
  })

  test('a Service without pods refuses at once, and one without selector goes where its slice says', async () => {
    await refuses('http://nobody')
    await reaches('http://manual', /from outside/)
  })

  test('an unready pod is left out until it is ready, but a headless Service may publish it before', async () => {
    await refuses('http://late')
    assert.match(await lookup('early.default.svc.cluster.local'), /Address: 10\./)
    await cluster.kubectl('exec', 'late', '--', 'touch', '/tmp/ok')
    await reaches('http://late', /late/)
    await cluster.kubectl('exec', 'late', '--', 'rm', '/tmp/ok')
    await refuses('http://late')
  })

  test('UDP goes through a Service', async () => {
    const script = `const s = require("dgram").createSocket("udp4"); s.on("message", m => { console.log(String(m)); s.close() }); s.send("hi", 5353, "${await clusterIP('udp')}"); setTimeout(() => process.exit(1), 3000).unref()`
    await cluster.eventually('the echo comes', () => cluster.tryKubectl('exec', 'client', '--', ...onHost(script)), ({ stdout }) => stdout === 'echo hi\n', 20_000)
  })

  test('names: headless, stateful pods, SRV, PTR, ExternalName, pods by address, search path', async () => {
    const ip = await cluster.kubectl('get', 'pod', 'db-1', '-o', 'jsonpath={.status.podIP}')
    assert.equal((await lookup('db.default.svc.cluster.local')).match(/Address: 10\./g)?.length, 2)
    assert.match(await lookup('db-1.db.default.svc.cluster.local'), new RegExp(`Address: ${ip}\\b`))
    const srv = await lookup('_http._tcp.db.default.svc.cluster.local', 'srv')
    for (const name of ['db-0', 'db-1']) assert.match(srv, new RegExp(`service = 0 50 80 ${name}\\.db\\.default\\.svc`))
    assert.match((await inPod(`nslookup ${ip}`)).stdout, /name = db-1\.db\.default\.svc\.cluster\.local/)
    assert.match((await inPod(`nslookup ${await clusterIP('web')}`)).stdout, /name = web\.default\.svc\.cluster\.local/)
    assert.match(await lookup('outside.default.svc.cluster.local'), /canonical name = web\.default\.svc\.cluster\.local[\s\S]*Address: 10\./)
    assert.match(await lookup(`${ip.replaceAll('.', '-')}.default.pod.cluster.local`), new RegExp(`Address: ${ip}\\b`))
    assert.match(await lookup('nobody-at-all.default.svc.cluster.local'), /NXDOMAIN/)
    await reaches('http://db-0.db', /db-0/)
    await reaches('http://web.default', /web-/)
  })

  test('a program in a pod talks to the API with its own account', async () => {
    await cluster.kubectl('create', 'clusterrolebinding', 'reader', '--clusterrole=view', '--serviceaccount=default:default')
    const script = `const fs = require("fs"), https = require("https"), [host, ca, token] = process.argv.slice(1)
      https.get({ host, servername: "kubernetes.default.svc", path: "/api/v1/namespaces/default/pods/client", ca, headers: { authorization: "Bearer " + token } },
        r => { let t = ""; r.on("data", d => t += d).on("end", () => console.log(r.statusCode, JSON.parse(t).metadata.name)) })`
    const folder = '/var/run/secrets/kubernetes.io/serviceaccount'
    const shell = `exec chroot /host ${process.execPath} -e '${script}' "$KUBERNETES_SERVICE_HOST" "$(cat ${folder}/ca.crt)" "$(cat ${folder}/token)"`
    await cluster.eventually('the API answers', () => inPod(shell), ({ stdout }) => stdout === '200 client\n', 20_000)
  })
})
