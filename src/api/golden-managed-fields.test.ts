/** Replays recorded writes and holds the managed fields that they leave, and the refusals of server-side apply, against the recorded ones. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { apply, recordUpdate, type ManagedFieldsEntry } from '../machinery/managed-fields/index.ts'
import { applyJsonPatch, applyMergePatch, applyStrategicMergePatch } from '../machinery/patch/index.ts'
import { applyDefaults } from '../machinery/schema/defaults.ts'
import { decode } from '../machinery/schema/decode.ts'
import { StatusError } from '../machinery/status.ts'
import { resources } from './index.ts'
import type { AnyResource, KubeObject } from './resource.ts'

const GOLDEN = new URL('../../../shared/golden/', import.meta.url)
const FOLDERS = ['apply', 'managed-fields', 'kind-deployments', 'kind-configmaps', 'kind-secrets', 'kind-replicasets', 'pod-update', 'patch-strategic']
/** Recorded answers that come from somewhere else: other versions of one object, subresources of another kind, admission. */
const ELSEWHERE = /scale|versions-of-one-object|every-verb-pod|partial|table|manager-names/

interface Step { name: string; request?: { method?: string; path: string; body?: unknown; headers?: Record<string, string> }; response: { status: number; body?: any } }

const entriesOf = (object: KubeObject): unknown[] => shown(object.metadata.managedFields)
const shown = (entries: readonly ManagedFieldsEntry[] | undefined): unknown[] =>
  (entries ?? []).map(({ manager, operation, apiVersion, subresource, fieldsV1 }) => JSON.stringify({ manager, operation, apiVersion, subresource, fieldsV1: sorted(fieldsV1) })).sort()
const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, child]) => [key, sorted(child)])) : value

/** Times are cut to the second in objects, so entries of one second stand in the order of names; the recorded times are gone altogether. */
let seconds = 0
const nextTime = (): string => new Date(Date.UTC(2026, 0, 1) + 1000 * seconds++).toISOString().replace('.000', '')

for (const folder of existsSync(GOLDEN) ? FOLDERS : []) {
  for (const file of readdirSync(new URL(`${folder}/`, GOLDEN))) if (!ELSEWHERE.test(file)) test(`${folder}/${file}`, () => replay(`${folder}/${file}`))
}

function replay(file: string): void {
  const text = readFileSync(new URL(file, GOLDEN), 'utf8').replaceAll('<time>', '2026-01-01T00:00:00Z').replace(/<ip(\d+)>/g, '10.43.7.$1').replaceAll('"<port>"', '30100')
  const { steps } = JSON.parse(text) as { steps: Step[] }
  const known = new Map<string, KubeObject>()
  for (const step of steps) {
    const { name, request, response } = step
    if (!request || !response || /dryRun/.test(request.path) || /<rv>|\$\{(?!run)/.test(JSON.stringify(request.body ?? ''))) continue
    const match = /^(\/(?:api|apis\/([^/]+))\/([^/]+)\/(?:namespaces\/[^/]+\/)?([a-z]+)(?:\/([^/]+))?)(?:\/status)?$/.exec(request.path.split('?')[0]!)
    const resource = match && resources.find(({ group, version, plural }) => group === (match[2] ?? '') && version === match[3] && plural === match[4])
    if (!resource || !match) continue
    const bodyName = (request.body as KubeObject | undefined)?.metadata?.name
    const key = match[5] ? match[1]! : `${match[1]}/${bodyName}`
    check(file, step, resource, known.get(key))
    if (request.method === 'DELETE') known.delete(key)
    else if (response.body?.kind === resource.kind) known.set(key, withTimes(response.body, known.get(key)))
    void name
  }
}

/** The recorded object with times that tell its managers' order: an entry that did not change keeps its own. */
function withTimes(object: KubeObject, before: KubeObject | undefined): KubeObject {
  const { managedFields } = object.metadata
  if (!managedFields) return object
  const time = nextTime()
  const old = (before?.metadata.managedFields ?? []) as ManagedFieldsEntry[]
  return {
    ...object,
    metadata: { ...object.metadata, managedFields: managedFields.map(entry => ({ ...entry, time: entry.manager === 'ancient-changes' ? '2020-01-01T00:00:00Z' : old.find(each => shown([each])[0] === shown([entry])[0])?.time ?? time })) },
  } as KubeObject
}

function check(file: string, { name, request, response }: Step, resource: AnyResource, live: KubeObject | undefined): void {
  const { method, path, headers, body } = request!
  const manager = new URL(path, 'http://x').searchParams.get('fieldManager') ?? 'unknown'
  const subresource = /\/status(\?|$)/.test(path) ? 'status' : undefined
  const write = {
    schema: resource.schema, live, manager, subresource, time: nextTime(), apiVersion: resource.group ? `${resource.group}/${resource.version}` : resource.version,
    reset: { 'f:status': {} }, forgets: method !== 'PATCH' && Array.isArray((body as KubeObject | undefined)?.metadata?.managedFields) && (body as KubeObject).metadata.managedFields!.length === 0,
    isServed: (version: string) => !version.endsWith('v9'),
  }
  if (subresource) return // A status holds times, and recorded times are gone.
  const type = headers?.['content-type'] ?? 'application/json'
  const ok = response.status === 200 || response.status === 201
  if (method === 'PATCH' && type === 'application/apply-patch+yaml') {
    const config = typeof body === 'string' ? parsed(body) : body
    if (!config) return
    const force = /force=(?!false|0|&|$)/.test(path)
    if (ok) return assert.deepEqual(entriesOf(apply({ ...write, force }, config as object).object as KubeObject), entriesOf(response.body), `${file}: ${name}`)
    if (!/^Apply failed|^failed to create typed/.test(response.body?.message ?? '') || /expected string|expected numeric/.test(response.body.message)) return
    return assert.throws(() => { apply({ ...write, force }, config as object); assert.fail(`${file}: ${name} was taken`) }, (error: unknown) => {
      assert.ok(error instanceof StatusError, `${file}: ${name}: ${error}`)
      assert.equal(error.message, response.body.message, `${file}: ${name}`)
      return true
    })
  }
  if (!ok || !['POST', 'PUT', 'PATCH'].includes(method ?? '') || response.body?.kind !== resource.kind || (method !== 'POST' && !live)) return
  const next = method === 'PATCH' ? patched(type, resource, live!, typeof body === 'string' ? parsed(body) : body) : typeof body === 'string' ? parsed(body) : body
  if (!next) return
  const { object } = decode<KubeObject>(resource.schema, { apiVersion: write.apiVersion, kind: resource.kind, ...next as object })
  applyDefaults(resource.schema, object)
  resource.defaults?.(object)
  // The server takes these off before anybody's fields are recorded.
  delete object.metadata.deletionTimestamp
  delete object.metadata.deletionGracePeriodSeconds
  assert.deepEqual(shown(recordUpdate(write, object)), entriesOf(response.body), `${file}: ${name}`)
}

function patched(type: string, resource: AnyResource, live: KubeObject, patch: unknown): unknown {
  if (type === 'application/json-patch+json') return applyJsonPatch(live, patch)
  if (type === 'application/merge-patch+json') return applyMergePatch(live, patch)
  return type === 'application/strategic-merge-patch+json' ? applyStrategicMergePatch(resource.schema, live, patch) : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
