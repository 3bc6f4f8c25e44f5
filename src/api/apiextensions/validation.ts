import { dns1035Label, dnsSubdomain } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { immutable, invalid, invalidBy, notSupported, required } from '../validation.ts'
import { validateConversion } from './conversion-validation.ts'
import type { CustomResourceDefinition, CustomResourceDefinitionSpec } from './custom-resource-definition-schema.ts'
import { goVersions, placesOf } from './hub.ts'
import { requireNames, validateNames } from './names-validation.ts'
import { validateOpenAPISchema } from './schema-validation.ts'
import { validateStructural } from './structural-validation.ts'
import { validateColumns, validateDeprecation, validateSelectableFields, validateSubresources } from './version-validation.ts'

const SCOPES = ['Cluster', 'Namespaced']
const APPROVAL = 'api-approved.kubernetes.io'
const APPROVAL_REVIEW = 'https://github.com/kubernetes/enhancements/pull/1111'

/** A new definition. The rules and the defaults in its schemas are checked where they are compiled. */
export function validateDefinition(definition: CustomResourceDefinition): Cause[] {
  const { metadata, spec } = definition
  const named = !metadata.name || metadata.name === `${spec.names.plural}.${spec.group}`
  return [
    ...(named ? [] : [invalid('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group')]), ...validateSpec(spec), ...validateStatusNames(definition),
    ...validateStoredVersions(definition), ...validateApproval(definition), ...validatePreserving(spec),
  ]
}

export function validateDefinitionUpdate(next: CustomResourceDefinition, old: CustomResourceDefinition): Cause[] {
  const established = (old.status.conditions ?? []).some(({ type, status }) => type === 'Established' && status === 'True')
  return [
    ...validateSpec(next.spec, old.spec),
    ...(established ? [...immutable('spec.scope', next.spec.scope, old.spec.scope), ...immutable('spec.names.kind', next.spec.names.kind, old.spec.names.kind)] : []),
    ...immutable('spec.group', next.spec.group, old.spec.group), ...immutable('spec.names.plural', next.spec.names.plural, old.spec.names.plural),
    ...validateStatusNames(next), ...validateStoredVersions(next),
    ...(approvalOf(next) === approvalOf(old) ? [] : validateApproval(next)), ...(old.spec.preserveUnknownFields ? [] : validatePreserving(next.spec)),
  ]
}

export const validateStatusNames = ({ status }: CustomResourceDefinition): Cause[] => (status.acceptedNames ? validateNames(status.acceptedNames, 'status.acceptedNames') : [])

function validateSpec(spec: CustomResourceDefinitionSpec, old?: CustomResourceDefinitionSpec): Cause[] {
  const { group, scope, names } = spec
  return [
    ...validateGroup(group), ...(scope ? SCOPES.includes(scope) ? [] : [notSupported('spec.scope', scope, SCOPES)] : [required('spec.scope')]),
    ...validateVersions(spec), ...requireNames(names, 'spec.names'), ...validateNames(names, 'spec.names'), ...validateSchemas(spec),
    ...placesOf(spec, 'subresources').flatMap(({ field, value }) => validateSubresources(value, field)),
    ...placesOf(spec, 'additionalPrinterColumns').flatMap(({ field, value }) => validateColumns(value, field)),
    ...placesOf(spec, 'selectableFields').flatMap(({ field, value, version }) => validateSelectableFields(value, version.schema?.openAPIV3Schema, field)),
    ...validateConversion(spec.conversion, 'spec.conversion', old?.conversion),
  ]
}

function validateGroup(group: string): Cause[] {
  if (!group) return [required('spec.group')]
  const problems = dnsSubdomain(group)
  if (problems.length > 0) return [invalid('spec.group', group, problems.join(','))]
  return group.includes('.') ? [] : [invalid('spec.group', group, 'should be a domain with at least one dot')]
}

function validateVersions(spec: CustomResourceDefinitionSpec): Cause[] {
  const versions = spec.versions ?? []
  const causes = versions.flatMap((version, index) => {
    const field = `spec.versions[${index}]`
    const lacksSchema = version.served && !version.schema?.openAPIV3Schema
    return lacksSchema ? [required(`${field}.schema.openAPIV3Schema`)] : []
  })
  for (const [index, version] of versions.entries()) {
    causes.push(...invalidBy(`spec.versions[${index}].name`, version.name, dns1035Label), ...validateDeprecation(version, `spec.versions[${index}]`))
  }
  if (new Set(versions.map(({ name }) => name)).size < versions.length) causes.push(invalid('spec.versions', goVersions(spec), 'must contain unique version names'))
  if (versions.filter(({ storage }) => storage).length !== 1) causes.push(invalid('spec.versions', goVersions(spec), 'must have exactly one version marked as storage version'))
  // Upstream's hub still has the one version of old; it is the first.
  return [...causes, ...(versions[0] ? invalidBy('spec.version', versions[0].name, dns1035Label) : [])]
}

/** The schemas' form, not what their rules say. */
function validateSchemas(spec: CustomResourceDefinitionSpec): Cause[] {
  return placesOf(spec, 'schema').flatMap(({ field, value }) => {
    const schema = value?.openAPIV3Schema
    return schema ? [...validateOpenAPISchema(schema, `${field}.openAPIV3Schema`), ...validateStructural(schema, `${field}.openAPIV3Schema`)] : []
  })
}

/** Versions in which objects may be stored must stay, or nobody could read them any more. */
function validateStoredVersions({ spec, status }: CustomResourceDefinition): Cause[] {
  const field = 'status.storedVersions'
  const stored = status.storedVersions ?? []
  const versions = spec.versions ?? []
  if (stored.length === 0) return [invalid(field, null, 'must have at least one stored version')]
  return [
    ...versions.flatMap(({ name, storage }) => (storage && !stored.includes(name) ? [invalid(field, stored, `must have the storage version ${name}`)] : [])),
    ...stored.flatMap((name, index) => (versions.some(version => version.name === name) ? [] : [invalid(`${field}[${index}]`, name,
      `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`)])),
  ]
}

const validatePreserving = ({ preserveUnknownFields }: CustomResourceDefinitionSpec): Cause[] => (preserveUnknownFields
  ? [invalid('spec.preserveUnknownFields', true, 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead')] : [])

/** Whether the community has approved of an API in its own groups (KEP-1111); undefined: the group is no such one. */
export function approvalOf({ metadata, spec }: CustomResourceDefinition): 'missing' | 'invalid' | 'unapproved' | 'approved' | undefined {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(spec.group)) return undefined
  const text = metadata.annotations?.[APPROVAL] ?? ''
  if (!text) return 'missing'
  if (text.startsWith('unapproved')) return 'unapproved'
  return /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/\s]+/.test(text) ? 'approved' : 'invalid'
}

function validateApproval(definition: CustomResourceDefinition): Cause[] {
  const field = `metadata.annotations[${APPROVAL}]`
  const state = approvalOf(definition)
  if (state === 'missing') return [required(field, `protected groups must have approval annotation "${APPROVAL}", see ${APPROVAL_REVIEW}`)]
  if (state !== 'invalid') return []
  return [invalid(field, definition.metadata.annotations![APPROVAL], `protected groups must have approval annotation "${APPROVAL}" with either a URL or a reason starting with "unapproved", see ${APPROVAL_REVIEW}`)]
}
