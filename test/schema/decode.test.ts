import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pod } from '../../src/api/core/pod/pod.ts'
import { secret } from '../../src/api/core/secret.ts'
import { service } from '../../src/api/core/service.ts'
import { event } from '../../src/api/core/event.ts'
import { deployment } from '../../src/api/apps/deployment.ts'
import { customResourceDefinition } from '../../src/api/apiextensions/custom-resource-definition.ts'
import { clusterRole } from '../../src/api/rbac/cluster-role.ts'
import { deleteOptions } from '../../src/api/meta/options.ts'
import { objectMeta } from '../../src/api/meta/object-meta.ts'
import { parseJson } from '../../src/machinery/json.ts'
import { decode, warningsOf } from '../../src/machinery/schema/decode.ts'
import { applyDefaults } from '../../src/machinery/schema/defaults.ts'
import { decodeProtobuf, encodeProtobuf } from '../../src/machinery/schema/protobuf.ts'
import type { Schema } from '../../src/machinery/schema/schema.ts'
import { object as declare, string } from '../../src/machinery/schema/schema.ts'

const read = (schema: Schema, text: string) => {
  const parsed = parseJson(text)
  return decode(schema, parsed.value, parsed)
}
const result = (schema: Schema, value: object) => {
  const { kind: _kind, apiVersion: _version, ...rest } = decode(schema, value).object as Record<string, unknown>
  return rest
}

test('what must be there is there: empty structs, null lists, zero scalars', () => {
  assert.deepEqual(result(pod, {}), { metadata: {}, spec: { containers: null }, status: {} })
  assert.deepEqual(result(pod, { spec: { containers: [{ ports: [{}], env: [{}] }], volumes: [{}] } }).spec,
    { volumes: [{ name: '' }], containers: [{ name: '', ports: [{ containerPort: 0 }], env: [{ name: '' }], resources: {} }] })
  assert.deepEqual(result(service, { spec: { ports: [{ port: 80 }] } }).spec, { ports: [{ port: 80, targetPort: 0 }] })
  assert.deepEqual(result(clusterRole, {}), { metadata: {}, rules: null })
  assert.deepEqual(result(clusterRole, { rules: [] }), { metadata: {}, rules: [] }, 'only storage makes it null')
  assert.deepEqual(result(event, {}), { metadata: {}, involvedObject: {}, source: {}, firstTimestamp: null, lastTimestamp: null, eventTime: null, reportingComponent: '', reportingInstance: '' })
})
test('empty and null values are dropped where absence is possible, pointers tell zero from unset', () => {
  const { spec } = result(pod, { metadata: null, spec: { containers: [], nodeName: '', hostNetwork: false, terminationGracePeriodSeconds: 0, tolerations: [], nodeSelector: {}, automountServiceAccountToken: false, priority: null, securityContext: {} } })
  assert.deepEqual(spec, { containers: [], terminationGracePeriodSeconds: 0, automountServiceAccountToken: false, securityContext: {} })
})
test('null inside lists and maps is the zero value', () => {
  assert.deepEqual(result(secret, { data: { a: null }, stringData: { b: null } }), { metadata: {}, data: { a: '' }, stringData: { b: '' } })
  assert.deepEqual((result(pod, { spec: { containers: [null] } }).spec as { containers: unknown }).containers, [{ name: '', resources: {} }])
})
test('scalars become canonical', () => {
  const { spec, metadata } = result(pod, {
    metadata: { name: 'a', creationTimestamp: '2020-01-02T03:04:05.9+02:00', deletionTimestamp: '0001-01-01T00:00:00Z' }, spec: { containers: [{ name: 'c', resources: { limits: { memory: '1024Mi', cpu: 0.5 } } }] },
  }) as { spec: { containers: { resources: unknown }[] }; metadata: unknown }
  assert.deepEqual(metadata, { name: 'a', creationTimestamp: '2020-01-02T01:04:05Z' })
  assert.deepEqual(spec.containers[0]!.resources, { limits: { cpu: '500m', memory: '1Gi' } })
  assert.deepEqual(result(secret, { data: { a: 'YQ\n==', b: 'YR==' } }).data, { a: 'YQ==', b: 'YQ==' })
  assert.deepEqual(result(secret, { stringData: { a: '\ud800x' } }).stringData, { a: '\ufffdx' })
})
test('fields stand in the order of declaration, maps in that of their keys', () => {
  const { object } = decode(pod, { status: {}, spec: { restartPolicy: 'Always', containers: [] }, metadata: { labels: { b: '1', a: '2' }, name: 'x' }, apiVersion: 'v1', kind: 'Pod' })
  assert.equal(JSON.stringify(object), '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"x","labels":{"a":"2","b":"1"}},"spec":{"containers":[],"restartPolicy":"Always"},"status":{}}')
})
test('nothing of the caller is shared, nothing of it changed', () => {
  const value = Object.freeze({ metadata: Object.freeze({ labels: Object.freeze({ a: 'b' }) }) })
  const { object } = decode(pod, value)
  assert.notEqual(object.metadata.labels, value.metadata.labels)
})

