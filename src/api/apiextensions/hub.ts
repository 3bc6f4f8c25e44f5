import { sameJson } from '../validation.ts'
import type { CustomResourceDefinitionSpec, CustomResourceDefinitionVersion } from './custom-resource-definition-schema.ts'

/** What all versions say alike, each with the path under which messages name it. */
export interface Shared {
  readonly schema: boolean
  readonly subresources: boolean
  readonly additionalPrinterColumns: boolean
  readonly selectableFields: boolean
}

const PARTS = ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const

/** Upstream keeps what all versions say alike once, for all of them; messages then name the definition, not the version. */
export function sharedParts({ versions }: CustomResourceDefinitionSpec): Shared {
  const [first] = versions ?? []
  const isShared = (part: typeof PARTS[number]): boolean => first !== undefined && versions.every(version => sameJson(version[part], first[part]))
  return { schema: isShared('schema'), subresources: isShared('subresources'), additionalPrinterColumns: isShared('additionalPrinterColumns'), selectableFields: isShared('selectableFields') }
}

/** The parts to look at, each once, with its path. */
export function placesOf<P extends typeof PARTS[number]>(spec: CustomResourceDefinitionSpec, part: P): { field: string; value: CustomResourceDefinitionVersion[P]; version: CustomResourceDefinitionVersion }[] {
  const versions = spec.versions ?? []
  if (sharedParts(spec)[part]) return versions[0] ? [{ field: part === 'schema' ? 'spec.validation' : `spec.${part}`, value: versions[0][part], version: versions[0] }] : []
  return versions.map((version, index) => ({ field: `spec.versions[${index}].${part}`, value: version[part], version }))
}

/** A version as messages show it: with the names of Go's fields, and without what the definition keeps for all. */
export function goVersions(spec: CustomResourceDefinitionSpec): unknown[] {
  const shared = sharedParts(spec)
  return (spec.versions ?? []).map(version => ({
    Name: version.name, Served: version.served, Storage: version.storage, Deprecated: version.deprecated ?? false, DeprecationWarning: version.deprecationWarning ?? null,
    Schema: shared.schema ? null : version.schema ?? null, Subresources: shared.subresources ? null : version.subresources ?? null,
    AdditionalPrinterColumns: shared.additionalPrinterColumns ? null : version.additionalPrinterColumns ?? null,
    SelectableFields: shared.selectableFields ? null : version.selectableFields ?? null,
  }))
}
