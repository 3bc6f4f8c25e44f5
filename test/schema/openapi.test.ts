import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openApiDefinitions } from '../../src/machinery/schema/openapi.ts'
import type { Fact, FactField, FactType } from './facts.ts'
import { factsMissing, readFacts, SCALARS } from './facts.ts'
import { everySchema } from './every-schema.ts'

const JSON_TYPE = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON'

/** A type of the facts as version 2 of OpenAPI writes it. */
function typeOf(type: FactType, format: string | undefined, facts: Record<string, Fact>): object {
  if (typeof type === 'string') return type === 'any' ? { $ref: `#/definitions/${JSON_TYPE}` } : { type, ...(format && { format }) }
  if ('array' in type) return { type: 'array', items: typeOf(type.array, format, facts) }
  if ('map' in type) return { type: 'object', additionalProperties: typeOf(type.map, format, facts) }
  const shape = facts[type.ref]?.json?.type
  return typeof shape === 'object' && !SCALARS[type.ref] ? typeOf(shape, undefined, facts) : { $ref: `#/definitions/${type.ref}` }
}

const mark = (name: string, value: unknown): object => (value === undefined ? {} : { [`x-kubernetes-${name}`]: value })

const propertyOf = (field: FactField, facts: Record<string, Fact>): object => ({
  ...typeOf(field.type!, field.format, facts), ...mark('patch-strategy', field.patchStrategy), ...mark('patch-merge-key', field.patchMergeKey), ...mark('list-type', field.listType),
  ...mark('list-map-keys', field.listMapKeys), ...mark('map-type', field.mapType ?? field.structType),
})

test('the definitions of every type are what the facts make of them', { skip: factsMissing }, async () => {
  const facts = readFacts()
  const schemas = await everySchema()
  const definitions = openApiDefinitions(schemas.values(), { version: 2 })
  for (const [name, schema] of schemas) {
    const fields = Object.entries(facts[name]!.fields ?? {}).filter(([, field]) => !field.protoOnly)
    const required = fields.filter(([, field]) => field.required).map(([field]) => field)
    const { 'x-kubernetes-unions': _unions, ...definition } = definitions[name]!
    assert.deepEqual(definition, {
      type: 'object', ...(fields.length > 0 && { properties: Object.fromEntries(fields.map(([field, fact]) => [field, propertyOf(fact, facts)])) }), ...(required.length > 0 && { required }),
      ...(schema.atomic && { 'x-kubernetes-map-type': 'atomic' }),
    }, name)
  }
})

test('nothing refers to what is not there', async () => {
  for (const version of [2, 3] as const) {
    const definitions = openApiDefinitions((await everySchema()).values(), { version })
    for (const [, name = ''] of JSON.stringify(definitions).matchAll(/"\$ref":"#\/(?:definitions|components\/schemas)\/([^"]+)"/g)) assert.ok(definitions[name], name)
  }
})

test('version 3 wraps references and publishes zero values', async () => {
  const { pod } = await import('../../src/api/core/pod/pod.ts')
  const definitions = openApiDefinitions([pod], {
    version: 3, describe: (type, field) => (field === 'spec' ? 'What is wanted.' : undefined), kindsOf: type => (type === pod.name ? [{ group: '', version: 'v1', kind: 'Pod' }] : []),
  })
  assert.deepEqual(definitions[pod.name], {
    type: 'object', 'x-kubernetes-group-version-kind': [{ group: '', version: 'v1', kind: 'Pod' }],
    properties: {
      apiVersion: { type: 'string' }, kind: { type: 'string' },
      metadata: { allOf: [{ $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' }], default: {} },
      spec: { allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.PodSpec' }], default: {}, description: 'What is wanted.' },
      status: { allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.PodStatus' }], default: {} },
    },
  })
  const container = definitions['io.k8s.api.core.v1.Container'] as { properties: Record<string, unknown> }
  assert.deepEqual(container.properties.name, { type: 'string', default: '' })
  assert.deepEqual(container.properties.args, { type: 'array', items: { type: 'string', default: '' }, 'x-kubernetes-list-type': 'atomic' })
  assert.deepEqual(container.properties.livenessProbe, { $ref: '#/components/schemas/io.k8s.api.core.v1.Probe' })
})
