import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { ConfigMaps } from '../../src/api/core/config-map.ts'
import { Events } from '../../src/api/core/event.ts'
import { Pods, type Pod } from '../../src/api/core/pod/pod.ts'
import { resources } from '../../src/api/index.ts'
import { createApiServer } from '../../src/apiserver/api-server.ts'
import { createClient, type Client } from '../../src/client/client.ts'
import { localTransport } from '../../src/client/transport.ts'
import { openLog } from '../../src/host/log.ts'
import { upgradeHttp } from '../../src/host/http.ts'
import { startKubelet } from '../../src/kubelet/kubelet.ts'
import { spdyClient } from '../../src/kubelet/streaming/spdy-connection.ts'
import { systemClock } from '../../src/machinery/clock.ts'
import { silentLog } from '../../src/machinery/log.ts'
import { systemRandom } from '../../src/machinery/random.ts'
import { isReason } from '../../src/machinery/status.ts'
import type { Draft } from '../../src/machinery/schema/schema.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import { makeNamespace } from '../../src/testing/test-cluster.ts'
import { privateContainerd, testImage, type PrivateContainerd } from './private-containerd.ts'

const NODE = 'n1'
const PORT = 20250 + (process.pid % 9000)

/** A client certificate that a kubelet lets in, and the kubelet's own. */
function makeCertificates(directory: string): Record<'ca' | 'cert' | 'key', string> {
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=test-ca', '-days', '1')
  openssl('req', ...key, '-keyout', 'own.key', '-out', 'own.csr', '-subj', '/O=system:masters/CN=tester')
  openssl('x509', '-req', '-in', 'own.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-out', 'own.crt', '-days', '1')
  const read = (name: string): string => readFileSync(`${directory}/${name}`, 'utf8')
  return { ca: read('ca.crt'), cert: read('own.crt'), key: read('own.key') }
}

