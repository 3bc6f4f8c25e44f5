import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A type as `types.json` of the API facts describes it. */
export type FactType = string | { ref: string } | { array: FactType } | { map: FactType }

export interface FactField {
  type?: FactType
  format?: string
  required?: boolean
  omit?: 'empty' | 'zero'
  ptr?: boolean
  proto?: number
  protoType?: string
  protoName?: string
  protoOnly?: boolean
  envelope?: boolean
  via?: { name: string; number: number; type: string }[]
  patchStrategy?: string
  patchMergeKey?: string
  listType?: string
  listMapKeys?: string[]
  mapType?: string
  structType?: string
  default?: unknown
  enum?: string[]
  deprecated?: boolean
}

export interface Fact {
  proto?: string
  fields?: Record<string, FactField>
  json?: { type?: FactType; oneOf?: FactType[]; format?: string }
  kind?: { group: string; version: string; kind: string; listOf?: string }
  structType?: string
}

export const sharedFolder = fileURLToPath(new URL('../../../shared/', import.meta.url))
const file = `${sharedFolder}api-facts/types.json`

/** Why tests that need the facts cannot run, or false. */
export const factsMissing: string | false = existsSync(file) ? false : 'the API facts (../shared/api-facts) are not on this machine'

export const readFacts = (): Record<string, Fact> => JSON.parse(readFileSync(file, 'utf8')) as Record<string, Fact>

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.'
/** Types that the schemas treat as scalars. */
export const SCALARS: Readonly<Record<string, string>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'quantity', [`${META}Duration`]: 'duration', [`${META}FieldsV1`]: 'fieldsV1', [`${META}MicroTime`]: 'microTime', [`${META}Time`]: 'time',
  'io.k8s.apimachinery.pkg.runtime.RawExtension': 'rawExtension', 'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'intOrString',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': 'json',
}
