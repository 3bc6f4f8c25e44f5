/**
 * Holds the kinds' rules against the recorded answers of a real server: every create step of the golden folders is decoded, defaulted and
 * validated here, without a server, and its causes or its spec compared. What admission adds is left to the replay against a running server.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { applyDefaults } from '../machinery/schema/defaults.ts'
import { decode } from '../machinery/schema/decode.ts'
import type { Cause } from '../machinery/status.ts'
import { Services, type Service } from './core/service.ts'
import { settleService } from './core/service-families.ts'
import { needsHealthCheckPort } from './core/service-strategy.ts'
import { resources } from './index.ts'
import { apiVersionOf, type AnyResource, type KubeObject } from './resource.ts'

const GOLDEN = new URL('../../../shared/golden/', import.meta.url)
/** The least number of recorded refusals, by kind, that are worded exactly as recorded: it may only rise. */
const KNOWN: Readonly<Record<string, number>> = {
  Pod: 438, Deployment: 13, ReplicaSet: 13, Service: 55, ConfigMap: 8, Secret: 10, Node: 5, Endpoints: 12, EndpointSlice: 13, Event: 14, Lease: 4, ControllerRevision: 8,
}

interface Step { name: string; request?: { method?: string; path: string; body?: unknown; headers?: Record<string, string> }; response: { status: number; body?: any } }
export interface Comparison { readonly file: string; readonly step: string; readonly kind: string; readonly want: string[]; readonly got: string[] }

/** The kind that a path creates objects of. */
function created(path: string): AnyResource | undefined {
  const match = /^\/(?:api|apis\/([^/]+))\/([^/]+)\/(?:namespaces\/[^/]+\/)?([a-z]+)$/.exec(path.split('?')[0]!)
  return match ? resources.find(({ group, version, plural }) => group === (match[1] ?? '') && version === match[2] && plural === match[3]) : undefined
}

function causesOf(resource: AnyResource, path: string, body: unknown): Cause[] | undefined {
  let object: KubeObject
  try {
    object = applyDefaults(resource.schema, decode(resource.schema, { apiVersion: apiVersionOf(resource), kind: resource.kind, ...(body as object) }).object)
  } catch {
    return undefined
  }
  // What the server has filled in by then.
  object.metadata.uid ??= '00000000-0000-4000-8000-000000000000'
  if (resource.namespaced) object.metadata.namespace ??= /\/namespaces\/([^/]+)/.exec(path)?.[1] ?? ''
  resource.defaults?.(object)
  // Admission names an account where the author does not.
  if (resource.kind === 'Pod') (object as unknown as { spec: { serviceAccountName?: string } }).spec.serviceAccountName ??= 'default'
  const settled = resource === Services ? giveAddresses(object as Service) : []
  if (settled.length > 0) return settled
  resource.prepareForCreate?.(object)
  return resource.validate?.(object, { now: 0 }) ?? []
}

/** Services have their addresses and ports before they are looked at. */
function giveAddresses({ spec }: Service, old?: Service): Cause[] {
  const causes = settleService(spec, old?.spec, ['IPv4'])
  if (needsHealthCheckPort(spec)) spec.healthCheckNodePort ||= 30_100
  return causes
}

const shown = (causes: readonly Cause[]): string[] => causes.map(({ field, message }) => `${field}: ${message}`.replace(/10\.43\.\d+\.\d+|<ip\d+>/g, '<ip>')).filter(line => !line.startsWith('metadata.')).sort()

export function* comparisons(): Generator<Comparison> {
  for (const folder of readdirSync(GOLDEN, { withFileTypes: true })) {
    if (!folder.isDirectory()) continue
    for (const file of readdirSync(new URL(`${folder.name}/`, GOLDEN))) {
      const { steps } = JSON.parse(readFileSync(new URL(`${folder.name}/${file}`, GOLDEN), 'utf8').replaceAll('${run}', 'grun').replaceAll('<run>', 'grun')) as { steps: Step[] }
      for (const { name, request, response } of steps) {
        if (request?.method !== 'POST' || typeof request.body !== 'object' || request.body === null) continue
        const resource = created(request.path)
        if (!resource) continue
        const refused = response.status === 422 && response.body?.details?.kind === resource.kind
        if (!refused && response.status !== 201) continue
        const causes = causesOf(resource, request.path, request.body)
        if (!causes) continue
        yield { file: `${folder.name}/${file}`, step: name, kind: resource.kind, want: refused ? shown(response.body.details.causes ?? []) : [], got: shown(causes) }
      }
    }
  }
}

test('creates are refused in the words of a real server', { skip: existsSync(GOLDEN) ? false : 'no ../shared/golden here' }, () => {
  const right = new Map<string, number>()
  const wrongly: string[] = []
  for (const { file, step, kind, want, got } of comparisons()) {
    if (want.length === 0 && got.length > 0) wrongly.push(`${file} ${step}: ${got.join('; ')}`)
    if (want.length > 0 && JSON.stringify(want) === JSON.stringify(got)) right.set(kind, (right.get(kind) ?? 0) + 1)
  }
  assert.deepEqual(wrongly, [], 'refused what a real server takes')
  for (const [kind, least] of Object.entries(KNOWN)) assert.ok((right.get(kind) ?? 0) >= least, `${kind}: ${right.get(kind) ?? 0} refusals are right, ${least} were`)
})
