import type { FieldSet } from './field-set.ts'
import { isEmptySet, parseFieldSet, union } from './field-set.ts'

/** One entry of `metadata.managedFields`, as objects hold it. */
export interface ManagedFieldsEntry {
  manager?: string | undefined
  operation?: string | undefined
  apiVersion?: string | undefined
  time?: string | undefined
  fieldsType?: string | undefined
  fieldsV1?: Record<string, unknown> | undefined
  subresource?: string | undefined
}

/** Who manages fields: a name, what it did, through which version and subresource. */
export interface Manager {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource: string
}

export interface Managed extends Manager {
  readonly fields: FieldSet
  readonly time: string | undefined
}

/** Managers by identity. */
export type Managers = ReadonlyMap<string, Managed>

/** Whoever applies is the same manager in every version. */
export const managerKey = ({ manager, operation, apiVersion, subresource }: Manager): string => JSON.stringify([manager, operation, operation === 'Apply' ? '' : apiVersion, subresource])

/** Reads the entries; undefined when one is malformed: then none counts. */
export function readManagers(entries: readonly ManagedFieldsEntry[] | undefined | null): Map<string, Managed> | undefined {
  const managers = new Map<string, Managed>()
  for (const { manager = '', operation, apiVersion = '', time, fieldsType, fieldsV1, subresource = '' } of entries ?? []) {
    if (operation !== 'Apply' && operation !== 'Update') return undefined
    if (fieldsType !== 'FieldsV1') return undefined
    const fields = readFields(fieldsV1 ?? {})
    if (!fields) return undefined
    const managed = { manager, operation, apiVersion, subresource, fields, time: time ?? undefined } as const
    managers.set(managerKey(managed), managed)
  }
  return managers
}

/** What was read and written before: objects are shared and never changed, so an entry is the same set each time. */
const read = new WeakMap<object, FieldSet>()
const written = new WeakMap<FieldSet, Record<string, unknown>>()

function readFields(value: object): FieldSet | undefined {
  const known = read.get(value)
  if (known) return known
  const fields = parseFieldSet(value)
  if (fields) read.set(value, fields)
  return fields
}

function writeFields(fields: FieldSet): Record<string, unknown> {
  let known = written.get(fields)
  if (!known) {
    written.set(fields, known = inOrder(fields))
    read.set(known, fields)
  }
  return known
}

/** The JSON of sets that many objects share. */
const texts = new WeakMap<object, string>()

/** The JSON of an entry's fields, where it is known already. */
export const knownTextOf = (fieldsV1: object): string | undefined => texts.get(fieldsV1)

/** Writes a set down that many objects will share. */
export function keepText(fields: FieldSet): void {
  const value = writeFields(fields)
  texts.set(value, JSON.stringify(value))
}

/** How many managers may have updated an object; the oldest beyond them become one. */
const MOST_UPDATERS = 10
const ANCIENT = 'ancient-changes'

/** Merges the oldest updaters into one entry per version, until few enough are left. */
export function capUpdaters(managers: Managers): Managers {
  const updaters = [...managers.values()].filter(({ operation }) => operation === 'Update').sort(byTime)
  let excess = updaters.length - MOST_UPDATERS
  if (excess <= 0) return managers
  const left = new Map(managers)
  const firsts = new Map<string, Managed>()
  for (const updater of updaters) {
    const first = firsts.get(updater.apiVersion)
    if (!first) {
      firsts.set(updater.apiVersion, updater)
      continue
    }
    const bucket = { manager: ANCIENT, operation: 'Update', apiVersion: updater.apiVersion, subresource: '' } as const
    const known = left.get(managerKey(bucket)) ?? first
    left.delete(managerKey(first))
    left.delete(managerKey(updater))
    left.set(managerKey(bucket), { ...bucket, fields: union(known.fields, updater.fields), time: updater.time })
    if (--excess <= 0) break
  }
  return left
}

const byTime = (a: Managed, b: Managed): number => compareText(a.time ?? '', b.time ?? '') || compareText(a.manager, b.manager)
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The entries as objects hold them, in upstream's order. */
export function writeManagers(managers: Managers): ManagedFieldsEntry[] {
  const sorted = [...managers.values()].filter(({ fields }) => !isEmptySet(fields)).sort((a, b) =>
    compareText(a.operation, b.operation) || compareText(a.time ?? '', b.time ?? '') || compareText(a.manager, b.manager)
      || compareText(a.apiVersion, b.apiVersion) || compareText(a.subresource, b.subresource))
  return sorted.map(entryOf)
}

/** One manager as objects hold it. */
export const entryOf = ({ manager, operation, apiVersion, time, fields, subresource }: Managed): ManagedFieldsEntry => ({
  ...(manager && { manager }), operation, apiVersion, ...(time && { time }), fieldsType: 'FieldsV1', fieldsV1: writeFields(fields), ...(subresource && { subresource }),
})

/** Keys in order, so that equal sets are equal texts. */
function inOrder(set: FieldSet): Record<string, unknown> {
  const elements = Object.keys(set)
  if (elements.length === 0) return set
  const out: Record<string, unknown> = {}
  for (const element of elements.length === 1 ? elements : elements.sort()) out[element] = inOrder(set[element]!)
  return out
}
