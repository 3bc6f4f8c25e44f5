import type { KubeObject, AnyResource } from '../api/resource.ts'
import type { ObjectMeta } from '../api/meta/object-meta.ts'
import { dnsSubdomain, labelValue, pathSegment, qualifiedName } from '../machinery/names.ts'
import type { Cause } from '../machinery/status.ts'

const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion'])
const ANNOTATIONS_LIMIT = 256 * 1024
const FIELD_MANAGER_LIMIT = 128

/** `Invalid value: "x": why`. */
export const invalidValue = (field: string, value: unknown, why: string): Cause =>
  ({ reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field })
export const requiredValue = (field: string, why = ''): Cause => ({ reason: 'FieldValueRequired', message: `Required value${why && `: ${why}`}`, field })
export const forbiddenField = (field: string, why: string): Cause => ({ reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field })

/** The rules of metadata that all kinds share, in the order in which Kubernetes reports them. */
export function validateMeta(resource: AnyResource, meta: ObjectMeta): Cause[] {
  const nameProblems = resource.validateName ?? ((name: string) => dnsSubdomain(name))
  const causes: Cause[] = []
  if (meta.generateName) {
    // A dash at the end is fine: random characters follow.
    const shown = meta.generateName.endsWith('-') ? `${meta.generateName.slice(0, -1)}a` : meta.generateName
    causes.push(...nameProblems(shown, true).map(problem => invalidValue('metadata.generateName', meta.generateName, problem)))
  }
  if (!meta.name) causes.push(requiredValue('metadata.name', 'name or generateName is required'))
  else causes.push(...nameProblems(meta.name, false).map(problem => invalidValue('metadata.name', meta.name, problem)))
  if (resource.namespaced && !meta.namespace) causes.push(requiredValue('metadata.namespace'))
  if (!resource.namespaced && meta.namespace) causes.push(forbiddenField('metadata.namespace', 'not allowed on this type'))
  if ((meta.generation ?? 0) < 0) causes.push(invalidValue('metadata.generation', meta.generation, 'must be greater than or equal to 0'))
  return [
    ...causes, ...validateLabels(meta.labels, 'metadata.labels'), ...validateAnnotations(meta.annotations, 'metadata.annotations'),
    ...validateOwners(meta), ...validateFinalizers(meta), ...validateManagers(meta),
  ]
}

/** Labels' keys and values. */
export function validateLabels(labels: Readonly<Record<string, string>> | undefined, field: string): Cause[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...qualifiedName(key).map(problem => invalidValue(field, key, problem)), ...labelValue(value).map(problem => invalidValue(field, value, problem)),
  ])
}

/** Annotations' keys, whose case does not matter, and their size in all. */
export function validateAnnotations(annotations: Readonly<Record<string, string>> | undefined, field: string): Cause[] {
  const entries = Object.entries(annotations ?? {})
  const causes = entries.flatMap(([key]) => qualifiedName(key.toLowerCase()).map(problem => invalidValue(field, key, problem)))
  const size = entries.reduce((sum, [key, value]) => sum + key.length + value.length, 0)
  if (size > ANNOTATIONS_LIMIT) causes.push({ reason: 'FieldValueTooLong', message: `Too long: may not be more than ${ANNOTATIONS_LIMIT} bytes`, field })
  return causes
}

function validateOwners(meta: ObjectMeta): Cause[] {
  const field = 'metadata.ownerReferences'
  const causes: Cause[] = []
  let controller: string | undefined
  for (const owner of meta.ownerReferences ?? []) {
    const version = owner.apiVersion.split('/')
    if (version.length > 2 || version.at(-1) === '') causes.push(invalidValue(`${field}.apiVersion`, owner.apiVersion, 'version must not be empty'))
    for (const part of ['kind', 'name', 'uid'] as const) if (!owner[part]) causes.push(invalidValue(`${field}.${part}`, owner[part], 'must not be empty'))
    if (owner.apiVersion === 'v1' && owner.kind === 'Event') causes.push(invalidValue(field, owner, '/v1, Kind=Event is disallowed from being an owner'))
    if (!owner.controller) continue
    if (controller !== undefined) {
      causes.push(invalidValue(field, meta.ownerReferences, `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${owner.kind}/${owner.name}`))
    } else controller = `${owner.kind}/${owner.name}`
  }
  return causes
}

