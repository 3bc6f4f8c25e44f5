import { apiVersionOf, type KubeObject } from '../../api/resource.ts'
import { parseJson } from '../../machinery/json.ts'
import { applyJsonPatch, applyMergePatch, applyStrategicMergePatch } from '../../machinery/patch/index.ts'
import { badRequest, StatusError } from '../../machinery/status.ts'
import { parseYaml } from '../../machinery/yaml.ts'
import { permitted } from '../authorize.ts'
import { servedOf, type Call } from '../call.ts'
import type { Catalog } from '../catalog.ts'
import type { FieldTracker } from '../field-tracker.ts'
import { kindOf, objectFrom, toStored, type BodyKind } from '../object-body.ts'
import { checkWriteOptions } from '../options.ts'
import type { ReadValue } from '../representation/read.ts'
import { toServedVersion } from '../versions.ts'
import type { Verb } from './verb.ts'
import { written } from './written.ts'

const APPLY = 'application/apply-patch+yaml'

/** Changes an object by what a patch says, whatever version of it is there. Applying makes the object where there is none. */
export const patch: Verb = async (server, call) => {
  const { registry, catalog, fields, authorizer } = server
  const isApply = call.patchType === APPLY
  checkWriteOptions('PatchOptions', call.options, isApply)
  const kind = kindOf(servedOf(call))
  const { object, created } = await registry.update(call, {
    next: current => toStored(kind, patched(call, kind, toServedVersion(servedOf(call), current), catalog, fields)), unconditional: true, applied: isApply,
    ...(call.subresource ? { subresource: call.subresource } : isApply && { missing: () => permitted(authorizer, call, () => toStored(kind, applied(call, kind, undefined, catalog, fields))) }),
  })
  return written(server, call, object, created)
}

/** Server-side apply: the configuration laid over what is there. */
function applied(call: Call, kind: BodyKind, live: KubeObject | undefined, catalog: Catalog, fields: FieldTracker): KubeObject {
  const read = readPatch(call)
  checkConfiguration(call, kind, read.value)
  // Decoded for its problems only: what is applied is what the client said, without defaults.
  objectFrom(call, kind, catalog, read)
  const config = live ? (read.value as object) : withoutVersion(read.value as object)
  return objectFrom(silent(call), kind, catalog, { value: fields.applied(call, config, live && withoutVersion(live), call.subresource) })
}

/** Problems are told once, when what the client sent is read. */
const silent = (call: Call): Call => ({ ...call, options: { ...call.options, fieldValidation: 'Ignore' } })

/** An object whose version nobody insists on. */
function withoutVersion<T extends object>(object: T): T {
  const { metadata, ...rest } = object as { metadata?: { resourceVersion?: string } }
  const { resourceVersion: _any, ...others } = metadata ?? {}
  return { ...rest, metadata: others } as T
}

function checkConfiguration(call: Call, kind: BodyKind, value: unknown): void {
  const config = value as { metadata?: { managedFields?: unknown[] } } | undefined
  if (Array.isArray(config?.metadata?.managedFields)) throw badRequest('metadata.managedFields must be nil')
  if (typeof value !== 'object' || value === null) throw badRequest(`error decoding YAML: the configuration for ${call.name} is not an object`)
  const { kind: saidKind = '', apiVersion = '' } = value as { kind?: unknown; apiVersion?: unknown }
  if (saidKind !== kind.kind && typeof apiVersion === 'string' && apiVersion === apiVersionOf(kind)) throw badRequest(`invalid object type: ${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${String(saidKind)}`)
}

/** What a patch makes of an object, decoded anew. Only a patch that states another version insists on one. */
export function patched(call: Call, kind: BodyKind, current: KubeObject, catalog: Catalog, fields: FieldTracker): KubeObject {
  if (call.patchType === APPLY) return applied(call, kind, current, catalog, fields)
  const read = readPatch(call)
  const outcome = changed(call, kind, current, read)
  const version = (outcome as { metadata?: { resourceVersion?: unknown } } | undefined)?.metadata?.resourceVersion
  const value = version === current.metadata.resourceVersion ? withoutVersion(outcome as object) : outcome
  try {
    return objectFrom(call, kind, catalog, { ...read, value })
  } catch (error) {
    if (error instanceof StatusError && error.reason === 'BadRequest' && !error.message.includes('strict decoding error')) throw unfit(value, error.message)
    throw error
  }
}

function changed(call: Call, kind: BodyKind, before: object, { value: change }: ReadValue): unknown {
  switch (call.patchType) {
    case 'application/json-patch+json': return applyJsonPatch(before, change)
    case 'application/merge-patch+json': return applyMergePatch(before, change)
    case 'application/strategic-merge-patch+json': return applyStrategicMergePatch(kind.schema, before, change)
    default: throw new StatusError('UnsupportedMediaType', '415: Unsupported Media Type', {})
  }
}

/** The patch as a value. Field validation looks at what it says, not at what was there. */
function readPatch(call: Call): ReadValue {
  if (!call.encoded) return { value: call.body }
  const text = new TextDecoder().decode(call.encoded.bytes)
  if (call.patchType === APPLY) return call.encoded.bytes[0] === 0x7b ? parseJson(text) : parseYaml(text)
  try {
    return { value: parseJson(text).value }
  } catch (error) {
    if (call.patchType === 'application/json-patch+json' && error instanceof StatusError) throw badRequest(`error decoding patch: ${error.message}`)
    throw error
  }
}

/** The 422 of a patch whose outcome is no object of its kind. */
function unfit(value: unknown, message: string): StatusError {
  const why = message.replace(/^\S+ in version "[^"]*" cannot be handled as a \S+: /, '')
  const cause = { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(JSON.stringify(sortedKeys(withoutVersion(value as object))))}: ${why}`, field: 'patch' }
  return new StatusError('Invalid', ` "" is invalid: patch: ${cause.message}`, { causes: [cause] })
}

const sortedKeys = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]) => [key, key === 'managedFields' ? part : sortedKeys(part)]))
}
