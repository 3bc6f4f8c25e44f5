import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { after, before, describe, test } from 'node:test'
import type { RealCluster } from './real-cluster.ts'
import { run, startRealCluster } from './real-cluster.ts'

const WEB = 'k8ts.local/web:1'

/** The main job of a cluster, as a person does it: the real kubectl, real containers, one story in order. */
describe('the main job', { concurrency: false, timeout: 600_000 }, () => {
  let cluster: RealCluster
  const pods = async (selector: string): Promise<{ name: string; ready: boolean; ip: string; uid: string; restarts: number }[]> => {
    const list = JSON.parse(await cluster.kubectl('get', 'pods', '-l', selector, '-o', 'json'))
    return list.items.filter((pod: { metadata: { deletionTimestamp?: string } }) => !pod.metadata.deletionTimestamp).map((pod: any) => ({
      name: pod.metadata.name, uid: pod.metadata.uid, ip: pod.status.podIP, restarts: pod.status.containerStatuses?.[0]?.restartCount ?? 0,
      ready: pod.status.conditions?.some((condition: { type: string; status: string }) => condition.type === 'Ready' && condition.status === 'True') ?? false,
    }))
  }
  const readyPods = (selector: string, count: number) =>
    cluster.eventually(`${count} ready pods of ${selector}`, () => pods(selector), found => found.length === count && found.every(({ ready }) => ready))

  before(async () => {
    cluster = await startRealCluster('main')
    const demo = await cluster.k8ts('demo', '--images-only')
    assert.equal(demo.code, 0, demo.stderr)
  })
  after(async () => assert.deepEqual(await cluster?.close(), []))

  test('the node is Ready and says what it is', async () => {
    const nodes = JSON.parse(await cluster.kubectl('get', 'nodes', '-o', 'json'))
    assert.equal(nodes.items.length, 1)
    assert.match(await cluster.kubectl('get', 'nodes', '-o', 'wide'), /Ready.*containerd:\/\//)
    assert.match(await cluster.kubectl('version'), /Server Version: v1\.36/)
  })

  test('a second up returns at once, and status tells what runs', async () => {
    const again = await cluster.k8ts('up')
    assert.equal(again.code, 0, again.stderr)
    const status = await cluster.k8ts('status')
    assert.equal(status.code, 0, status.stderr)
    assert.match(status.stdout, /ready[\s\S]*containerd \(pid \d+[\s\S]*Ready v1\.36/)
  })

  test('every example is accepted', async () => {
    await cluster.kubectl('apply', '-f', 'examples/')
    assert.match(await cluster.kubectl('apply', '-f', 'examples/deployment.yaml'), /unchanged/)
    await cluster.kubectl('delete', '-f', 'examples/', '--ignore-not-found')
  })

  test('a pod runs, logs, takes commands, and is described', async () => {
    await cluster.kubectl('run', 'one', `--image=${WEB}`, '--restart=Always', '--port=80')
    await cluster.kubectl('wait', '--for=condition=Ready', 'pod/one', '--timeout=30s')
    assert.match(await cluster.kubectl('get', 'pod', 'one', '-o', 'wide'), /one\s+1\/1\s+Running\s+0/)
    assert.match(await cluster.kubectl('exec', 'one', '--', 'sh', '-c', 'echo from $HOSTNAME; exit 0'), /from one/)
    const failed = await cluster.tryKubectl('exec', 'one', '--', 'sh', '-c', 'exit 7')
    assert.equal(failed.code, 7)
    assert.match(failed.stderr, /command terminated with exit code 7/)
    assert.match(await cluster.kubectl('describe', 'pod', 'one'), /Events:[\s\S]*Scheduled[\s\S]*Started/)
    await cluster.kubectl('label', 'pod', 'one', 'tier=test')
    assert.match(await cluster.kubectl('get', 'pods', '-l', 'tier=test', '--show-labels'), /tier=test/)
  })

  test('exec passes standard input and a terminal on', async () => {
    const typed = await run('kubectl', ['--kubeconfig', cluster.kubeconfig, 'exec', '-i', 'one', '--', 'cat'], { input: 'through\n' })
    assert.equal(typed.stdout, 'through\n')
    const terminal = await run('script', ['-qec', `kubectl --kubeconfig ${cluster.kubeconfig} exec -it one -- sh -c 'tty; stty size >/dev/null && echo sized'`, '/dev/null'])
    assert.match(terminal.stdout, /\/dev\/pts\/0[\s\S]*sized/)
  })

  test('logs are followed as they are written', async () => {
    await cluster.kubectl('run', 'talker', `--image=${WEB}`, '--restart=Never', '--command', '--', 'sh', '-c', 'for i in 1 2 3; do echo line $i; sleep 0.2; done')
    await cluster.eventually('the talker has started', () => cluster.kubectl('get', 'pod', 'talker', '-o', 'jsonpath={.status.phase}'), phase => phase === 'Running' || phase === 'Succeeded')
    assert.equal(await cluster.kubectl('logs', '-f', 'talker'), 'line 1\nline 2\nline 3\n')
    assert.equal(await cluster.kubectl('logs', 'talker', '--tail=1'), 'line 3\n')
    await cluster.eventually('the talker has ended', () => cluster.kubectl('get', 'pod', 'talker', '-o', 'jsonpath={.status.phase}'), phase => phase === 'Succeeded')
    await cluster.kubectl('delete', 'pod', 'talker')
  })

  test('port-forward reaches a pod', async () => {
    const child = spawn('kubectl', ['--kubeconfig', cluster.kubeconfig, 'port-forward', 'pod/one', ':80'], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      const port = await new Promise<string>((resolve, reject) => {
        child.stdout.on('data', text => { const found = /127\.0\.0\.1:(\d+)/.exec(String(text)); if (found) resolve(found[1]!) })
        child.on('exit', () => reject(new Error('port-forward ended')))
      })
      assert.match(await (await fetch(`http://127.0.0.1:${port}/`)).text(), /one/)
    } finally {
      child.kill()
    }
  })

  test('a Deployment has its replicas behind a ClusterIP and a NodePort', async () => {
    await cluster.kubectl('create', 'deployment', 'web', `--image=${WEB}`, '--replicas=3', '--port=80')
    await cluster.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')
    await readyPods('app=web', 3)
    await cluster.kubectl('expose', 'deployment', 'web', '--port=80')
    await cluster.kubectl('expose', 'deployment', 'web', '--name=web-node', '--type=NodePort', '--port=80')
    const ip = await cluster.kubectl('get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}')
    const nodePort = await cluster.kubectl('get', 'service', 'web-node', '-o', 'jsonpath={.spec.ports[0].nodePort}')
    assert(Number(nodePort) >= 30000 && Number(nodePort) <= 32767)
    for (const address of [ip, `127.0.0.1:${nodePort}`]) {
      const page = await cluster.eventually(`${address} answers`, () => run('curl', ['-sS', '-m', '3', `http://${address}/`]), ({ code }) => code === 0)
      assert.match(page.stdout, /web-/)
    }
  })

  test('pods find a Service by its name', async () => {
    for (const name of ['web', 'web.default', 'web.default.svc.cluster.local']) {
      assert.match(await cluster.kubectl('exec', 'one', '--', 'timeout', '5', 'wget', '-qO-', `http://${name}/`), /web-/)
    }
    assert.match(await cluster.kubectl('exec', 'one', '--', 'nslookup', 'kubernetes.default.svc.cluster.local'), /Address.*10\./)
  })

  test('scale, rolling update, history and undo', async () => {
    await cluster.kubectl('scale', 'deployment/web', '--replicas=6')
    await readyPods('app=web', 6)
    await cluster.kubectl('set', 'image', 'deployment/web', 'web=k8ts.local/web:2')
    await cluster.kubectl('rollout', 'status', 'deployment/web', '--timeout=90s')
    assert.match(await cluster.kubectl('rollout', 'history', 'deployment/web'), /1\s[\s\S]*2\s/)
    await cluster.kubectl('rollout', 'undo', 'deployment/web')
    await cluster.kubectl('rollout', 'status', 'deployment/web', '--timeout=90s')
    assert.equal(await cluster.kubectl('get', 'deployment', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}'), WEB)
    await cluster.kubectl('scale', 'deployment/web', '--replicas=3')
    await readyPods('app=web', 3)
  })

  test('a pod that is deleted is replaced', async () => {
    const [first] = await pods('app=web')
    await cluster.kubectl('delete', 'pod', first!.name, '--grace-period=1')
    const found = await readyPods('app=web', 3)
    assert(!found.some(({ uid }) => uid === first!.uid))
  })

  test('a pod without its label is replaced, and with it again one goes', async () => {
    const [first] = await pods('app=web')
    const hash = await cluster.kubectl('get', 'pod', first!.name, '-o', 'jsonpath={.metadata.labels.pod-template-hash}')
    await cluster.kubectl('label', 'pod', first!.name, 'app-')
    const others = await readyPods('app=web', 3)
    assert(!others.some(({ uid }) => uid === first!.uid))
    assert.equal(await cluster.kubectl('get', 'pod', first!.name, '-o', 'jsonpath={.metadata.ownerReferences}'), '')
    await cluster.kubectl('label', 'pod', first!.name, 'app=web', `pod-template-hash=${hash}`, '--overwrite')
    await readyPods('app=web', 3)
  })

  test('a container whose process is killed is started again, with a growing delay', async () => {
    await cluster.tryKubectl('exec', 'one', '--', 'kill', '-9', '1')
    await cluster.kubectl('run', 'crash', `--image=${WEB}`, '--command', '--', 'sh', '-c', 'exit 3')
    await cluster.eventually('the crashing pod backs off', () => cluster.kubectl('get', 'pod', 'crash', '-o', 'jsonpath={.status.containerStatuses[0].state.waiting.reason}'), reason => reason === 'CrashLoopBackOff')
    assert.match(await cluster.kubectl('get', 'pod', 'crash', '-o', 'jsonpath={.status.containerStatuses[0].lastState.terminated.exitCode}'), /3/)
    await cluster.kubectl('delete', 'pod', 'crash', '--now')
  })

  test('a ConfigMap and a Secret are environment and files', async () => {
    await cluster.kubectl('create', 'configmap', 'settings', '--from-literal=color=blue')
    await cluster.kubectl('create', 'secret', 'generic', 'keys', '--from-literal=token=s3cret')
    await cluster.apply(JSON.stringify({
      apiVersion: 'v1', kind: 'Pod', metadata: { name: 'reader' },
      spec: {
        containers: [{
          name: 'c', image: WEB, command: ['sleep', '3600'],
          env: [{ name: 'COLOR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'color' } } }, { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
          envFrom: [{ secretRef: { name: 'keys' }, prefix: 'KEY_' }],
          volumeMounts: [{ name: 'settings', mountPath: '/settings' }, { name: 'keys', mountPath: '/keys', readOnly: true }],
        }],
        volumes: [{ name: 'settings', configMap: { name: 'settings' } }, { name: 'keys', secret: { secretName: 'keys', defaultMode: 0o400 } }],
      },
    }))
    await cluster.kubectl('wait', '--for=condition=Ready', 'pod/reader', '--timeout=30s')
    const read = (command: string): Promise<string> => cluster.kubectl('exec', 'reader', '--', 'sh', '-c', command)
    assert.equal(await read('echo $COLOR $KEY_token; cat /settings/color /keys/token; ls -lL /keys/token | cut -c1-10'), 'blue s3cret\nblues3cret-r--------\n')
    assert.match(await read('cat /var/run/secrets/kubernetes.io/serviceaccount/namespace'), /^default$/)
    await cluster.kubectl('patch', 'configmap', 'settings', '-p', '{"data":{"color":"green"}}')
    await cluster.eventually('the file follows the ConfigMap', () => read('cat /settings/color'), text => text === 'green', 90_000)
    await cluster.kubectl('delete', 'pod', 'reader', '--now')
  })

  test('a Namespace goes with all that is in it', async () => {
    await cluster.kubectl('create', 'namespace', 'away')
    await cluster.kubectl('-n', 'away', 'create', 'deployment', 'web', `--image=${WEB}`)
    await cluster.kubectl('-n', 'away', 'rollout', 'status', 'deployment/web', '--timeout=60s')
    await cluster.kubectl('delete', 'namespace', 'away', '--timeout=60s')
    assert.match((await cluster.tryKubectl('get', 'namespace', 'away')).stderr, /namespaces "away" not found/)
  })

  test('deleting a Deployment takes its ReplicaSets and pods along', async () => {
    await cluster.kubectl('delete', 'deployment', 'web')
    await cluster.eventually('nothing of the Deployment is left', () => cluster.kubectl('get', 'replicasets,pods', '-l', 'app=web', '-o', 'name'), names => names === '')
  })

  test('watch shows changes as they come', async () => {
    const watch = run('kubectl', ['--kubeconfig', cluster.kubeconfig, 'get', 'configmaps', '-w', '--request-timeout=4s', '-o', 'name'], { timeoutMs: 20_000 })
    await cluster.kubectl('create', 'configmap', 'seen', '--from-literal=a=b')
    assert.match((await watch).stdout, /configmap\/seen/)
  })

  test('the API explains itself', async () => {
    assert.match(await cluster.kubectl('api-resources'), /deployments\s+deploy\s+apps\/v1\s+true\s+Deployment/)
    assert.match(await cluster.kubectl('explain', 'pod.spec'), /containers[\s\S]*-required-/)
    assert.match(await cluster.kubectl('explain', 'deployment', '--recursive'), /maxSurge/)
  })

  test('bad input gets the clear error of the API', async () => {
    const refused = async (manifest: string, expected: RegExp): Promise<void> => {
      const output = await run('kubectl', ['--kubeconfig', cluster.kubeconfig, 'create', '-f', '-'], { input: manifest })
      assert.equal(output.code, 1)
      assert.match(output.stderr, expected)
    }
    await refused('{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{"containers":[{"name":"c"}]}}', /spec\.containers\[0\]\.image: Required value/)
    await refused('{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{"containers":[{"name":"c","image":"i","nope":1}]}}', /unknown field "spec\.containers\[0\]\.nope"/)
    await refused('{"apiVersion":"v1","kind":"Pod","metadata":{"name":"X_"},"spec":{"containers":[{"name":"c","image":"i"}]}}', /metadata\.name: Invalid value: "X_"/)
    await refused('{"apiVersion":"nope/v1","kind":"Thing","metadata":{"name":"x"}}', /no matches for kind "Thing" in version "nope\/v1"/)
  })
})
