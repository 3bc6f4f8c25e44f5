import type { Schema } from '../schema/schema.ts'
import { decode } from '../schema/decode.ts'
import { StatusError, type Cause } from '../status.ts'
import { findProblem } from './check.ts'
import { difference, equalSets, intersection, isEmptySet, parseFieldSet, pathsOf, recursiveDifference, union, withAncestors, type FieldSet } from './field-set.ts'
import { capUpdaters, entryOf, keepText, managerKey, readManagers, writeManagers, type Managed, type ManagedFieldsEntry, type Manager } from './managers.ts'
import { merge, without } from './merge.ts'
import { outlineOf } from './outline.ts'
import { shapeOf } from './shape.ts'
import { compare, fieldsOf } from './walk.ts'

export { knownTextOf, type ManagedFieldsEntry } from './managers.ts'
export type { FieldSet } from './field-set.ts'

/** An object, as far as managed fields look at it. */
interface Tracked {
  readonly kind: string
  readonly apiVersion: string
  readonly metadata: { readonly name?: string; readonly namespace?: string; readonly annotations?: Record<string, string> | undefined; readonly managedFields?: readonly ManagedFieldsEntry[] | undefined | null }
}

export interface ManagedWrite {
  readonly schema: Schema
  /** The object as it is stored; undefined when it is being created. */
  readonly live: object | undefined
  /** `fieldManager`, or the beginning of the client's user agent. */
  readonly manager: string
  readonly apiVersion: string
  readonly subresource?: string | undefined
  /** RFC 3339. */
  readonly time: string
  /** Fields that this write cannot change, in the form of fieldsV1: `{ 'f:status': {} }`. */
  readonly reset?: FieldSet | undefined
  /** The client sent an empty list of managed fields: they are forgotten. */
  readonly forgets?: boolean | undefined
  /** Whether the kind is served in that version; entries of others are dropped. */
  isServed?(apiVersion: string): boolean
  /** The object as another version of its kind has it, whose managers know its fields by other names; undefined: it looks the same there. */
  inVersion?(apiVersion: string, object: object): { schema: Schema; object: object } | undefined
  /** The version that conflicts speak of, where it is not the managers' own. */
  readonly toldAs?: string | undefined
}

/** What the server sets itself belongs to nobody. */
const UNMANAGED = parseFieldSet({
  'f:apiVersion': {}, 'f:kind': {},
  'f:metadata': {
    '.': {}, 'f:name': {}, 'f:namespace': {}, 'f:creationTimestamp': {}, 'f:selfLink': {}, 'f:uid': {}, 'f:clusterName': {}, 'f:generation': {}, 'f:managedFields': {}, 'f:resourceVersion': {},
  },
})!
const NONE: FieldSet = {}
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
const BEFORE_FIRST_APPLY = 'before-first-apply'
const LARGEST_ANNOTATIONS = 256 * 1024

/** Objects are compared with the empty object of their kind when they are created. */
const zeros = new WeakMap<Schema, object>()
function zeroOf(schema: Schema): object {
  let zero = zeros.get(schema)
  if (!zero) zeros.set(schema, zero = decode(schema, {}).object as object)
  return zero
}

