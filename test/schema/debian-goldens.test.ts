import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { resources } from '../../src/api/index.ts'
import { apiVersionOf } from '../../src/api/resource.ts'
import { parseJson } from '../../src/machinery/json.ts'
import { decode } from '../../src/machinery/schema/decode.ts'
import { decodeEnvelope, decodeProtobuf, encodeEnvelope, encodeProtobuf } from '../../src/machinery/schema/protobuf.ts'
import { parseYaml } from '../../src/machinery/yaml.ts'

/** Objects with every field set, as JSON, YAML and protobuf: of Debian trixie's golang-k8s-api-dev (v1.32), unpacked anywhere. */
const folder = process.env.K8S_API_TESTDATA ?? '/usr/share/gocode/src/k8s.io/api/testdata/HEAD'
const missing = existsSync(folder) ? false : `no ${folder}: install golang-k8s-api-dev of Debian trixie, or unpack it and set K8S_API_TESTDATA`

const read = (name: string): Uint8Array => new Uint8Array(readFileSync(`${folder}/${name}`))
const text = (name: string): string => readFileSync(`${folder}/${name}`, 'utf8')
const goldens = missing ? [] : resources.flatMap(({ group, version, kind, schema }) => {
  const name = readdirSync(folder).find(file => file === `${group || 'core'}.${version}.${kind}.json`)
  return name && schema.proto ? [{ name: name.slice(0, -5), schema, names: { apiVersion: apiVersionOf({ group, version }), kind } }] : []
})

test('upstream’s objects are read alike from JSON, YAML and protobuf', { skip: missing }, () => {
  for (const { name, schema, names } of goldens) {
    const json = parseJson(text(`${name}.json`))
    const yaml = parseYaml(text(`${name}.yaml`))
    assert.deepEqual(yaml.value, json.value, name)
    const { object } = decode(schema, json.value, json)
    const envelope = decodeEnvelope(read(`${name}.pb`))
    assert.deepEqual({ apiVersion: envelope.apiVersion, kind: envelope.kind }, names)
    assert.deepEqual(decodeProtobuf(schema, envelope.raw, envelope), decode(schema, withoutInnerKinds(object)).object, name)
  }
  assert.ok(goldens.length > 50, `only ${goldens.length}`)
})

const withoutInnerKinds = (object: unknown): unknown =>
  JSON.parse(JSON.stringify(object, (key, value: unknown) => (key === 'volumeClaimTemplates' && Array.isArray(value) ? value.map(({ kind: _k, apiVersion: _v, ...rest }) => rest as object) : value)))

test('they are written byte by byte as upstream does', { skip: missing }, () => {
  const differing = goldens.filter(({ name, schema, names }) => {
    const raw = encodeProtobuf(schema, decode(schema, parseJson(text(`${name}.json`)).value).object)
    return Buffer.compare(encodeEnvelope({ ...names, raw }), read(`${name}.pb`)) !== 0
  })
  // Pods have gained fields that are always written since v1.32.
  assert.deepEqual(differing.map(({ name }) => name), ['core.v1.Pod'])
})
