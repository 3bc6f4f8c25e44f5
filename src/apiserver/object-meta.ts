import type { AnyResource } from '../api/resource.ts'
import type { ObjectMeta } from '../api/meta/object-meta.ts'
import { validateAnnotations, validateLabels } from '../api/meta/validation.ts'
import { forbidden, invalid, invalidBy, required, tooLong } from '../api/validation.ts'
import { asPrefix, byteLength, dnsSubdomain, pathSegment, qualifiedName } from '../machinery/names.ts'
import type { Cause } from '../machinery/status.ts'

const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion'])
const FIELD_MANAGER_LIMIT = 128
const SUBRESOURCE_LIMIT = 256

/** The checks of metadata that kinds state besides the generic ones, by the letters of `meta-rules.ts`. */
export function metaChecks(resource: AnyResource, next: ObjectMeta, old?: ObjectMeta): Readonly<Record<string, () => Cause[]>> {
  const plain = (): Cause[] => metaProblems(resource, next, resource.validateName ?? (name => dnsSubdomain(name)))
  const changes = (): Cause[] => (old ? validateMetaUpdate(next, old) : [])
  return { '': () => [], m: plain, M: () => [...plain(), ...finalizerNames(next)], u: changes, U: () => [...changes(), ...finalizerNames(next)] }
}

/** Only the garbage collector and those with a domain may put finalizers there. */
const finalizerNames = ({ finalizers }: ObjectMeta): Cause[] => (finalizers ?? []).flatMap((name, index) => (name.includes('/') || STANDARD_FINALIZERS.has(name)
  ? [] : [invalid(`metadata.finalizers[${index}]`, name, 'name is neither a standard finalizer name nor is it fully qualified')]))

/** The least that the metadata of every object must keep to, whatever its kind says. */
export const validateAnyMeta = (resource: AnyResource, meta: ObjectMeta): Cause[] => metaProblems(resource, meta, pathSegment)

/** In the order in which Kubernetes reports them. */
function metaProblems(resource: AnyResource, meta: ObjectMeta, nameProblems: (name: string, isPrefix: boolean) => string[]): Cause[] {
  const causes: Cause[] = []
  const { name, generateName } = meta
  if (generateName) causes.push(...nameProblems(asPrefix(generateName), true).map(problem => invalid('metadata.generateName', generateName, problem)))
  if (!name) causes.push(required('metadata.name', 'name or generateName is required'))
  else causes.push(...nameProblems(name, false).map(problem => invalid('metadata.name', name, problem)))
  if (resource.namespaced && !meta.namespace) causes.push(required('metadata.namespace'))
  if (!resource.namespaced && meta.namespace) causes.push(forbidden('metadata.namespace', 'not allowed on this type'))
  if ((meta.generation ?? 0) < 0) causes.push(invalid('metadata.generation', meta.generation, 'must be greater than or equal to 0'))
  return [
    ...causes, ...validateLabels(meta.labels, 'metadata.labels'), ...validateAnnotations(meta.annotations, 'metadata.annotations'),
    ...validateOwners(meta), ...validateFinalizers(meta), ...validateManagers(meta),
  ]
}

function validateOwners(meta: ObjectMeta): Cause[] {
  const field = 'metadata.ownerReferences'
  const causes: Cause[] = []
  let controller: string | undefined
  for (const owner of meta.ownerReferences ?? []) {
    const version = owner.apiVersion.split('/')
    if (version.length > 2 || version.at(-1) === '') causes.push(invalid(`${field}.apiVersion`, owner.apiVersion, 'version must not be empty'))
    for (const part of ['kind', 'name', 'uid'] as const) if (!owner[part]) causes.push(invalid(`${field}.${part}`, owner[part], 'must not be empty'))
    if (owner.apiVersion === 'v1' && owner.kind === 'Event') causes.push(invalid(field, owner, '/v1, Kind=Event is disallowed from being an owner'))
    if (!owner.controller) continue
    if (controller !== undefined) {
      causes.push(invalid(field, meta.ownerReferences, `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${owner.kind}/${owner.name}`))
    } else controller = `${owner.kind}/${owner.name}`
  }
  return causes
}

function validateFinalizers({ finalizers = [] }: ObjectMeta): Cause[] {
  const field = 'metadata.finalizers'
  const causes = finalizers.flatMap(name => invalidBy(field, name, qualifiedName))
  return finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')
    ? [...causes, invalid(field, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set')] : causes
}

function validateManagers(meta: ObjectMeta): Cause[] {
  return (meta.managedFields ?? []).flatMap((entry, index) => {
    const field = `metadata.managedFields[${index}]`
    const causes: Cause[] = []
    if (entry.operation !== 'Apply' && entry.operation !== 'Update') causes.push(invalid(`${field}.operation`, entry.operation ?? '', 'must be `Apply` or `Update`'))
    if (entry.fieldsType && entry.fieldsType !== 'FieldsV1') causes.push(invalid(`${field}.fieldsType`, entry.fieldsType, 'must be `FieldsV1`'))
    causes.push(...validateFieldManager(entry.manager ?? '', `${field}.manager`))
    if (byteLength(entry.subresource ?? '') > SUBRESOURCE_LIMIT) causes.push(tooLong(`${field}.subresource`, SUBRESOURCE_LIMIT))
    return causes
  })
}

/** The name of a field manager: short, and printable. */
export function validateFieldManager(manager: string, field: string): Cause[] {
  if (byteLength(manager) > FIELD_MANAGER_LIMIT) return [tooLong(field, FIELD_MANAGER_LIMIT)]
  if (/^[ -~]*$/.test(manager)) return []
  let position = 0
  for (const character of manager) {
    const code = character.codePointAt(0)!
    if (!/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character)) {
      const shown = manager.replace(/[\u0000-\u001f\u007f]/g, control => escapes[control] ?? `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`)
      return [{ reason: 'FieldValueInvalid', message: `Invalid value: "${shown}": invalid character U+${code.toString(16).toUpperCase().padStart(4, '0')} (at position ${position})`, field }]
    }
    position += byteLength(character)
  }
  return []
}
const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' }

/** What an update may not change of the metadata. */
export function validateMetaUpdate(next: ObjectMeta, old: ObjectMeta): Cause[] {
  const causes: Cause[] = []
  const finalizersAdded = [...new Set(next.finalizers)].filter(name => !(old.finalizers ?? []).includes(name)).sort()
  if (old.deletionTimestamp !== undefined && finalizersAdded.length > 0) {
    causes.push(forbidden('metadata.finalizers', `no new finalizers can be added if the object is being deleted, found new finalizers []string{${finalizersAdded.map(name => JSON.stringify(name)).join(', ')}}`))
  }
  const fixed = ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const
  for (const part of fixed) if (next[part] !== old[part]) causes.push(invalid(`metadata.${part}`, next[part] ?? null, 'field is immutable'))
  return [
    ...causes, ...validateLabels(next.labels, 'metadata.labels'), ...validateAnnotations(next.annotations, 'metadata.annotations'),
    ...validateOwners(next), ...validateManagers(next),
  ]
}

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
