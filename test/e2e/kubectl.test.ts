import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { RealCluster } from './real-cluster.ts'
import { run, startRealCluster } from './real-cluster.ts'

const WEB = 'k8ts.local/web:1'
/** Google's package brings older kubectls along; they ask in older ways. */
const OLDER = ['1.28', '1.30', '1.33'].map(version => `/usr/lib/google-cloud-sdk/bin/kubectl.${version}`).filter(path => existsSync(path))
const MULTI = {
  apiVersion: 'v1', kind: 'Pod', metadata: { name: 'multi', labels: { app: 'multi' } },
  spec: {
    terminationGracePeriodSeconds: 0,
    initContainers: [{ name: 'init', image: WEB, command: ['echo', 'prepared'] }, { name: 'side', image: WEB, restartPolicy: 'Always', command: ['sh', '-c', 'echo beside; sleep 9999'] }],
    containers: ['a', 'b'].map(name => ({ name, image: WEB, command: ['sh', '-c', `echo first of ${name}; echo last of ${name}; exec cat`], stdin: true })),
  },
}

/** What people do with kubectl beyond the main job. */
describe('kubectl', { concurrency: false, timeout: 180_000 }, () => {
  let cluster: RealCluster
  let folder: string
  const kubectl = (...args: string[]): Promise<string> => cluster.kubectl(...args)
  const fails = async (expected: RegExp, ...args: string[]): Promise<void> => assert.match((await cluster.tryKubectl(...args)).stderr, expected)
  const edit = (editor: string, ...args: string[]) => run('kubectl', ['--kubeconfig', cluster.kubeconfig, 'edit', ...args], { env: { KUBE_EDITOR: editor, HOME: folder } })

  before(async () => {
    folder = await mkdtemp('/tmp/k8ts-kubectl-')
    cluster = await startRealCluster('kctl')
    assert.equal((await cluster.k8ts('demo', '--images-only')).code, 0)
    await cluster.apply(JSON.stringify(MULTI))
  })
  after(async () => {
    await rm(folder, { recursive: true, force: true })
    assert.deepEqual(await cluster?.close(), [])
  })

  test('older kubectls find every kind and do the same', { skip: OLDER.length === 0 && 'no older kubectl on this machine' }, async () => {
    const kinds = (await kubectl('api-resources', '-o', 'name')).split('\n').sort()
    for (const [index, path] of OLDER.entries()) {
      const old = (...args: string[]) => run(path, ['--kubeconfig', cluster.kubeconfig, '--cache-dir', join(folder, String(index)), ...args])
      assert.deepEqual((await old('api-resources', '-o', 'name')).stdout.split('\n').sort(), kinds, path)
      assert.match((await old('get', 'nodes')).stdout, /Ready/)
      assert.equal((await old('create', 'configmap', `by-${index}`, '--from-literal=a=b')).code, 0)
      assert.match((await old('explain', 'deployment.spec.replicas')).stdout, /replicas <integer>/)
      assert.match((await old('describe', 'configmap', `by-${index}`)).stdout, /a:\n----\nb/)
    }
  })

  test('create makes each of its kinds', async () => {
    const made: [RegExp, ...string[]][] = [
      [/deployment.apps\/d created/, 'deployment', 'd', `--image=${WEB}`], [/job.batch\/j created/, 'job', 'j', `--image=${WEB}`, '--', 'true'],
      [/cronjob.batch\/c created/, 'cronjob', 'c', `--image=${WEB}`, '--schedule=0 0 1 1 *', '--', 'true'], [/ingress.networking.k8s.io\/i created/, 'ingress', 'i', '--rule=example.com/*=web:80'],
      [/poddisruptionbudget.policy\/p created/, 'pdb', 'p', '--selector=app=guarded', '--min-available=1'], [/resourcequota\/q created/, 'quota', 'q', '--hard=configmaps=100'],
      [/role.rbac.authorization.k8s.io\/r created/, 'role', 'r', '--verb=get,list', '--resource=pods,pods/log'], [/serviceaccount\/robot created/, 'serviceaccount', 'robot'],
      [/rolebinding.rbac.authorization.k8s.io\/r created/, 'rolebinding', 'r', '--role=r', '--serviceaccount=default:robot'], [/secret\/s created/, 'secret', 'docker-registry', 's', '--docker-server=x', '--docker-username=u', '--docker-password=p'],
      [/service\/node-port created/, 'service', 'nodeport', 'node-port', '--tcp=80'], [/priorityclass.scheduling.k8s.io\/high created/, 'priorityclass', 'high', '--value=1000'],
      [/^eyJ/, 'token', 'robot'], [/job.batch\/from-cron created/, 'job', 'from-cron', '--from=cronjob/c'],
    ]
    for (const [expected, ...args] of made) assert.match(await kubectl('create', ...args), expected)
    assert.equal((await kubectl('auth', 'can-i', 'list', 'pods', '--as=system:serviceaccount:default:robot')).trim(), 'yes')
    assert.equal((await cluster.tryKubectl('auth', 'can-i', 'delete', 'pods', '--as=system:serviceaccount:default:robot')).stdout.trim(), 'no')
    await fails(/pods "multi" is forbidden: User "system:serviceaccount:default:robot" cannot delete resource "pods" in API group "" in the namespace "default"/, 'delete', 'pod', 'multi', '--as=system:serviceaccount:default:robot')
  })

  test('apply in all its forms, diff, edit, patch and replace', async () => {
    const file = join(folder, 'settings.yaml')
    const write = (a: string): Promise<void> => writeFile(file, `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, labels: {set: one}}\ndata: {a: ${a}}\n`)
    const value = () => kubectl('get', 'configmap', 'settings', '-o', 'jsonpath={.data.a}')
    await write('one')
    assert.match(await kubectl('apply', '-f', file), /settings created/)
    await write('two')
    const difference = await cluster.tryKubectl('diff', '-f', file)
    assert.deepEqual([difference.code, /-  a: one\n\+  a: two/.test(difference.stdout)], [1, true])
    await kubectl('apply', '-f', file, '--dry-run=server')
    assert.equal(await value(), 'one')
    assert.match(await kubectl('apply', '--server-side', '-f', file), /serverside-applied/)
    await write('three')
    await fails(/Apply failed with 1 conflict: conflict with "kubectl": \.data\.a/, 'apply', '--server-side', '--field-manager=other', '-f', file)
    await kubectl('apply', '--server-side', '--field-manager=other', '--force-conflicts', '-f', file)
    assert.equal(await value(), 'three')
    assert.equal((await edit("sed -i 's/^  a: three/  a: four/'", 'configmap', 'settings')).stdout, 'configmap/settings edited\n')
    await kubectl('patch', 'configmap', 'settings', '--type=json', '-p', '[{"op":"test","path":"/data/a","value":"four"},{"op":"replace","path":"/data/a","value":"five"}]')
    assert.equal(await value(), 'five')
    assert.match(await kubectl('replace', '--force', '-f', file), /settings replaced/)
    assert.equal(await value(), 'three')
    await fails(/'set' already has a value \(one\), and --overwrite is false/, 'label', 'configmap', 'settings', 'set=two')
    await kubectl('create', 'configmap', 'surplus')
    await kubectl('label', 'configmap', 'surplus', 'set=one')
    await kubectl('annotate', 'configmap', 'surplus', 'kubectl.kubernetes.io/last-applied-configuration={}')
    assert.match(await kubectl('apply', '-f', file, '--prune', '-l', 'set=one', '--prune-allowlist=core/v1/ConfigMap'), /surplus pruned/)
  })

  test('logs of several containers, files in and out, attach, exec that fails', async () => {
    await kubectl('wait', '--for=condition=Ready', 'pod/multi', '--timeout=30s')
    assert.match(await kubectl('get', 'pod', 'multi'), /3\/3\s+Running/)
    assert.equal(await kubectl('logs', 'multi', '-c', 'init'), 'prepared\n')
    const all = await kubectl('logs', '-l', 'app=multi', '--all-containers', '--prefix', '--tail=1')
    for (const line of ['a] last of a', 'b] last of b', 'init] prepared', 'side] beside']) assert(all.includes(`[pod/multi/${line}`), all)
    assert.match(await kubectl('logs', 'multi', '-c', 'a', '--timestamps', '--tail=1'), /^20\d\d-\d\d-\d\dT[\d:.]+Z last of a\n$/)
    await fails(/container nope is not valid for pod multi/, 'logs', 'multi', '-c', 'nope')
    await fails(/BadRequest.*: previous terminated container "a" in pod "multi" not found/, 'logs', 'multi', '-c', 'a', '--previous')
    await writeFile(join(folder, 'there'), 'and back')
    await kubectl('cp', join(folder, 'there'), 'multi:/tmp/there', '-c', 'a')
    await kubectl('cp', 'multi:/tmp/there', join(folder, 'back'), '-c', 'a')
    assert.equal(await readFile(join(folder, 'back'), 'utf8'), 'and back')
    // The runtime ends an attachment when its input ends, so that stays open for a moment.
    const attached = run('sh', ['-c', `(echo typed; sleep 1) | timeout 5 kubectl --kubeconfig ${cluster.kubeconfig} attach -i -c b multi`])
    assert.match((await attached).stdout, /typed/)
    await fails(/exec: "no-such-thing": executable file not found in \$PATH/, 'exec', 'multi', '-c', 'a', '--', 'no-such-thing')
  })

  test('a debug container looks into a pod, a debug pod at the node', async () => {
    await kubectl('debug', 'multi', `--image=${WEB}`, '-c', 'look', '--target=a', '--profile=general', '--', 'ps')
    await cluster.eventually('the debug container shows processes', () => cluster.tryKubectl('logs', 'multi', '-c', 'look'), ({ stdout }) => /cat/.test(stdout), 20_000)
    const said = await kubectl('debug', 'node/' + (await kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}')), `--image=${WEB}`, '--profile=general', '--', 'cat', '/host/etc/os-release')
    const name = /debugging pod (\S+)/.exec(said)![1]!
    await cluster.eventually('the debug pod shows the host', () => cluster.tryKubectl('logs', name), ({ stdout }) => /ID=/.test(stdout), 20_000)
  })

  test('a rollout pauses, goes on, restarts and returns; its revision is no new generation', async () => {
    await kubectl('rollout', 'status', 'deployment/d', '--timeout=30s')
    assert.equal(await kubectl('get', 'deployment', 'd', '-o', 'jsonpath={.metadata.generation}'), '1')
    await kubectl('rollout', 'pause', 'deployment/d')
    await kubectl('set', 'env', 'deployment/d', 'A=1')
    await kubectl('set', 'resources', 'deployment/d', '--requests=cpu=1m')
    await fails(/you cannot rollback a paused deployment/, 'rollout', 'undo', 'deployment/d', '--to-revision=1')
    await kubectl('rollout', 'resume', 'deployment/d')
    await kubectl('rollout', 'status', 'deployment/d', '--timeout=30s')
    await kubectl('rollout', 'restart', 'deployment/d')
    await kubectl('rollout', 'status', 'deployment/d', '--timeout=30s')
    assert.match(await kubectl('rollout', 'history', 'deployment/d', '--revision=2'), /A:\s+1/)
    await kubectl('rollout', 'undo', 'deployment/d', '--to-revision=1')
    assert.equal(await kubectl('get', 'deployment', 'd', '-o', 'jsonpath={.spec.template.spec.containers[0].env}'), '')
  })

  test('wait waits for what it is told', async () => {
    await kubectl('wait', '--for=condition=Complete', 'job/from-cron', 'job/j', '--timeout=30s')
    await kubectl('wait', '--for=jsonpath={.status.phase}=Running', 'pod/multi', '--timeout=5s')
    await fails(/timed out waiting for the condition on pods\/multi/, 'wait', '--for=condition=Never', 'pod/multi', '--timeout=1s')
    const gone = kubectl('wait', '--for=delete', 'job/j', '--timeout=30s')
    await kubectl('delete', 'job', 'j')
    await gone
    assert.equal(await kubectl('logs', 'job/from-cron'), '')
  })

  test('what is not there is said as upstream says it', async () => {
    await fails(/error: Metrics API not available/, 'top', 'nodes')
    await fails(/the server doesn't have a resource type "things"/, 'get', 'things')
    await fails(/pods "none" not found/, 'describe', 'pod', 'none')
    await fails(/field label not supported: foo/, 'get', 'pods', '--field-selector=foo=bar')
  })

  test('drain heeds budgets, and an uncordoned node takes pods again', async () => {
    const node = await kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}')
    await kubectl('create', 'deployment', 'guarded', `--image=${WEB}`)
    await kubectl('rollout', 'status', 'deployment/guarded', '--timeout=30s')
    await cluster.eventually('the budget knows its pod', () => kubectl('get', 'pdb', 'p', '-o', 'jsonpath={.status.currentHealthy}'), healthy => healthy === '1', 20_000)
    await fails(/declare no controller \(use --force to override\): default\/multi/, 'drain', node, '--timeout=2s')
    await fails(/Cannot evict pod as it would violate the pod's disruption budget/, 'drain', node, '--force', '--pod-selector=app=guarded', '--timeout=2s')
    assert.match(await kubectl('get', 'nodes'), /Ready,SchedulingDisabled/)
    await kubectl('delete', 'pdb', 'p')
    assert.match(await kubectl('drain', node, '--force', '--delete-emptydir-data', '--grace-period=0', '--timeout=40s'), /drained/)
    await kubectl('uncordon', node)
    await kubectl('rollout', 'status', 'deployment/guarded', '--timeout=30s')
  })

  test('delete leaves or takes what an object owns, as told', async () => {
    await kubectl('delete', 'deployment', 'guarded', '--cascade=orphan')
    assert.match(await kubectl('get', 'replicasets', '-l', 'app=guarded', '-o', 'name'), /guarded/)
    await kubectl('delete', 'replicasets', '-l', 'app=guarded', '--cascade=foreground', '--timeout=60s')
    assert.equal(await kubectl('get', 'pods,replicasets', '-l', 'app=guarded', '-o', 'name'), '')
  })
})
