/**
 * Measures a whole cluster: time to Ready, one pod, thirty more, and what an idle cluster costs.
 *   node bench/cluster.ts [--keep]
 * It starts a cluster of its own beside whatever runs on the machine, and takes it away again.
 */
import { readFileSync } from 'node:fs'
import { Deployments } from '../src/api/apps/deployment.ts'
import { createClient } from '../src/client/client.ts'
import { readKubeconfig } from '../src/client/kubeconfig.ts'
import { httpTransport } from '../src/client/transport.ts'
import { httpClient } from '../src/host/http-client.ts'
import { startRealCluster } from '../test/e2e/real-cluster.ts'

const IDLE_SECONDS = 30
const IMAGE = 'k8ts.local/web:1'
const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`
const say = (what: string, figure: string): void => console.log(`${what.padEnd(52)} ${figure}`)
const pause = (milliseconds: number): Promise<void> => new Promise(resolve => setTimeout(resolve, milliseconds))

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** CPU seconds that processes have used, and the memory that is theirs alone or their share of (PSS), in MB. */
function usage(pids: readonly number[]): { cpuSeconds: number; megabytes: number } {
  let ticks = 0
  let kilobytes = 0
  for (const pid of pids) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')
    ticks += Number(fields[11]) + Number(fields[12])
    kilobytes += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0)
  }
  return { cpuSeconds: ticks / 100, megabytes: kilobytes / 1024 }
}

const cluster = await startRealCluster('bench')
const state = (): { processes: { name: string; pid: number }[] } => JSON.parse(readFileSync(`${cluster.dataDir}/state.json`, 'utf8'))
try {
  await cluster.k8ts('demo', '--images-only')
  for (let round = 1; round <= 3; round++) {
    await cluster.k8ts('down')
    say(`up until the node is Ready, start ${round + 1}`, seconds(await timed(() => cluster.k8ts('up'))))
  }
  const http = httpClient(readKubeconfig(readFileSync(cluster.kubeconfig, 'utf8')))
  const client = createClient(httpTransport(request => http.send(request), 'bench'))

  const available = async (name: string, count: number): Promise<void> => {
    const end = new AbortController()
    const { metadata } = await client.list(Deployments, { namespace: 'default' })
    const has = (object: { metadata: { name: string }; status: { availableReplicas?: number | undefined } }): boolean => object.metadata.name === name && object.status.availableReplicas === count
    if (has(await client.get(Deployments, { namespace: 'default', name }))) return
    for await (const { object } of client.watch(Deployments, { namespace: 'default', resourceVersion: metadata.resourceVersion ?? '', signal: end.signal })) if (has(object)) break
    end.abort()
  }
  const deploy = async (name: string, replicas: number): Promise<void> => {
    await client.create(Deployments, {
      metadata: { name, namespace: 'default' },
      spec: { replicas, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'web', image: IMAGE }] } } },
    })
    await available(name, replicas)
  }
  for (const name of ['warm', 'one', 'two', 'three']) {
    const took = await timed(() => deploy(name, 1))
    if (name !== 'warm') say('a Deployment of one pod, rolled out', seconds(took))
  }
  for (const name of ['warm', 'two', 'three']) await client.delete(Deployments, { namespace: 'default', name }, { propagationPolicy: 'Background' })
  await pause(3000)
  say('thirty more pods', seconds(await timed(() => deploy('thirty', 30))))

  await pause(5000)
  const ours = state().processes.filter(({ name }) => name !== 'containerd').map(({ pid }) => pid)
  const containerd = state().processes.filter(({ name }) => name === 'containerd').map(({ pid }) => pid)
  const before = [usage(ours), usage(containerd)] as const
  await pause(IDLE_SECONDS * 1000)
  const after = [usage(ours), usage(containerd)] as const
  for (const [index, name] of ['k8ts', 'containerd'].entries()) {
    say(`${name}, idle with 31 pods: of a core`, `${(((after[index]!.cpuSeconds - before[index]!.cpuSeconds) / IDLE_SECONDS) * 100).toFixed(2)} %`)
    say(`${name}, idle with 31 pods: memory (PSS)`, `${after[index]!.megabytes.toFixed(0)} MB`)
  }
  http.close()
} finally {
  if (!process.argv.includes('--keep')) {
    const left = await cluster.close()
    if (left.length > 0) console.log('left behind:', left)
  }
}