/** `metadata.managedFields` of an object that is about to be written by create, update or a patch other than apply. */
export function recordUpdate(write: ManagedWrite, object: object): ManagedFieldsEntry[] | undefined {
  const { schema, live, subresource, time } = write
  const current = (live as Tracked | undefined)?.metadata.managedFields
  const given = (object as Tracked).metadata.managedFields
  if (!live && !given?.length) return recordNew(write, object)
  const managers = startingManagers(write, given === current ? undefined : given)
  // An object whose fields nobody tracks stays so until it is first applied.
  if (managers.size === 0 && live) return undefined
  dropUnserved(write, managers)
  const changes = compare(live ?? zeroOf(schema), object, shapeOf(schema))
  // Nobody can be told to own an item that has no key: upstream gives up on the whole object.
  if (namesKeyless(changes.added)) return undefined
  const own = difference(recursiveDifference(union(changes.added ?? NONE, changes.modified ?? NONE), write.reset ?? NONE), UNMANAGED)
  const changesIn = changesByVersion(write, live ?? zeroOf(schema), object, changes)
  const takenIn = (apiVersion: string): FieldSet => {
    const { added, modified, removed } = changesIn(apiVersion)
    // What the write cannot change stays with those who have it: the kind puts it back.
    return recursiveDifference(union(added ?? NONE, union(modified ?? NONE, removed ?? NONE)), write.reset ?? NONE)
  }
  const isSame = !changes.added && !changes.modified && !changes.removed
  const touched = isSame ? [] : [...managers].filter(([, { fields, apiVersion }]) => !isEmptySet(intersection(fields, takenIn(apiVersion))))
  const untouched = isEmptySet(own) && touched.length === 0
  if (untouched && current?.length && (!given?.length || given === current || subresource)) return current as ManagedFieldsEntry[]
  const left = managers
  for (const [key, managed] of touched) left.set(key, { ...managed, fields: difference(managed.fields, takenIn(managed.apiVersion)) })
  if (!isEmptySet(own)) addTo(left, { manager: write.manager, operation: 'Update', apiVersion: write.apiVersion, subresource: subresource ?? '' }, own, time)
  const entries = writeManagers(capUpdaters(withoutEmpty(left)))
  return entries.length ? entries : undefined
}

/** An object that nobody wrote to before has one manager, of all its fields. */
function recordNew(write: ManagedWrite, object: object): ManagedFieldsEntry[] | undefined {
  const fields = fieldsOfNew(write, object)
  if (isEmptySet(fields)) return undefined
  const { manager, apiVersion, subresource = '', time } = write
  return [entryOf({ manager, operation: 'Update', apiVersion, subresource, fields, time })]
}

/** New objects mostly look like others before: by outline, for each kind. Those that look alike share their set of fields. */
const known = new WeakMap<Schema, Map<string, FieldSet>>()
const MOST_OUTLINES = 500

function fieldsOfNew({ schema, reset = NONE }: ManagedWrite, object: object): FieldSet {
  let outlines = known.get(schema)
  if (!outlines) known.set(schema, outlines = new Map())
  const outline = JSON.stringify(reset) + outlineOf(zeroOf(schema), object, shapeOf(schema))
  let fields = outlines.get(outline)
  if (!fields) {
    const { added = NONE, modified = NONE } = compare(zeroOf(schema), object, shapeOf(schema))
    fields = difference(recursiveDifference(union(added, modified), reset), UNMANAGED)
    if (outlines.size >= MOST_OUTLINES) outlines.clear()
    outlines.set(outline, fields)
    keepText(fields)
  }
  return fields
}

type Changes = ReturnType<typeof compare>

const namesKeyless = (set: FieldSet | undefined): boolean => set !== undefined && Object.keys(set).some(element => element === 'k:{}' || namesKeyless(set[element]))

/** What a write changes, in the words of each version that a manager has written in. */
function changesByVersion(write: ManagedWrite, before: object, after: object, changes: Changes): (apiVersion: string) => Changes {
  const known = new Map<string, Changes>([[write.apiVersion, changes]])
  return apiVersion => {
    let found = known.get(apiVersion)
    if (!found) {
      const [from, to] = [write.inVersion?.(apiVersion, before), write.inVersion?.(apiVersion, after)]
      found = from && to ? compare(from.object, to.object, shapeOf(to.schema)) : changes
      known.set(apiVersion, found)
    }
    return found
  }
}

function addTo(managers: Map<string, Managed>, manager: Manager, fields: FieldSet, time: string): void {
  const key = managerKey(manager)
  managers.set(key, { ...manager, fields: union(managers.get(key)?.fields ?? NONE, fields), time })
}

const withoutEmpty = (managers: ReadonlyMap<string, Managed>): Map<string, Managed> => new Map([...managers].filter(([, { fields }]) => !isEmptySet(fields)))

/** The managers before the write: the ones that the client sends back, or else the live object's. A single empty entry forgets them all. */
function startingManagers({ live, subresource, forgets }: ManagedWrite, given: Tracked['metadata']['managedFields']): Map<string, Managed> {
  const current = (): Map<string, Managed> => readManagers((live as Tracked | undefined)?.metadata.managedFields) ?? new Map()
  if (forgets && !subresource) return new Map()
  if (given?.length === 1 && Object.keys(given[0]!).length === 0 && !subresource) return new Map()
  const sent = given?.length && !subresource ? readManagers(given) : undefined
  return sent?.size ? sent : current()
}

