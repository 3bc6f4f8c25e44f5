import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { RealCluster } from './real-cluster.ts'
import { startRealCluster } from './real-cluster.ts'

const WEB = 'k8ts.local/web:1'
const container = (name: string, script: string, rest: object = {}): object => ({ name, image: WEB, command: ['sh', '-c', script], ...rest })
const pod = (name: string, spec: object, metadata: object = {}): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, ...metadata }, spec: { terminationGracePeriodSeconds: 1, ...spec } })
const template = (app: string, spec: object): object => ({ metadata: { labels: { app } }, spec: { terminationGracePeriodSeconds: 1, ...spec } })
const CLAIMS_FILES = {
  readinessGates: [{ conditionType: 'example.com/ok' }], hostname: 'there', subdomain: 'db', hostAliases: [{ ip: '192.0.2.99', hostnames: ['alias.example'] }],
  securityContext: { runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000 },
  containers: [container('c', 'echo $0 started; trap "exit 0" TERM; while true; do sleep 0.1; done', {
    env: [
      { name: 'A', value: 'one' }, { name: 'B', value: '$(A)-two' }, { name: 'C', value: '$$(A) $(NONE)' },
      { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '1m' } } }, { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
    ],
    resources: { limits: { cpu: '500m', memory: '64Mi' } },
    securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    lifecycle: { postStart: { exec: { command: ['touch', '/data/started'] } } }, startupProbe: { exec: { command: ['cat', '/data/started'] }, periodSeconds: 1 },
    volumeMounts: [{ name: 'data', mountPath: '/data' }, { name: 'data', mountPath: '/inner', subPath: 'inner' }, { name: 'all', mountPath: '/all' }],
  })],
  volumes: [
    { name: 'data', emptyDir: {} },
    { name: 'all', projected: { sources: [
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'deep/ca' }] } }, { serviceAccountToken: { path: 'token', audience: 'x', expirationSeconds: 600 } },
      { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
    ] } },
  ],
}