const refused: [Schema, string, string][] = [
  [pod, '[]', 'json: cannot unmarshal array into Go value of type v1.Pod'],
  [pod, '{"metadata":"x"}', 'json: cannot unmarshal string into Go struct field Pod.metadata of type v1.ObjectMeta'],
  [pod, '{"spec":{"containers":{}}}', 'json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container'],
  [pod, '{"spec":{"containers":["a"]}}', 'json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type v1.Container'],
  [pod, '{"spec":{"containers":[{"livenessProbe":{"tcpSocket":{"port":true}}}]}}', 'json: cannot unmarshal bool into Go struct field TCPSocketAction.spec.containers.livenessProbe.ProbeHandler.tcpSocket.port of type int32'],
  [pod, '{"spec":{"volumes":[{"secret":{"defaultMode":"0400"}}]}}', 'json: cannot unmarshal string into Go struct field SecretVolumeSource.spec.volumes.VolumeSource.secret.defaultMode of type int32'],
  [pod, '{"spec":{"terminationGracePeriodSeconds":100000000000000000000}}', 'json: cannot unmarshal number 100000000000000000000 into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64'],
  [pod, '{"spec":{"terminationGracePeriodSeconds":9223372036854775808}}', 'json: cannot unmarshal number 9223372036854775808 into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64'],
  [deployment, '{"spec":{"replicas":3e0}}', 'json: cannot unmarshal number 3e0 into Go struct field DeploymentSpec.spec.replicas of type int32'],
  [deployment, '{"spec":{"replicas":3000000000}}', 'json: cannot unmarshal number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32'],
  [deployment, '{"spec":{"replicas":"x","template":[]}}', 'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32'],
  [deployment, '{"spec":{"template":[],"replicas":"x"}}', 'json: cannot unmarshal array into Go struct field DeploymentSpec.spec.template of type v1.PodTemplateSpec'],
  [secret, '{"data":{"a":"!"}}', 'illegal base64 data at input byte 0'],
  [secret, '{"data":{"a":"YWJ"}}', 'illegal base64 data at input byte 0'],
  [secret, '{"type":5}', 'json: cannot unmarshal number into Go struct field Secret.type of type v1.SecretType'],
  [objectMeta, '{"labels":{"a":1}}', 'json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string'],
  [objectMeta, '{"creationTimestamp":"2020-13-01T00:00:00Z"}', 'parsing time "2020-13-01T00:00:00Z": month out of range'],
  [objectMeta, '{"creationTimestamp":"2021-02-29T00:00:00Z"}', 'parsing time "2021-02-29T00:00:00Z": day out of range'],
  [deleteOptions, '{"dryRun":"All"}', 'json: cannot unmarshal string into Go struct field DeleteOptions.dryRun of type []string'],
]
for (const [schema, text, message] of refused) test(`refuses ${text}`, () => assert.throws(() => read(schema, text), { name: 'StatusError', code: 400, message }))

