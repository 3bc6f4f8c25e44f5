import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { ConfigMaps } from '../../src/api/core/config-map.ts'
import { createClient } from '../../src/client/client.ts'
import { readKubeconfig } from '../../src/client/kubeconfig.ts'
import { httpTransport } from '../../src/client/transport.ts'
import { httpClient } from '../../src/host/http-client.ts'
import type { RealCluster } from './real-cluster.ts'
import { startRealCluster } from './real-cluster.ts'

const WRITERS = 8

/** What breaks in a cluster's life: each time nothing that was acknowledged is lost, and the pods go on. */
describe('faults', { concurrency: false, timeout: 400_000 }, () => {
  let cluster: RealCluster
  const pidOf = (name: string): number => {
    const { processes } = JSON.parse(readFileSync(`${cluster.dataDir}/state.json`, 'utf8')) as { processes: { name: string; pid: number }[] }
    return processes.find(process => process.name === name)!.pid
  }
  const containers = async (): Promise<string> =>
    cluster.kubectl('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={range .items[*]}{.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}{"\\n"}{end}')
  const apiClient = () => {
    const http = httpClient(readKubeconfig(readFileSync(cluster.kubeconfig, 'utf8')))
    return { client: createClient(httpTransport(request => http.send(request), 'test')), close: () => http.close() }
  }

  before(async () => {
    cluster = await startRealCluster('fault')
    await cluster.k8ts('demo', '--images-only')
    await cluster.kubectl('create', 'deployment', 'web', '--image=k8ts.local/web:1', '--replicas=2')
    await cluster.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')
  })
  after(async () => assert.deepEqual(await cluster?.close(), []))

  test('kill -9 of the server under write load loses no acknowledged write and restarts no container', async () => {
    const running = await containers()
    const acknowledged: string[] = []
    const { client, close } = apiClient()
    let stopped = false
    const write = async (writer: number): Promise<void> => {
      for (let number = 0; !stopped; number++) {
        const name = `w${writer}-${number}`
        try {
          await client.create(ConfigMaps, { metadata: { name, namespace: 'default' }, data: { number: String(number) } })
          acknowledged.push(name)
        } catch {
          return
        }
      }
    }
    const writers = Array.from({ length: WRITERS }, (_, writer) => write(writer))
    await new Promise(resolve => setTimeout(resolve, 1500))
    process.kill(pidOf('k8ts'), 'SIGKILL')
    stopped = true
    await Promise.all(writers)
    close()
    assert(acknowledged.length > 100, `only ${acknowledged.length} writes`)

    const up = await cluster.k8ts('up')
    assert.equal(up.code, 0, up.stderr)
    const kept = new Set((await cluster.kubectl('get', 'configmaps', '-o', 'name')).split('\n').map(line => line.replace('configmap/', '')))
    assert.deepEqual(acknowledged.filter(name => !kept.has(name)), [])
    assert.equal(await containers(), running)
    await cluster.kubectl('scale', 'deployment/web', '--replicas=3')
    await cluster.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')
  })

  test('containerd that is killed comes back, and the containers never stopped', async () => {
    const running = await containers()
    process.kill(pidOf('containerd'), 'SIGKILL')
    await cluster.kubectl('scale', 'deployment/web', '--replicas=4')
    await cluster.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')
    assert.equal((await containers()).split('\n').filter(line => running.includes(line) && line).length, running.split('\n').filter(Boolean).length)
  })

  test('a deleted pod goes even when the server is restarted in between', async () => {
    const pod = (await cluster.kubectl('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[0].metadata.name}')).trim()
    await cluster.kubectl('delete', 'pod', pod, '--wait=false')
    process.kill(pidOf('k8ts'), 'SIGKILL')
    assert.equal((await cluster.k8ts('up')).code, 0)
    await cluster.eventually('the pod is gone', () => cluster.tryKubectl('get', 'pod', pod), ({ stderr }) => /not found/.test(stderr))
    await cluster.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')
  })

  test('requests that make no sense are told so, with the Status of the API', async () => {
    const http = httpClient(readKubeconfig(readFileSync(cluster.kubeconfig, 'utf8')))
    const ask = async (method: string, path: string, body?: string, type = 'application/json'): Promise<{ status: number; text: string }> => {
      const answer = await http.send({ method, path, headers: { 'content-type': type, accept: 'application/json' }, ...(body !== undefined && { body }) })
      let text = ''
      for await (const chunk of answer.body) text += Buffer.from(chunk).toString()
      return { status: answer.status, text }
    }
    const cases: readonly [what: string, status: number, message: RegExp, ...request: [string, string, string?, string?]][] = [
      ['broken JSON', 400, /"reason":"BadRequest"/, 'POST', '/api/v1/namespaces/default/configmaps', '{"metadata":'],
      ['broken YAML', 400, /"reason":"BadRequest"/, 'POST', '/api/v1/namespaces/default/configmaps', 'a: [b', 'application/yaml'],
      ['a wrong type', 400, /cannot unmarshal/, 'POST', '/api/v1/namespaces/default/configmaps', '{"metadata":{"name":7}}'],
      ['an unknown field', 400, /unknown field \\"nope\\"/, 'POST', '/api/v1/namespaces/default/configmaps?fieldValidation=Strict', '{"metadata":{"name":"a"},"nope":1}'],
      ['another media type', 415, /"code":415/, 'POST', '/api/v1/namespaces/default/configmaps', 'x', 'text/x-unknown'],
      ['an unknown kind', 404, /could not find the requested resource|404 page not found/, 'GET', '/api/v1/namespaces/default/things'],
      ['an unknown path', 404, /404 page not found/, 'GET', '/nowhere'],
      ['a method that is not there', 405, /does not allow this method/, 'DELETE', '/api/v1/namespaces'],
      ['a body that is too large', 413, /limit is 3145728/, 'POST', '/api/v1/namespaces/default/configmaps', `{"metadata":{"name":"a"},"data":{"a":"${'x'.repeat(4_000_000)}"}}`],
      ['nesting without end', 400, /"kind":"Status"/, 'POST', '/api/v1/namespaces/default/configmaps', `{"metadata":${'['.repeat(200_000)}`],
    ]
    for (const [what, status, message, ...request] of cases) {
      const answer = await ask(...request)
      assert.equal(answer.status, status, `${what}: ${answer.text.slice(0, 300)}`)
      assert.match(answer.text, message, what)
    }
    http.close()
  })
})