describe('a kubelet with real containers', { skip: process.getuid?.() === 0 ? false : 'needs root' }, () => {
  let own: PrivateContainerd
  let client: Client
  let certificates: ReturnType<typeof makeCertificates>
  let start: () => ReturnType<typeof startKubelet>
  let kubelet: ReturnType<typeof startKubelet>
  let closeServer: () => Promise<void>

  before(async () => {
    own = await privateContainerd()
    certificates = makeCertificates(own.directory)
    const log = process.env['NOISY'] ? openLog({ level: 'debug' }) : silentLog
    const storage = memoryStorage({ clock: systemClock, log: silentLog })
    const server = await createApiServer({ storage, clock: systemClock, random: systemRandom, log: silentLog, resources })
    closeServer = async () => { await server.close(); await storage.close() }
    client = createClient(localTransport(server.local, { name: 'admin', groups: ['system:masters', 'system:authenticated'] }, 'test'))
    for (const name of ['default', 'kube-node-lease']) await makeNamespace(client, name)
    // As in a real cluster: the kubelet may only do what the Node authorizer lets it.
    const nodeClient = createClient(localTransport(server.local, { name: `system:node:${NODE}`, groups: ['system:nodes', 'system:authenticated'] }, 'kubelet'))
    start = () => startKubelet({
      client: nodeClient, runtime: own.runtime, host: own.host, clock: systemClock, random: systemRandom, log, nodeName: NODE, nodeIps: ['127.0.0.1'], version: 'v1.36.3',
      dataDir: `${own.directory}/kubelet`, runDir: `${own.directory}/run`, podLogDir: `${own.directory}/logs/pods`, cgroupRoot: own.cgroupRoot,
      clusterDns: ['10.43.0.10'], clusterDomain: 'cluster.local',
      server: { port: PORT, address: '127.0.0.1', tls: { cert: certificates.cert, key: certificates.key, clientCa: certificates.ca } },
    })
    kubelet = start()
    await kubelet.ready
  })
  after(async () => {
    await client.deleteCollection(Pods, { namespace: 'default', gracePeriodSeconds: 0 })
    await kubelet.stop()
    await closeServer()
    await own.host.mounts.unmountBelow(own.directory)
    assert.deepEqual(await own.close(), [])
  })

  const podWith = (name: string, spec: Draft<Pod['spec']>, script = 'trap "exit 0" TERM; while true; do sleep 0.1; done'): Draft<Pod> => ({
    metadata: { name, namespace: 'default' },
    spec: {
      nodeName: NODE, automountServiceAccountToken: false, enableServiceLinks: false, terminationGracePeriodSeconds: 3,
      containers: [{ name: 'main', image: testImage, imagePullPolicy: 'IfNotPresent', command: ['sh', '-c', script] }], ...spec,
    },
  } as Draft<Pod>)
  const get = (name: string): Promise<Pod> => client.get(Pods, { namespace: 'default', name })
  const until = async (name: string, holds: (pod: Pod) => unknown): Promise<Pod> => {
    let pod = await get(name)
    for (let step = 0; step < 400 && !holds(pod); step++) {
      await sleep(25)
      pod = await get(name)
    }
    if (!holds(pod)) assert.fail(`waited in vain: ${JSON.stringify(pod.status)} ${(await client.list(Events, { namespace: 'default' })).items.map(({ reason, message }) => `${reason}: ${message}`).join('\n')}`)
    return pod
  }
  const isRunning = ({ status }: Pod): boolean => status.phase === 'Running' && status.conditions?.find(({ type }) => type === 'Ready')?.status === 'True'
  const gone = async (name: string): Promise<void> => {
    for (let step = 0; step < 400; step++) {
      if (await get(name).then(() => false, error => isReason(error, 'NotFound'))) return
      await sleep(25)
    }
    assert.fail('the pod stays')
  }
  const tls = () => ({ ca: certificates.ca, cert: certificates.cert, key: certificates.key, insecure: true })
  const fetchText = (path: string): Promise<{ status: number; text: string }> => new Promise((resolve, reject) => {
    const { cert, key } = certificates
    request({ host: '127.0.0.1', port: PORT, path, cert, key, rejectUnauthorized: false }, answer => {
      let text = ''
      answer.setEncoding('utf8').on('data', chunk => { text += chunk }).on('end', () => resolve({ status: answer.statusCode!, text }))
    }).on('error', reject).end()
  })
  const exec = (name: string, command: string[], query = 'output=1&error=1', protocol = 'v5.channel.k8s.io') => {
    const { cert, key } = certificates
    const args = command.map(word => `command=${encodeURIComponent(word)}`).join('&')
    return new WebSocket(`wss://127.0.0.1:${PORT}/exec/default/${name}/main?${args}&${query}`, [protocol], { cert, key, rejectUnauthorized: false })
  }
  /** What each channel said until the session ended. */
  const collect = (socket: WebSocket): Promise<Map<number, string>> => new Promise((resolve, reject) => {
    const said = new Map<number, string>()
    socket.on('message', (message: Buffer) => said.set(message[0]!, (said.get(message[0]!) ?? '') + message.subarray(1).toString()))
    socket.on('close', () => resolve(said))
    socket.on('error', reject)
  })

  test('a pod starts, shows its files and environment, and goes', async () => {
    await client.create(ConfigMaps, { metadata: { name: 'conf', namespace: 'default' }, data: { color: 'red' } })
    const startedAt = performance.now()
    await client.create(Pods, podWith('full', {
      hostname: 'myself', securityContext: { fsGroup: 2000 },
      volumes: [{ name: 'conf', configMap: { name: 'conf' } }, { name: 'scratch', emptyDir: {} }, { name: 'mem', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } }, { name: 'info', downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } }],
      initContainers: [{ name: 'init', image: testImage, command: ['sh', '-c', 'echo made > /scratch/file'], volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }] }],
      containers: [{
        name: 'main', image: testImage, command: ['sh', '-c', 'trap "exit 0" TERM; cat /scratch/file /conf/color /info/name; echo " $COLOR $MINE $(id -G)"; while true; do sleep 0.1; done'],
        env: [{ name: 'COLOR', valueFrom: { configMapKeyRef: { name: 'conf', key: 'color' } } }, { name: 'MINE', value: 'is $(COLOR)' }],
        resources: { limits: { memory: '64Mi', cpu: '500m' } },
        volumeMounts: [
          { name: 'scratch', mountPath: '/scratch' }, { name: 'conf', mountPath: '/conf' }, { name: 'mem', mountPath: '/mem' }, { name: 'info', mountPath: '/info' },
          { name: 'conf', mountPath: '/etc/color', subPath: 'color' },
        ],
      }],
    }))
    const pod = await until('full', isRunning)
    if (process.env['NOISY']) console.log(`ready after ${Math.round(performance.now() - startedAt)} ms`)
    assert.match(pod.status.podIP ?? '', /^10\./)
    assert.equal(pod.status.qosClass, 'Burstable')
    const { text } = await fetchText('/containerLogs/default/full/main')
    assert.equal(text, 'made\nredfull red is red 0 2000\n')
    const said = await collect(exec('full', ['sh', '-c', 'hostname; cat /etc/hosts; cat /etc/color; df /mem | tail -1']))
    assert.match(said.get(1) ?? '', /^myself\n# Kubernetes-managed hosts file\.[^]*\tmyself\nred[^]*\/mem/)
    await client.patch(ConfigMaps, { namespace: 'default', name: 'conf' }, { data: { color: 'blue' } }, { type: 'application/merge-patch+json' })
    await sleep(300)
    assert.equal((await collect(exec('full', ['cat', '/conf/color']))).get(1), 'blue')
    await client.delete(Pods, { namespace: 'default', name: 'full' })
    await gone('full')
    for (let step = 0; step < 100 && (await own.runtime.listPodSandboxes()).length; step++) await sleep(20)
    assert.deepEqual(await own.runtime.listPodSandboxes(), [])
  })

  test('exec: output, errors, exit code, input over WebSocket v5', async () => {
    await client.create(Pods, podWith('exec', {}))
    await until('exec', isRunning)
    const failed = await collect(exec('exec', ['sh', '-c', 'echo out; echo err >&2; exit 7']))
    assert.deepEqual([failed.get(1), failed.get(2)], ['out\n', 'err\n'])
    const status = JSON.parse(failed.get(3)!) as { status: string; reason: string; details: { causes: { message: string }[] } }
    assert.deepEqual([status.status, status.reason, status.details.causes[0]?.message], ['Failure', 'NonZeroExitCode', '7'])
    const socket = exec('exec', ['cat'], 'input=1&output=1')
    const said = collect(socket)
    await new Promise(resolve => socket.once('open', resolve))
    const big = 'x'.repeat(300_000)
    socket.send(Buffer.concat([Buffer.of(0), Buffer.from(big)]))
    socket.send(Buffer.of(255, 0))
    assert.equal((await said).get(1)?.length, big.length)
    const terminal = await collect(exec('exec', ['sh', '-c', 'tty; stty size'], 'output=1&tty=1&input=1'))
    assert.match(terminal.get(1) ?? '', /\/dev\/pts\/0/)
  })

  test('exec over SPDY, and a missing client certificate is refused', async () => {
    const url = `https://127.0.0.1:${PORT}/exec/default/exec/main?command=echo&command=hello&output=1`
    const headers = { Connection: 'Upgrade', Upgrade: 'SPDY/3.1', 'X-Stream-Protocol-Version': 'v4.channel.k8s.io' }
    const upgraded = await upgradeHttp(url, { method: 'POST', headers, tls: tls() })
    assert.equal(upgraded.status, 101)
    const connection = spdyClient(upgraded.socket!, upgraded.head)
    const errors = connection.open(new Map([['streamtype', 'error']]))
    const output = connection.open(new Map([['streamtype', 'stdout']]))
    const text: string[] = []
    for await (const data of output.incoming) text.push(Buffer.from(data).toString())
    assert.equal(text.join(''), 'hello\n')
    const status: string[] = []
    for await (const data of errors.incoming) status.push(Buffer.from(data).toString())
    assert.equal((JSON.parse(status.join('')) as { status: string }).status, 'Success')
    connection.close()
    const refused = await upgradeHttp(url, { method: 'POST', headers, tls: { insecure: true } })
    assert.equal(refused.status, 401)
  })

  test('port-forward reaches a server in the pod', async () => {
    await client.create(Pods, podWith('http', {}, 'mkdir /www; echo hello > /www/index.html; exec httpd -f -p 8080 -h /www'))
    await until('http', isRunning)
    const headers = { Connection: 'Upgrade', Upgrade: 'SPDY/3.1', 'X-Stream-Protocol-Version': 'portforward.k8s.io' }
    const upgraded = await upgradeHttp(`https://127.0.0.1:${PORT}/portForward/default/http`, { method: 'POST', headers, tls: tls() })
    const connection = spdyClient(upgraded.socket!, upgraded.head)
    const stream = (type: string) => connection.open(new Map([['streamtype', type], ['port', '8080'], ['requestid', '0']]))
    stream('error').end()
    const data = stream('data')
    await data.write(Buffer.from('GET / HTTP/1.0\r\n\r\n'))
    const text: string[] = []
    for await (const chunk of data.incoming) text.push(Buffer.from(chunk).toString())
    assert.match(text.join(''), /^HTTP\/1\.[01] 200 OK[^]*hello\n$/)
    connection.close()
  })

  test('logs are followed until the container ends', async () => {
    await client.create(Pods, podWith('logs', { restartPolicy: 'Never' }, 'for i in 1 2 3 4 5; do echo line $i; sleep 0.2; done; echo error >&2'))
    await until('logs', ({ status }) => status.containerStatuses?.[0]?.state.running)
    const { text } = await fetchText('/containerLogs/default/logs/main?follow=true')
    assert.equal(text, 'line 1\nline 2\nline 3\nline 4\nline 5\nerror\n')
    assert.equal((await until('logs', ({ status }) => status.phase === 'Succeeded')).status.containerStatuses?.[0]?.state.terminated?.exitCode, 0)
    assert.equal((await fetchText('/containerLogs/default/logs/main?tailLines=2')).text, 'line 5\nerror\n')
    assert.equal((await fetchText('/containerLogs/default/logs/main?limitBytes=8')).text, 'line 1\nl')
    assert.match((await fetchText('/containerLogs/default/logs/main?timestamps=true&tailLines=1')).text, /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d) error\n$/)
    assert.equal((await fetchText('/containerLogs/default/logs/nobody')).status, 404)
  })

  test('a killed process is restarted, its message is kept', async () => {
    await client.create(Pods, podWith('crash', {}, 'if [ -e /dev/termination-log ]; then echo -n last words > /dev/termination-log; fi; sleep 0.3; exit 9'))
    const pod = await until('crash', ({ status }) => status.containerStatuses?.[0]?.state.waiting?.reason === 'CrashLoopBackOff')
    const [status] = pod.status.containerStatuses ?? []
    assert.deepEqual([status?.lastState.terminated?.exitCode, status?.lastState.terminated?.message, status?.lastState.terminated?.reason], [9, 'last words', 'Error'])
  })

  test('a kubelet that is started again leaves running containers alone', async () => {
    const before = (await own.runtime.listContainers({ state: 'Running' })).map(({ id }) => id).sort()
    assert.ok(before.length >= 2)
    await kubelet.stop()
    kubelet = start()
    await kubelet.ready
    await sleep(1000)
    assert.deepEqual((await own.runtime.listContainers({ state: 'Running' })).map(({ id }) => id).sort(), before)
    assert.equal(isRunning(await get('exec')), true)
    assert.match((await fetchText('/metrics/resource')).text, /pod_memory_working_set_bytes\{namespace="default",pod="exec"\} \d{4,}/)
  })
})
