import { apiVersionOf, type AnyResource, type KubeObject } from '../api/resource.ts'
import type { Schema } from '../machinery/schema/schema.ts'
import { decode, warningsOf } from '../machinery/schema/decode.ts'
import { goPackage } from '../api/go-form.ts'
import { applyDefaults } from '../machinery/schema/defaults.ts'
import { badRequest, StatusError } from '../machinery/status.ts'
import type { Call, EncodedBody } from './call.ts'
import { readText, unrecognized, type ReadValue } from './representation/read.ts'
import type { Catalog } from './catalog.ts'
import { isOlderVersion } from './older-versions.ts'

/** A kind of body: the resource's own, or a subresource's (Scale, Eviction, Binding). */
export interface BodyKind {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly schema: Schema<unknown>
  /** Versions of before whose bodies have the same form. */
  readonly olderVersions?: readonly string[]
  defaults?(draft: never): void
  readonly storedAs?: { up(object: never): KubeObject }
}

/**
 * The object that a request carries, freshly made: decoded, with its defaults. Unknown and duplicate fields are refused, warned of or ignored
 * as `fieldValidation` says. Objects of callers in this process take the same way, so that all that is stored has one form.
 */
export function readObject(call: Call, kind: BodyKind, catalog: Catalog): KubeObject {
  const read: ReadValue = call.encoded ? readText(call.encoded, kind) : { value: call.body }
  const object = objectFrom(call, kind, catalog, read)
  call.notes.onDecoded?.(object)
  return toStored(kind, object)
}

/** What is stored of an object of a kind that is a view of another. */
export const toStored = (kind: BodyKind, object: KubeObject): KubeObject => kind.storedAs?.up(object as never) ?? object

/** The same for a value that is there already: the outcome of a patch. */
export function objectFrom(call: Call, kind: BodyKind, catalog: Catalog, read: ReadValue): KubeObject {
  const value = read.value
  const said = (value ?? {}) as { kind?: unknown; apiVersion?: unknown }
  if (call.encoded) refuseOtherKinds(said, kind, catalog, call.encoded)
  let decoded
  try {
    decoded = decode(kind.schema, value, read)
  } catch (error) {
    if (error instanceof StatusError && error.reason === 'BadRequest') throw cannotHandle(said, kind, error.message)
    throw error
  }
  if (decoded.problems.length > 0 && call.options.fieldValidation === 'Strict') throw cannotHandle(said, kind, `strict decoding error: ${decoded.problems.join(', ')}`)
  report(call, decoded.problems)
  const object = decoded.object as KubeObject
  const managers = (value as { metadata?: { managedFields?: unknown } } | undefined)?.metadata?.managedFields
  call.notes.forgetsManagers = Array.isArray(managers) && managers.length === 0
  object.kind = kind.kind
  object.apiVersion = apiVersionOf(kind)
  applyDefaults(kind.schema, object)
  kind.defaults?.(object as never)
  return object
}

/** Tells the client of fields that are ignored, unless it does not want to know. */
export function report(call: Call, problems: readonly string[]): void {
  if ((call.options.fieldValidation || 'Warn') === 'Warn') for (const warning of warningsOf(problems)) call.warnings.add(warning)
}

const groupPart = (apiVersion: string): string => apiVersion.slice(0, Math.max(0, apiVersion.lastIndexOf('/')))
const versionPart = (apiVersion: string): string => apiVersion.slice(apiVersion.lastIndexOf('/') + 1)

function cannotHandle(said: { kind?: unknown; apiVersion?: unknown }, kind: BodyKind, why: string): StatusError {
  const name = typeof said.kind === 'string' && said.kind ? said.kind : kind.kind
  const version = typeof said.apiVersion === 'string' && said.apiVersion ? versionPart(said.apiVersion) : kind.version
  return badRequest(`${name} in version "${version}" cannot be handled as a ${kind.kind}: ${why}`)
}

const SCHEME = 'pkg/api/legacyscheme/scheme.go:30'
const META_KINDS = new Set(['List', 'DeleteOptions', 'ListOptions', 'CreateOptions', 'UpdateOptions', 'PatchOptions', 'GetOptions', 'Status', 'WatchEvent'])

/** An object of another kind than the URL's is refused; what it does not say is taken from the URL. */
function refuseOtherKinds(said: { kind?: unknown; apiVersion?: unknown }, kind: BodyKind, catalog: Catalog, body: EncodedBody): void {
  const saidKind = typeof said.kind === 'string' && said.kind ? said.kind : kind.kind
  const saidVersion = typeof said.apiVersion === 'string' && said.apiVersion ? said.apiVersion : apiVersionOf(kind)
  const expected = apiVersionOf(kind)
  if (saidKind === kind.kind && (saidVersion === expected || kind.olderVersions?.includes(saidVersion))) return
  if (saidVersion.split('/').length > 2) throw unrecognized(kind, `unexpected GroupVersion string: ${saidVersion}`, body.bytes)
  if (saidKind === kind.kind && kind.group === groupPart(saidVersion) && (isOlderVersion(saidVersion, saidKind) || catalog.ofKind(saidVersion, saidKind))) {
    throw badRequest(`the API version in the data (${saidVersion}) does not match the expected API version (${expected})`)
  }
  if (isKnownKind(catalog, saidVersion, saidKind)) {
    const version = versionPart(saidVersion)
    throw cannotHandle(said, kind, `converting (${version}.${saidKind}) to (${goPackage(kind)}.${kind.kind}): unknown conversion`)
  }
  throw cannotHandle(said, kind, `no kind "${saidKind}" is registered for version "${saidVersion}" in scheme "${SCHEME}"`)
}

const isKnownKind = (catalog: Catalog, apiVersion: string, kind: string): boolean =>
  catalog.ofKind(apiVersion, kind) !== undefined || META_KINDS.has(kind) || (kind.endsWith('List') && catalog.ofKind(apiVersion, kind.slice(0, -4)) !== undefined)

/** The resource itself as a kind of body. */
export const kindOf = (resource: AnyResource): BodyKind => resource as unknown as BodyKind