function dropUnserved({ isServed }: ManagedWrite, managers: Map<string, Managed>): void {
  if (isServed) for (const [key, { apiVersion }] of managers) if (!isServed(apiVersion)) managers.delete(key)
}

export interface Applied {
  /** The merged object with its managed fields, not yet defaulted. */
  readonly object: object
  /** Whether anything differs from the live object: when not, nothing is to be written. */
  readonly changed: boolean
}

/**
 * Server-side apply: lays what a manager wants over the live object, takes away what it wanted before and nobody else does, and refuses with
 * 409 when another manager's fields would change, unless forced. The configuration is as the client sent it.
 */
export function apply(write: ManagedWrite & { readonly force?: boolean | undefined }, config: object): Applied {
  const { schema, live, time, force } = write
  const shape = shapeOf(schema)
  refuseMalformed(config as Tracked, findProblem(config, shape))
  const base = live ?? { ...zeroOf(schema), kind: (config as Tracked).kind, apiVersion: (config as Tracked).apiVersion }
  const managers = startingManagers(write, undefined)
  if (managers.size === 0 && live) claimForEarlierWriters(managers, write, live)
  dropUnserved(write, managers)
  const self: Manager = { manager: write.manager, operation: 'Apply', apiVersion: write.apiVersion, subresource: write.subresource ?? '' }
  const key = managerKey(self)
  const last = managers.get(key)
  const wanted = difference(recursiveDifference(fieldsOf(config, shape) ?? NONE, write.reset ?? NONE), UNMANAGED)
  managers.set(key, { ...self, fields: wanted, time })
  // What it wanted in the words of another version is left alone.
  const merged = pruned(merge(base, config, shape), last?.apiVersion === write.apiVersion ? last.fields : undefined, managers, shape)
  const changes = compare(base, merged, shape)
  const changesIn = changesByVersion(write, base, merged as object, changes)
  const tookIn = (apiVersion: string): FieldSet => union(changesIn(apiVersion).added ?? NONE, changesIn(apiVersion).modified ?? NONE)
  const others = [...managers].filter(([each]) => each !== key)
  const conflicts = others.map(([, managed]) => ({ managed, fields: intersection(managed.fields, tookIn(managed.apiVersion)) })).filter(({ fields }) => !isEmptySet(fields))
  const refused = force ? [] : write.manager === 'kubectl' ? notFromLastApplied(conflicts, base as Tracked, shape) : conflicts
  if (refused.length) throw conflictError(refused, write.toldAs)
  for (const [each, managed] of others) {
    managers.set(each, { ...managed, fields: difference(managed.fields, union(tookIn(managed.apiVersion), changesIn(managed.apiVersion).removed ?? NONE)) })
  }
  const isSameObject = !changes.added && !changes.modified && !changes.removed
  const same = isSameObject && last !== undefined && equalSets(last.fields, wanted)
  // The time tells when the object last changed, not when somebody came to share what was there already.
  if (isSameObject && live) managers.set(key, { ...self, fields: wanted, time: last?.time })
  const entries = writeManagers(capUpdaters(withoutEmpty(managers)))
  return { object: finished(merged as Tracked, config as Tracked, entries, write.manager), changed: !same }
}

function refuseMalformed(config: Tracked, problem: string | undefined): void {
  if (!problem) return
  const [group, version] = config.apiVersion.includes('/') ? config.apiVersion.split('/') : ['', config.apiVersion]
  const about = `${config.metadata?.namespace ?? ''}/${config.metadata?.name ?? ''}; ${group}/${version}, Kind=${config.kind}`
  throw new StatusError('', `failed to create typed patch object (${about}): ${problem}`, undefined, { code: 500 })
}

