import assert from 'node:assert/strict'
import { createConnection, createServer, type AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import * as k8s from '@kubernetes/client-node'
import type { RealCluster } from './real-cluster.ts'
import { startRealCluster } from './real-cluster.ts'

const WEB = 'k8ts.local/web:1'
const collected = () => {
  const stream = new PassThrough()
  const parts: string[] = []
  stream.setEncoding('utf8').on('error', () => undefined).on('data', (text: string) => parts.push(text))
  return { stream, text: () => parts.join('') }
}

/** A second client, written by others than kubectl's authors: the official one of JavaScript. */
describe('@kubernetes/client-node', { concurrency: false, timeout: 120_000 }, () => {
  let cluster: RealCluster
  const config = new k8s.KubeConfig()
  let core: k8s.CoreV1Api
  let objects: k8s.KubernetesObjectApi
  const until = (what: string, holds: () => boolean) => cluster.eventually(what, async () => holds(), held => held, 20_000)

  before(async () => {
    cluster = await startRealCluster('cnode')
    assert.equal((await cluster.k8ts('demo', '--images-only')).code, 0)
    config.loadFromFile(cluster.kubeconfig)
    core = config.makeApiClient(k8s.CoreV1Api)
    objects = k8s.KubernetesObjectApi.makeApiClient(config)
    const containers = [{ name: 'web', image: WEB }, { name: 'echo', image: WEB, stdin: true, command: ['sh', '-c', 'echo ready; read line; echo "$line"; sleep 1'] }]
    await core.createNamespacedPod({ namespace: 'default', body: { metadata: { name: 'web', labels: { app: 'web' } }, spec: { terminationGracePeriodSeconds: 0, restartPolicy: 'Never', containers } } })
    await cluster.kubectl('wait', '--for=condition=Ready', 'pod/web', '--timeout=30s')
  })
  after(async () => assert.deepEqual(await cluster?.close(), []))

  test('an informer sees objects come, change and go', async () => {
    const seen: string[] = []
    const informer = k8s.makeInformer(config, '/api/v1/namespaces/default/configmaps', () => core.listNamespacedConfigMap({ namespace: 'default', labelSelector: 'watched=yes' }), 'watched=yes')
    for (const verb of ['add', 'update', 'delete'] as const) informer.on(verb, object => seen.push(`${verb} ${object.metadata!.name}`))
    let stopped = false
    informer.on('error', error => { if (!stopped) seen.push(`error ${String(error)}`) })
    await informer.start()
    await core.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'a', labels: { watched: 'yes' } }, data: { k: '1' } } })
    await core.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'unseen' } } })
    await until('the object has come', () => seen.includes('add a'))
    await core.patchNamespacedConfigMap({ namespace: 'default', name: 'a', body: { data: { k: '2' } } }, k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.MergePatch))
    await until('the object has changed', () => seen.includes('update a'))
    await core.deleteNamespacedConfigMap({ namespace: 'default', name: 'a' })
    await until('the object has gone', () => seen.includes('delete a'))
    stopped = true
    await informer.stop()
    assert.deepEqual(seen, ['add a', 'update a', 'delete a'])
  })

  test('server-side apply makes, owns and refuses', async () => {
    const wanted = (k: string): k8s.KubernetesObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied', namespace: 'default' }, data: { k } }) as k8s.KubernetesObject
    const apply = (k: string, manager: string, force: boolean) => objects.patch(wanted(k), undefined, undefined, manager, force, k8s.PatchStrategy.ServerSideApply)
    await apply('1', 'one', false)
    await assert.rejects(apply('2', 'two', false), (error: k8s.ApiException<string>) => error.code === 409 && /conflict with \\?"one\\?"/.test(error.body))
    const taken = await apply('2', 'two', true) as k8s.V1ConfigMap
    assert.deepEqual(taken.data, { k: '2' })
    // Who owns nothing any more is not listed.
    assert.deepEqual(taken.metadata!.managedFields!.map(({ manager, operation }) => `${manager} ${operation}`), ['two Apply'])
  })

  test('errors are the API\'s own', async () => {
    await assert.rejects(core.readNamespacedPod({ namespace: 'default', name: 'none' }), (error: k8s.ApiException<string>) => error.code === 404 && JSON.parse(error.body).details.name === 'none')
  })

  test('exec gives output, errors and the exit code', async () => {
    const [out, err] = [collected(), collected()]
    const status = await new Promise<k8s.V1Status>((resolve, reject) => {
      new k8s.Exec(config).exec('default', 'web', 'web', ['sh', '-c', 'read line; echo "got $line"; echo bad >&2; exit 3'], out.stream, err.stream, stdin(), false, resolve).catch(reject)
    })
    assert.deepEqual([out.text(), err.text(), status.status, status.details?.causes?.[0]], ['got typed\n', 'bad\n', 'Failure', { reason: 'ExitCode', message: '3' }])
  })

  test('attach joins the running process, logs are followed', async () => {
    const [out, log] = [collected(), collected()]
    await new k8s.Log(config).log('default', 'web', 'echo', log.stream, { follow: true })
    const input = new PassThrough()
    const attached = await new k8s.Attach(config).attach('default', 'web', 'echo', out.stream, null, input, false)
    input.write('typed\n')
    await until('the process echoes', () => out.text() === 'typed\n')
    await until('the log grows', () => log.text() === 'ready\ntyped\n')
    attached.close()
    await until('the log ends with the container', () => log.stream.writableEnded)
  })

  test('a port is forwarded', async () => {
    const forward = new k8s.PortForward(config)
    const server = createServer(socket => { void forward.portForward('default', 'web', [80], socket, null, socket) })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const answer = collected()
    const socket = createConnection((server.address() as AddressInfo).port, '127.0.0.1')
    socket.on('error', () => undefined).pipe(answer.stream)
    socket.write('GET / HTTP/1.0\r\n\r\n')
    await until('the pod answers', () => /version 1 on pod web/.test(answer.text()))
    socket.destroy()
    server.close()
  })
})

function stdin(): PassThrough {
  const input = new PassThrough()
  input.write('typed\n')
  return input
}
