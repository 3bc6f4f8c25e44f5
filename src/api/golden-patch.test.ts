/** Replays the recorded patches: each is applied to the recorded object before it, decoded and defaulted, and must give the recorded object after it. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { applyJsonPatch, applyMergePatch, applyStrategicMergePatch } from '../machinery/patch/index.ts'
import { applyDefaults } from '../machinery/schema/defaults.ts'
import { decode } from '../machinery/schema/decode.ts'
import { StatusError, type Cause } from '../machinery/status.ts'
import { Services, type Service } from './core/service.ts'
import { settleService } from './core/service-families.ts'
import { resources } from './index.ts'
import type { AnyResource, KubeObject } from './resource.ts'

const GOLDEN = new URL('../../../shared/golden/', import.meta.url)
const FOLDERS = ['patch-json', 'patch-merge', 'patch-strategic', 'pod-update', 'kind-deployments', 'kind-services', 'kind-replicasets', 'kind-configmaps', 'kind-secrets', 'kind-nodes', 'kind-endpointslices']
const APPLY: Record<string, (resource: AnyResource, live: KubeObject, patch: unknown) => unknown> = {
  'application/json-patch+json': (_, live, patch) => applyJsonPatch(live, patch),
  'application/merge-patch+json': (_, live, patch) => applyMergePatch(live, patch),
  'application/strategic-merge-patch+json': ({ schema }, live, patch) => applyStrategicMergePatch(schema, live, patch),
}

/** Without what the server or admission adds: the status, node ports, tolerations. */
const plain = (object: KubeObject): Record<string, unknown> => {
  const { status: _, metadata: { labels, annotations, finalizers, ownerReferences }, ...rest } = JSON.parse(JSON.stringify(object).replace(/"(nodePort|healthCheckNodePort)":\d+,?/g, '').replaceAll(',}', '}').replace(/10\.43\.\d+\.\d+/g, '10.43.7.1'))
  if (rest.kind === 'Pod') delete rest.spec.tolerations
  return { ...rest, labels, annotations, finalizers, ownerReferences }
}
/** Services have their addresses before they are looked at, or why they cannot have them. */
const addressesOf = (resource: AnyResource, object: KubeObject, live: KubeObject): Cause[] =>
  (resource === Services ? settleService((object as Service).spec, (live as Service).spec, ['IPv4']) : [])
const unsettled = new WeakMap<KubeObject, Cause[]>()
const finished = (resource: AnyResource, value: unknown, live: KubeObject): KubeObject => {
  const { object } = decode<KubeObject>(resource.schema, { ...value as KubeObject, kind: live.kind, apiVersion: live.apiVersion })
  applyDefaults(resource.schema, object)
  resource.defaults?.(object)
  unsettled.set(object, addressesOf(resource, object, live))
  resource.prepareForUpdate?.(object, live)
  return object
}

for (const folder of existsSync(GOLDEN) ? FOLDERS : []) {
  for (const file of readdirSync(new URL(`${folder}/`, GOLDEN))) test(`${folder}/${file}`, () => replay(`${folder}/${file}`))
}

function replay(file: string): void {
  // What differs from run to run was replaced by names when the answers were recorded.
  const text = readFileSync(new URL(file, GOLDEN), 'utf8').replaceAll('<time>', '2026-01-01T00:00:00Z').replace(/<ip(\d+)>/g, '10.43.7.$1').replaceAll('"<port>"', '30100').replaceAll('<suffix>', 'abcde')
  const { steps } = JSON.parse(text)
  const known = new Map<string, KubeObject>()
  for (const { name, request, response } of steps) {
    if (!request || !response || name === 'add a second address' || /dryRun/.test(request.path) || /<rv>|\$\{/.test(JSON.stringify(request.body ?? ''))) continue
    const path = request.path.split('?')[0] as string
    const after = response.body as KubeObject
    const resource = resources.find(({ kind, version, group }) => kind === after?.kind && after.apiVersion === (group ? `${group}/${version}` : version))
    const live = known.get(path.replace(/\/status$/, ''))
    const apply = APPLY[request.headers?.['content-type']]
    if (request.method === 'PATCH' && live && apply && !path.endsWith('/status')) {
      const liveResource = resources.find(({ kind }) => kind === live.kind)!
      const patch = typeof request.body === 'string' ? parsed(request.body) : request.body
      if (patch === undefined) continue
      if (response.status === 200 && resource) assert.deepEqual(plain(finished(resource, apply(resource, live, patch), live)), plain(after), `${file}: ${name}`)
      else if (response.status === 422 && (response.body as never as { details?: { kind?: string } }).details?.kind === liveResource.kind) checkCauses(`${file}: ${name}`, liveResource, live, apply(liveResource, live, patch), response.body as never)
      else if (after?.kind === 'Status' && /rejected our request|error decoding|\$setElementOrder|merge key|list element types/.test((after as never as { message: string }).message)) {
        assert.throws(() => { apply(liveResource, live, patch); assert.fail(`${file}: ${name} was taken`) }, (error: unknown) => {
          assert.ok(error instanceof StatusError, `${file}: ${name}: ${error}`)
          assert.equal(error.message, (after as never as { message: string }).message, `${file}: ${name}`)
          assert.equal(error.code, response.status)
          return true
        })
      }
    }
    if (resource && (response.status === 200 || response.status === 201) && after.metadata?.name) known.set(path.replace(/\/status$/, '').replace(new RegExp(`/${resource.plural}$`), `/${resource.plural}/${after.metadata.name}`), after)
  }
}

/** Causes that come from where addresses and ports are given out, or from admission. */
const FROM_ELSEWHERE = /allocat|not in the valid range|not configured|^metadata\.(?!annotations\[)|found new scheduling/

function checkCauses(where: string, resource: AnyResource, live: KubeObject, value: unknown, { details }: { details: { causes: { field: string; message: string }[] } }): void {
  const line = ({ field, message }: { field?: string; message: string }): string => `${field}: ${message}`.replace(/10\.43\.\d+\.\d+/g, '<ip>')
  const want = details.causes.map(line).filter(each => !FROM_ELSEWHERE.test(each)).sort()
  if (want.length === 0) return
  const next = finished(resource, value, live)
  const context = { now: 0, isNew: false }
  const early = unsettled.get(next) ?? []
  const causes = early.length > 0 ? early : [...resource.validate?.(next, context) ?? [], ...resource.validateUpdate?.(next, live, context) ?? []]
  assert.deepEqual(causes.map(line).filter(each => !FROM_ELSEWHERE.test(each)).sort(), want, where)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