/** What becomes of pods, and of what makes them. */
describe('workloads', { concurrency: false, timeout: 180_000 }, () => {
  let cluster: RealCluster
  const apply = (...items: object[]) => cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  const path = (kind: string, name: string, jsonpath: string) => cluster.kubectl('get', kind, name, '-o', `jsonpath={${jsonpath}}`)
  const becomes = (kind: string, name: string, jsonpath: string, expected: RegExp) =>
    cluster.eventually(`${jsonpath} of ${kind}/${name} matches ${String(expected)}`, () => path(kind, name, jsonpath), text => expected.test(text), 30_000)
  const sh = (name: string, command: string) => cluster.kubectl('exec', name, '--', 'sh', '-c', command)

  before(async () => {
    cluster = await startRealCluster('work')
    assert.equal((await cluster.k8ts('demo', '--images-only')).code, 0)
    await apply(
      { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db' }, spec: { serviceName: 'db', replicas: 2, selector: { matchLabels: { app: 'db' } }, template: template('db', { containers: [{ name: 'c', image: WEB }] }) } },
      { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'every' }, spec: { selector: { matchLabels: { app: 'every' } }, template: template('every', { hostNetwork: true, containers: [container('c', 'sleep 9999')] }) } },
      { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'indexed' }, spec: { completions: 3, parallelism: 2, completionMode: 'Indexed', template: { spec: { restartPolicy: 'Never', containers: [container('c', 'echo index $JOB_COMPLETION_INDEX')] } } } },
      { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'failing' }, spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers: [container('c', 'exit 4')] } } } },
      pod('features', CLAIMS_FILES, { labels: { l: 'x' } }),
      pod('oom', { restartPolicy: 'Never', containers: [container('c', 'x=a; while true; do x=$x$x; done', { resources: { limits: { memory: '20Mi' } } })] }),
      pod('no-image', { containers: [{ name: 'c', image: 'localhost:1/none:1' }, { name: 'd', image: 'none', imagePullPolicy: 'Never' }] }),
      pod('huge', { containers: [container('c', 'true', { resources: { requests: { cpu: '1000' } } })] }),
      pod('nowhere', { nodeSelector: { on: 'moon' }, containers: [container('c', 'true')] }),
      pod('crash', { containers: [container('c', 'exit 3')] }),
      pod('unhealthy', { containers: [container('c', 'sleep 9999', { livenessProbe: { exec: { command: ['false'] }, periodSeconds: 1, failureThreshold: 1 } })] }),
      pod('init-fails', { restartPolicy: 'Never', initContainers: [container('i', 'exit 5')], containers: [container('c', 'true')] }),
      pod('beside', { restartPolicy: 'Never', initContainers: [container('s', 'trap "exit 0" TERM; while true; do sleep 0.1; done', { restartPolicy: 'Always' })], containers: [container('c', 'sleep 1')] }),
      pod('deadline', { activeDeadlineSeconds: 2, containers: [container('c', 'sleep 9999')] }),
      pod('told', { restartPolicy: 'Never', containers: [container('c', 'echo why > /dev/termination-log; exit 6')] }),
    )
  })
  after(async () => assert.deepEqual(await cluster?.close(), []))

  test('a pod has its environment, files, identity and names', async () => {
    await becomes('pod', 'features', '.status.conditions[?(@.type=="ContainersReady")].status', /True/)
    assert.equal(await path('pod', 'features', '.status.conditions[?(@.type=="Ready")].status'), 'False')
    await cluster.kubectl('patch', 'pod', 'features', '--subresource=status', '--type=merge', '-p', '{"status":{"conditions":[{"type":"example.com/ok","status":"True"}]}}')
    await cluster.kubectl('wait', '--for=condition=Ready', 'pod/features', '--timeout=10s')
    const ip = await path('pod', 'features', '.status.podIP')
    assert.equal(await sh('features', 'echo "$A|$B|$C|$CPU|$IP"'), `one|one-two|$(A) $(NONE)|500|${ip}\n`)
    assert.match(await sh('features', 'id; hostname -f; grep alias /etc/hosts'), /uid=1000 gid=3000 groups=2000,3000\nthere\.db\.default\.svc\.cluster\.local\n192\.0\.2\.99\s+alias\.example/)
    assert.match(await sh('features', 'touch /data/inner/x; ls /inner; cat /all/labels; head -1 /all/deep/ca; grep -E "CapEff|NoNewPrivs" /proc/self/status'), /x\nl="x"-*BEGIN[\s\S]*CapEff:\s+0+\nNoNewPrivs:\s+1/)
    assert.match((await cluster.tryKubectl('exec', 'features', '--', 'touch', '/x')).stderr, /Read-only file system/)
    assert.equal(await path('pod', 'features', '.status.qosClass'), 'Guaranteed')
  })

  test('stateful, daemon and job pods come as their controllers promise', async () => {
    await cluster.kubectl('rollout', 'status', 'statefulset/db', '--timeout=30s')
    await cluster.kubectl('rollout', 'status', 'daemonset/every', '--timeout=30s')
    assert.equal(await sh('db-1', 'hostname'), 'db-1\n')
    await cluster.kubectl('wait', '--for=condition=Complete', 'job/indexed', '--timeout=30s')
    assert.equal(await path('job', 'indexed', '.status.completedIndexes'), '0-2')
    await becomes('job', 'failing', '.status.conditions[?(@.type=="Failed")].reason', /BackoffLimitExceeded/)
    await cluster.kubectl('scale', 'statefulset/db', '--replicas=1')
    await cluster.kubectl('wait', '--for=delete', 'pod/db-1', '--timeout=20s')
  })

  test('a pod that cannot run says why', async () => {
    await becomes('pod', 'oom', '.status.containerStatuses[0].state.terminated.reason', /^OOMKilled$/)
    await becomes('pod', 'no-image', '.status.containerStatuses[*].state.waiting.reason', /^ImagePullBackOff ErrImageNeverPull$/)
    assert.match(await path('pod', 'no-image', '.status.containerStatuses[0].state.waiting.message'), /^Back-off pulling image "localhost:1\/none:1": ErrImagePull: .*connection refused/)
    await becomes('pod', 'huge', '.status.conditions[0].message', /^0\/1 nodes are available: 1 Insufficient cpu\. /)
    await becomes('pod', 'nowhere', '.status.conditions[0].message', /^0\/1 nodes are available: 1 node\(s\) didn't match Pod's node affinity\/selector\. /)
    await becomes('pod', 'init-fails', '.status.phase', /^Failed$/)
    assert.match(await cluster.kubectl('get', 'pod', 'init-fails'), /Init:Error/)
    await becomes('pod', 'told', '.status.containerStatuses[0].state.terminated.message', /^why$/m)
    await becomes('pod', 'deadline', '.status.reason', /^DeadlineExceeded$/)
  })

  test('containers are started again with a delay that doubles, or not at all', async () => {
    await becomes('pod', 'crash', '.status.containerStatuses[0].state.waiting.message', /^back-off \d+s restarting failed container=c pod=crash_default\(/)
    await becomes('pod', 'unhealthy', '.status.containerStatuses[0].restartCount', /^[1-9]/)
    assert.match(await cluster.kubectl('events', '--for', 'pod/unhealthy'), /Killing[\s\S]*Container c failed liveness probe, will be restarted/)
    await becomes('pod', 'beside', '.status.phase', /^Succeeded$/)
  })

  test('a pod that matters more takes the place of one that matters less', async () => {
    await cluster.kubectl('create', 'priorityclass', 'high', '--value=1000')
    await cluster.kubectl('create', 'priorityclass', 'low', '--value=-1')
    const half = Math.ceil(Number(await cluster.kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].status.allocatable.cpu}')) * 600)
    const part = (name: string, priorityClassName: string) => pod(name, { priorityClassName, containers: [container('c', 'sleep 9999', { resources: { requests: { cpu: `${half}m` } } })] })
    await cluster.kubectl('delete', 'pod', 'features', '--now')
    await apply(part('less', 'low'))
    await cluster.kubectl('wait', '--for=condition=Ready', 'pod/less', '--timeout=20s')
    await apply(part('more', 'high'))
    await cluster.kubectl('wait', '--for=condition=Ready', 'pod/more', '--timeout=30s')
    assert.match((await cluster.tryKubectl('get', 'pod', 'less')).stderr, /NotFound/)
    assert.match(await cluster.kubectl('get', 'events', '--field-selector=reason=Preempted'), /pod\/less\s+Preempted by pod \S+ on node/)
  })

  test('a namespace waits for the finalizers of what is in it', async () => {
    await cluster.kubectl('create', 'namespace', 'held')
    await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'holds', namespace: 'held', finalizers: ['example.com/hold'] } })
    await cluster.kubectl('delete', 'namespace', 'held', '--wait=false')
    await becomes('namespace', 'held', '.status.conditions[?(@.type=="NamespaceFinalizersRemaining")].message', /Some content in the namespace has finalizers remaining: example\.com\/hold in 1 resource instances/)
    assert.match((await cluster.tryKubectl('-n', 'held', 'create', 'configmap', 'late')).stderr, /unable to create new content in namespace held because it is being terminated/)
    await cluster.kubectl('-n', 'held', 'patch', 'configmap', 'holds', '--type=merge', '-p', '{"metadata":{"finalizers":null}}')
    await cluster.kubectl('wait', '--for=delete', 'namespace/held', '--timeout=20s')
  })
})