/** Whoever wrote an object before it was first applied is one manager. */
function claimForEarlierWriters(managers: Map<string, Managed>, { schema, apiVersion, subresource, reset, time }: ManagedWrite, live: object): void {
  const { added, modified } = compare(zeroOf(schema), live, shapeOf(schema))
  const fields = difference(recursiveDifference(union(added ?? NONE, modified ?? NONE), reset ?? NONE), UNMANAGED)
  if (!isEmptySet(fields)) addTo(managers, { manager: BEFORE_FIRST_APPLY, operation: 'Update', apiVersion, subresource: subresource ?? '' }, fields, time)
}

/** Takes away what the manager applied last time and neither it nor anybody else wants now. */
function pruned(merged: unknown, last: FieldSet | undefined, managers: ReadonlyMap<string, Managed>, shape: ReturnType<typeof shapeOf>): unknown {
  if (!last || isEmptySet(last)) return merged
  let wanted: FieldSet = NONE
  for (const { fields } of managers.values()) wanted = union(wanted, fields)
  const gone = difference(withAncestors(last), union(withAncestors(wanted), KEPT))
  return isEmptySet(gone) ? merged : without(merged, gone, shape)
}
const KEPT = parseFieldSet({ 'f:metadata': {}, 'f:kind': {}, 'f:apiVersion': {} })!

interface Conflict {
  readonly managed: Managed
  readonly fields: FieldSet
}

/** kubectl may take over what it applied itself, from the client's side, as long as nobody has changed it since. */
function notFromLastApplied(conflicts: readonly Conflict[], live: Tracked, shape: ReturnType<typeof shapeOf>): readonly Conflict[] {
  const text = live.metadata.annotations?.[LAST_APPLIED]
  if (!conflicts.length || text === undefined) return conflicts
  let applied: unknown
  try {
    applied = JSON.parse(text)
  } catch {
    return conflicts // Somebody wrote something else into the annotation: it says nothing.
  }
  const own = difference(fieldsOf(applied, shape) ?? NONE, compare(live, applied, shape).modified ?? NONE)
  return conflicts.map(({ managed, fields }) => ({ managed, fields: difference(fields, own) })).filter(({ fields }) => !isEmptySet(fields))
}

function conflictError(conflicts: readonly Conflict[], toldAs: string | undefined): StatusError {
  const all = conflicts.flatMap(({ managed, fields }) => pathsOf(fields).map(path => ({ who: managerText(managed, toldAs), path })))
  const causes: Cause[] = all.map(({ who, path }) => ({ reason: 'FieldManagerConflict', message: `conflict with ${who}`, field: path }))
  if (all.length === 1) return new StatusError('Conflict', `Apply failed with 1 conflict: conflict with ${all[0]!.who}: ${all[0]!.path}`, { causes })
  const managers = [...new Set(all.map(({ who }) => who))].sort()
  const lines = managers.flatMap(who => [`conflicts with ${who}:`, ...all.filter(each => each.who === who).map(({ path }) => `- ${path}`)])
  return new StatusError('Conflict', `Apply failed with ${all.length} conflicts: ${lines.join('\n')}`, { causes })
}

function managerText({ manager, operation, apiVersion, subresource }: Managed, toldAs = apiVersion): string {
  const name = JSON.stringify(manager) + (subresource && ` with subresource ${JSON.stringify(subresource)}`)
  return operation === 'Update' ? `${name} using ${toldAs}` : name
}

/** Adds the managed fields; kubectl's own annotation follows what kubectl applies, so that it can go back to applying from the client's side. */
function finished(merged: Tracked, config: Tracked, entries: ManagedFieldsEntry[], manager: string): object {
  const { managedFields: _, ...metadata } = merged.metadata
  const tracked = { ...metadata, ...(entries.length && { managedFields: entries }) }
  if (manager !== 'kubectl' || metadata.annotations?.[LAST_APPLIED] === undefined) return { ...merged, metadata: tracked }
  const { [LAST_APPLIED]: __, ...annotations } = config.metadata?.annotations ?? {}
  const applied = { ...config, metadata: { ...config.metadata, ...(config.metadata?.annotations && { annotations }) } }
  const text = `${JSON.stringify(sortKeys(applied))}\n`
  if (text.length > LARGEST_ANNOTATIONS) return { ...merged, metadata: tracked }
  return { ...merged, metadata: { ...tracked, annotations: { ...metadata.annotations, [LAST_APPLIED]: text } } }
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, child]) => [key, sortKeys(child)]))
}
