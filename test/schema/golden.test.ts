import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { decode } from '../../src/machinery/schema/decode.ts'
import { decodeProtobuf, encodeProtobuf } from '../../src/machinery/schema/protobuf.ts'
import type { Schema } from '../../src/machinery/schema/schema.ts'
import { resources } from '../../src/api/index.ts'
import { sharedFolder } from './facts.ts'

const folder = `${sharedFolder}golden/`
const missing = existsSync(folder) ? false : 'the golden transcripts (../shared/golden) are not on this machine'

interface Step {
  name: string
  /** Paths that the recorder left out of the answer. */
  ignore?: string[]
  response: { body?: unknown }
}

const byKind = new Map<string, Schema>(resources.map(({ group, version, kind, schema }) => [`${group ? `${group}/` : ''}${version}/${kind}`, schema]))

/** Normalised values stand for real ones: those of times are put back, so that they can be read. */
function restore(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map(item => restore(item, key))
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, restore(item, name)]))
  if (value === '<port>') return 30000
  const micro = ['eventTime', 'acquireTime', 'renewTime', 'lastObservedTime'].includes(key)
  return value === '<time>' ? (micro ? '2026-01-02T03:04:05.000006Z' : '2026-01-02T03:04:05Z') : value
}

function* answers(): Generator<{ where: string; schema: Schema; body: Record<string, unknown> }> {
  for (const area of readdirSync(folder)) {
    if (area.includes('.')) continue
    for (const file of readdirSync(folder + area)) {
      for (const step of (JSON.parse(readFileSync(`${folder}${area}/${file}`, 'utf8')) as { steps: Step[] }).steps) {
        const body = step.response.body as Record<string, unknown> | undefined
        if (typeof body !== 'object' || body === null || step.ignore) continue
        const schema = byKind.get(`${String(body.apiVersion)}/${String(body.kind)}`)
        if (schema) yield { where: `${area}/${file}: ${step.name}`, schema, body: restore(body) as Record<string, unknown> }
      }
    }
  }
}

/** Protobuf has no place for the kind of a claim template; the kind's defaults put it back. */
function withoutInnerKinds(object: unknown): unknown {
  const { spec, ...rest } = object as { spec?: { volumeClaimTemplates?: object[] } }
  const templates = spec?.volumeClaimTemplates?.map(template => ({ ...template, kind: undefined, apiVersion: undefined }))
  return templates ? JSON.parse(JSON.stringify({ ...rest, spec: { ...spec, volumeClaimTemplates: templates } })) : object
}

/** What decoding an answer changes, and what protobuf does not carry; '' when nothing. */
function changes(schema: Schema, body: Record<string, unknown>): string {
  try {
    const { object, problems } = decode(schema, body)
    assert.deepEqual(problems, [])
    assert.deepEqual(object, body)
    const { kind, apiVersion } = body as { kind: string; apiVersion: string }
    assert.deepEqual(decodeProtobuf(schema, encodeProtobuf(schema, object), { kind, apiVersion }), withoutInnerKinds(object))
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

test('what the real server answers is canonical: decoding changes nothing, and protobuf carries all of it', { skip: missing }, () => {
  const all = [...answers()]
  const wrong = all.map(({ where, schema, body }) => ({ where, change: changes(schema, body) })).filter(({ change }) => change)
  assert.deepEqual(wrong.slice(0, 40), [], `${wrong.length} of ${all.length}`)
  assert.ok(all.length > 1000, `only ${all.length} answers`)
})
