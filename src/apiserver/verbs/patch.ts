import { apiVersionOf, type KubeObject } from '../../api/resource.ts'
import { applyJsonPatch, applyMergePatch, applyStrategicMergePatch } from '../../machinery/patch/index.ts'
import { goKind } from '../../machinery/patch/json-value.ts'
import { badRequest, StatusError } from '../../machinery/status.ts'
import { permitted } from '../authorize.ts'
import { servedOf, type Call } from '../call.ts'
import type { Catalog } from '../catalog.ts'
import type { FieldTracker } from '../field-tracker.ts'
import { kindOf, objectFrom, report, toStored, type BodyKind } from '../object-body.ts'
import { checkWriteOptions } from '../options.ts'
import { toServedVersion } from '../versions.ts'
import { APPLY, readPatch, sortedKeys, unfit } from './patch-text.ts'
import { resolve } from '../../machinery/schema/schema.ts'
import type { Verb } from './verb.ts'
import { written } from './written.ts'

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

/** Server-side apply: the configuration laid over what is there. Fields that do not exist are refused whatever the client thinks of them. */
function applied(call: Call, kind: BodyKind, live: KubeObject | undefined, catalog: Catalog, fields: FieldTracker): KubeObject {
  const { value: read, problems } = readPatch(call)
  if (problems.length > 0 && call.options.fieldValidation === 'Strict') throw badRequest(`error strict decoding YAML: error converting YAML to JSON: ${problems.join(', ')}`)
  report(call, problems)
  checkConfiguration(call, kind, read)
  const config = live ? (read as object) : withoutVersion(read as object)
  return objectFrom(silent(call), kind, catalog, { value: fields.applied(call, config, live && withoutVersion(live), call.subresource) })
}

/** Problems are told once, when what the client sent is read. */
const silent = (call: Call): Call => ({ ...call, options: { ...call.options, fieldValidation: 'Ignore' } })

/** An object whose version nobody insists on. */
function withoutVersion<T extends object>(object: T): T {
  const { metadata, ...rest } = object as { metadata?: { resourceVersion?: string } }
  if (!metadata) return object
  const { resourceVersion: _any, ...others } = metadata
  return { ...rest, metadata: others } as T
}

function checkConfiguration(call: Call, kind: BodyKind, value: unknown): void {
  const config = value as { metadata?: { managedFields?: unknown[] } } | undefined
  if (Array.isArray(config?.metadata?.managedFields)) throw badRequest('metadata.managedFields must be nil')
  if (value !== null && (typeof value !== 'object' || Array.isArray(value))) {
    throw badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${goKind(value)} into Go value of type map[string]interface {}`)
  }
  const { kind: saidKind = '', apiVersion = '' } = (value ?? {}) as { kind?: unknown; apiVersion?: unknown }
  if (saidKind !== kind.kind || apiVersion !== apiVersionOf(kind)) throw badRequest(`invalid object type: ${String(apiVersion).includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${saidKind}`)
}

/** What a patch makes of an object, decoded anew. Only a patch that states another version insists on one. */
export function patched(call: Call, kind: BodyKind, current: KubeObject, catalog: Catalog, fields: FieldTracker): KubeObject {
  if (call.patchType === APPLY) return applied(call, kind, current, catalog, fields)
  const { value: patch, problems } = readPatch(call)
  const changedObject = changed(call, kind, current, patch)
  const outcome = keepsRaw(kind.schema) ? sortedKeys(changedObject) : changedObject
  const version = (outcome as { metadata?: { resourceVersion?: unknown } } | undefined)?.metadata?.resourceVersion
  const value = version === current.metadata.resourceVersion ? withoutVersion(outcome as object) : outcome
  // Upstream decodes the outcome from a text whose keys are sorted: so are the problems.
  const told = new Set<string>()
  try {
    const object = objectFrom({ ...call, warnings: told }, kind, catalog, { value })
    if (problems.length > 0 && call.options.fieldValidation === 'Strict') throw badRequest(`strict decoding error: ${problems.join(', ')}`)
    report(call, problems)
    for (const warning of [...told].sort()) call.warnings.add(warning)
    return object
  } catch (error) {
    if (error instanceof StatusError && error.reason === 'BadRequest') throw unfit(call, kind.schema, patch, outcome, withProblems(error.message, problems))
    throw error
  }
}

/** Values that are kept as they are written show in which order: a patched object's keys are sorted. */
const keepsRaw = ({ fields }: BodyKind['schema']): boolean => Object.values(fields).some(({ node }) => resolve(node).type === 'rawExtension')

/** Problems of the patch's own text come before those of what came of it. */
function withProblems(message: string, problems: readonly string[]): string {
  const [before, found] = message.split('strict decoding error: ')
  return found === undefined ? message : `${before}strict decoding error: ${[...new Set([...problems, ...found.split(', ').sort()])].join(', ')}`
}

function changed(call: Call, kind: BodyKind, before: object, change: unknown): unknown {
  switch (call.patchType) {
    case 'application/json-patch+json': return applyJsonPatch(before, change)
    case 'application/merge-patch+json': return applyMergePatch(before, change)
    case 'application/strategic-merge-patch+json': // The outcome is of the type that it was made from, whatever the patch says.
      return { ...applyStrategicMergePatch(kind.schema, before, change) as object, kind: kind.kind, apiVersion: apiVersionOf(kind) }
    default: throw new StatusError('UnsupportedMediaType', '415: Unsupported Media Type', {})
  }
}