test('the largest int64 is taken', () => {
  const spec = read(pod, '{"spec":{"containers":[],"activeDeadlineSeconds":9223372036854775807}}').object as { spec: { activeDeadlineSeconds: number } }
  assert.ok(spec.spec.activeDeadlineSeconds < 2 ** 63)
})
test('unknown and repeated fields are told in the order of the text', () => {
  const { problems } = read(pod, '{"top":1,"spec":{"x":{"y":1},"containers":[{"name":"a","Image":"b","name":"c"}]},"metadata":{"annotations":{"k":"1","k":"2"}},"top":2}')
  assert.deepEqual(problems, ['unknown field "top"', 'unknown field "spec.x"', 'unknown field "spec.containers[0].Image"', 'duplicate field "spec.containers[0].name"', 'duplicate field "metadata.annotations.k"'])
})
test('nobody looks into opaque values', () => {
  assert.deepEqual(read(objectMeta, '{"managedFields":[{"fieldsV1":{"f:a":{},"f:a":{}}}]}').problems, [])
})
test('undefined is absent for callers in this process', () => assert.deepEqual(decode(pod, { metadata: { name: 'a', nope: undefined } }).problems, []))
test('warnings of YAML come line by line', () => assert.deepEqual(warningsOf(['yaml: unmarshal errors:\n  line 8: key "a" already set in map', 'unknown field "b"']), ['line 8: key "a" already set in map', 'unknown field "b"']))
test('a schema may keep what it does not know', () => {
  const open = declare('x.Open', { name: string(1) }, { preserveUnknownFields: true })
  assert.deepEqual(decode(open, { z: 1, name: 'a', b: { c: null } }), { object: { name: 'a', b: { c: null }, z: 1 }, problems: [] })
})
test('JSON schemas nest in themselves and have several shapes', () => {
  const schema = { type: 'object', properties: { a: { items: [{ type: 'string' }], additionalProperties: false, default: { x: null } }, b: { additionalProperties: { type: 'integer' }, not: {} } } }
  const { object } = decode(customResourceDefinition, { spec: { versions: [{ schema: { openAPIV3Schema: schema } }] } }) as { object: { spec: { versions: { schema: unknown }[] } } }
  assert.deepEqual(object.spec.versions[0]!.schema, { openAPIV3Schema: schema })
})
test('nesting that uses up the stack is a 400', () => {
  const deep = (levels: number): string => '{"not":'.repeat(levels) + '{}' + '}'.repeat(levels)
  const definition = (levels: number): string => `{"spec":{"versions":[{"schema":{"openAPIV3Schema":${deep(levels)}}}]}}`
  assert.throws(() => read(customResourceDefinition, definition(1_000)), { name: 'StatusError', code: 400 })
  assert.throws(() => decode(customResourceDefinition, JSON.parse(definition(50_000))), { name: 'StatusError', code: 400 })
  const { object } = read(customResourceDefinition, definition(900))
  assert.deepEqual(decodeProtobuf(customResourceDefinition, encodeProtobuf(customResourceDefinition, object as never)), object)
})

test('defaults are filled in, the zero ones left out', () => {
  const draft = applyDefaults(pod, decode(pod, { spec: { containers: [{ ports: [{ containerPort: 1 }], env: [{ valueFrom: { configMapKeyRef: { key: 'k' } } }], livenessProbe: { grpc: { port: 1 } } }], volumes: [{ rbd: { monitors: ['m'], image: 'i' } }] } }).object)
  const [container] = draft.spec.containers
  assert.deepEqual(container!.ports, [{ containerPort: 1, protocol: 'TCP' }])
  assert.deepEqual(container!.env![0]!.valueFrom, { configMapKeyRef: { key: 'k' } })
  assert.deepEqual(container!.livenessProbe!.grpc, { port: 1, service: '' })
  assert.deepEqual(draft.spec.volumes![0]!.rbd, { monitors: ['m'], image: 'i', pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' })
})