function validateFinalizers(meta: ObjectMeta): Cause[] {
  const finalizers = meta.finalizers ?? []
  const causes = finalizers.flatMap((name, index) => [
    ...qualifiedName(name).map(problem => invalidValue('metadata.finalizers', name, problem)),
    ...(name.includes('/') || STANDARD_FINALIZERS.has(name)
      ? [] : [invalidValue(`metadata.finalizers[${index}]`, name, 'name is neither a standard finalizer name nor is it fully qualified')]),
  ])
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    causes.push(invalidValue('metadata.finalizers', finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'))
  }
  return causes
}

function validateManagers(meta: ObjectMeta): Cause[] {
  return (meta.managedFields ?? []).flatMap((entry, index) => {
    const field = `metadata.managedFields[${index}]`
    const causes: Cause[] = []
    if (entry.operation !== 'Apply' && entry.operation !== 'Update') causes.push(invalidValue(`${field}.operation`, entry.operation ?? '', 'must be `Apply` or `Update`'))
    if (entry.fieldsType && entry.fieldsType !== 'FieldsV1') causes.push(invalidValue(`${field}.fieldsType`, entry.fieldsType, 'must be `FieldsV1`'))
    causes.push(...validateFieldManager(entry.manager ?? '', `${field}.manager`))
    return causes
  })
}

/** The name of a field manager: short, and printable. */
export function validateFieldManager(manager: string, field: string): Cause[] {
  if (new TextEncoder().encode(manager).length > FIELD_MANAGER_LIMIT) {
    return [{ reason: 'FieldValueTooLong', message: `Too long: may not be more than ${FIELD_MANAGER_LIMIT} bytes`, field }]
  }
  let position = 0
  for (const character of manager) {
    const code = character.codePointAt(0)!
    if (!/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character)) {
      const shown = manager.replace(/[\u0000-\u001f\u007f]/g, control => escapes[control] ?? `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`)
      return [{ reason: 'FieldValueInvalid', message: `Invalid value: "${shown}": invalid character U+${code.toString(16).toUpperCase().padStart(4, '0')} (at position ${position})`, field }]
    }
    position += new TextEncoder().encode(character).length
  }
  return []
}
const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' }

/** What an update may not change of the metadata. */
export function validateMetaUpdate(next: ObjectMeta, old: ObjectMeta): Cause[] {
  const causes: Cause[] = []
  const finalizersAdded = (next.finalizers ?? []).filter(name => !(old.finalizers ?? []).includes(name))
  if (old.deletionTimestamp !== undefined && finalizersAdded.length > 0) {
    causes.push(forbiddenField('metadata.finalizers', `no new finalizers can be added if the object is being deleted, found new finalizers []string{${finalizersAdded.map(name => JSON.stringify(name)).join(', ')}}`))
  }
  const fixed = ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const
  for (const part of fixed) if (next[part] !== old[part]) causes.push(invalidValue(`metadata.${part}`, next[part] ?? null, 'field is immutable'))
  return [...causes, ...validateLabels(next.labels, 'metadata.labels'), ...validateAnnotations(next.annotations, 'metadata.annotations'), ...validateOwners(next)]
}

/** The least that a name must be, whatever its kind says. */
export const validateNameSegment = (meta: ObjectMeta): Cause[] =>
  pathSegment(meta.name).map(problem => invalidValue('metadata.name', meta.name, problem))

/** Owner references with the same uid count once; the second value says which were repeated. */
export function withoutRepeatedOwners(meta: ObjectMeta): { owners: ObjectMeta['ownerReferences']; repeated: string[] } {
  const seen = new Map<string, NonNullable<ObjectMeta['ownerReferences']>[number]>()
  const repeated = new Set<string>()
  const owners = (meta.ownerReferences ?? []).filter(owner => {
    const known = seen.get(owner.uid)
    if (known) repeated.add(owner.uid)
    if (known && JSON.stringify(known) === JSON.stringify(owner)) return false
    seen.set(owner.uid, owner)
    return true
  })
  return { owners, repeated: [...repeated] }
}

/** `namespace/name` as logs and errors show it. */
export const shownName = (object: KubeObject): string => (object.metadata.namespace ? `${object.metadata.namespace}/${object.metadata.name}` : object.metadata.name)
