/** What the schema's codecs cost: `node bench/schema.ts`. Megabytes are of the Pod's JSON text. */
import { parseJson } from '../src/machinery/json.ts'
import { decode } from '../src/machinery/schema/decode.ts'
import { applyDefaults } from '../src/machinery/schema/defaults.ts'
import { decodeProtobuf, encodeProtobuf } from '../src/machinery/schema/protobuf.ts'
import { pod } from '../src/api/core/pod/pod.ts'

const container = (name: string) => ({
  name, image: 'registry.example.com/team/app:v1.2.3', command: ['/bin/app', '--verbose'], ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
  env: [{ name: 'POD_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } }, { name: 'MODE', value: 'production' }],
  resources: { limits: { cpu: '500m', memory: '128Mi' }, requests: { cpu: '100m', memory: '64Mi' } }, volumeMounts: [{ name: 'config', mountPath: '/etc/app' }, { name: 'token', readOnly: true, mountPath: '/var/run/secrets' }],
  livenessProbe: { httpGet: { path: '/healthz', port: 'http', scheme: 'HTTP' }, timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
  terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File', imagePullPolicy: 'IfNotPresent', securityContext: { runAsNonRoot: true, capabilities: { drop: ['ALL'] } },
})
const condition = (type: string) => ({ type, status: 'True', lastProbeTime: null, lastTransitionTime: '2026-01-02T03:04:05Z' })
const sample = {
  kind: 'Pod', apiVersion: 'v1',
  metadata: {
    name: 'web-7d4b9c6f5d-abcde', generateName: 'web-7d4b9c6f5d-', namespace: 'default', uid: '6a1c7f0e-4a63-4a5e-9d0a-2f6d2b8a7c11', resourceVersion: '123456', creationTimestamp: '2026-01-02T03:04:05Z',
    labels: { app: 'web', 'pod-template-hash': '7d4b9c6f5d', tier: 'frontend' }, annotations: { 'example.com/checksum': 'a'.repeat(64) },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-7d4b9c6f5d', uid: '7a1c7f0e-4a63-4a5e-9d0a-2f6d2b8a7c11', controller: true, blockOwnerDeletion: true }],
    managedFields: [{ manager: 'kube-controller-manager', operation: 'Update', apiVersion: 'v1', time: '2026-01-02T03:04:05Z', fieldsType: 'FieldsV1', fieldsV1: { 'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } }, 'f:spec': { 'f:containers': {} } } }],
  },
  spec: {
    volumes: [{ name: 'config', configMap: { name: 'app', defaultMode: 420 } }, { name: 'token', projected: { sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: 'token' } }], defaultMode: 420 } }],
    containers: [container('app'), container('sidecar')], restartPolicy: 'Always', terminationGracePeriodSeconds: 30, dnsPolicy: 'ClusterFirst', serviceAccountName: 'default', nodeName: 'node-1',
    securityContext: {}, schedulerName: 'default-scheduler', tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }], priority: 0, enableServiceLinks: true,
  },
  status: { phase: 'Running', conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(condition), hostIP: '10.0.0.1', podIP: '10.244.0.5', podIPs: [{ ip: '10.244.0.5' }], startTime: '2026-01-02T03:04:05Z', qosClass: 'Burstable' },
}

const text = JSON.stringify(sample)
const value = JSON.parse(text) as unknown
const { object } = decode(pod, value)
const bytes = encodeProtobuf(pod, object)

function measure(name: string, run: () => unknown): void {
  let sink: unknown
  for (let index = 0; index < 3000; index++) sink = run()
  const rounds = 10_000
  let best = Infinity
  for (let attempt = 0; attempt < 3; attempt++) {
    const start = performance.now()
    for (let index = 0; index < rounds; index++) sink = run()
    best = Math.min(best, performance.now() - start)
  }
  console.log(`${name.padEnd(34)} ${((best / rounds) * 1000).toFixed(1).padStart(7)} µs ${((text.length * rounds) / best / 1000).toFixed(0).padStart(6)} MB/s${sink === undefined ? '!' : ''}`)
}

console.log(`a Pod of ${text.length} bytes of JSON, ${bytes.length} of protobuf`)
measure('JSON.parse', () => JSON.parse(text))
measure('parseJson (and repeated keys)', () => parseJson(text))
measure('decode a parsed value', () => decode(pod, value))
measure('applyDefaults', () => applyDefaults(pod, object))
measure('JSON.stringify', () => JSON.stringify(object))
measure('encode protobuf', () => encodeProtobuf(pod, object))
measure('decode protobuf', () => decodeProtobuf(pod, bytes))
