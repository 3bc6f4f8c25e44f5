import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, kind, list, map, string, struct } from '../../machinery/schema/schema.ts'
import { topologySelectorTerm } from '../core/pod/scheduling.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { qualifiedName } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { ageColumn } from '../columns.ts'
import { deprecatedNodeLabel } from '../meta/deprecated-labels.ts'
import { duplicate, immutable, invalidBy, notSupported, required, sameJson } from '../validation.ts'
import { validateParameters, validateProvisioner } from './validation.ts'

const storageClassShape = kind('io.k8s.api.storage.v1.StorageClass', {
  metadata: struct(1, objectMeta),
  provisioner: string(2, { required: true }),
  parameters: map(3, 'string'),
  reclaimPolicy: string(4, { pointer: true, enum: ['Delete', 'Recycle', 'Retain'] }),
  mountOptions: list(5, 'string', { listType: 'atomic' }),
  allowVolumeExpansion: bool(6, { pointer: true }),
  volumeBindingMode: string(7, { pointer: true, enum: ['Immediate', 'WaitForFirstConsumer'] }),
  allowedTopologies: list(8, topologySelectorTerm, { listType: 'atomic' }),
})
export interface StorageClass extends Infer<typeof storageClassShape> {}
export const storageClass: Schema<StorageClass> = storageClassShape

/** The handle for storageclasses of storage.k8s.io. */
export const StorageClasses: Resource<StorageClass> = defineResource<StorageClass>({
  group: 'storage.k8s.io', version: 'v1', kind: 'StorageClass', plural: 'storageclasses', shortNames: ['sc'], namespaced: false,
  storageVersionHash: 'K+m6uJwbjGY=',
  schema: storageClass,
  columns: [
    { name: 'Name', type: 'string', format: 'name', cell: ({ metadata }) => `${metadata.name}${isDefaultStorageClass(metadata) ? ' (default)' : ''}` },
    { name: 'Provisioner', type: 'string', cell: ({ provisioner }) => provisioner },
    { name: 'ReclaimPolicy', type: 'string', cell: ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete' },
    { name: 'VolumeBindingMode', type: 'string', cell: ({ volumeBindingMode }) => volumeBindingMode ?? '<unset>' },
    { name: 'AllowVolumeExpansion', type: 'string', cell: ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false },
    ageColumn,
  ],
  defaults(draft) {
    draft.reclaimPolicy ??= 'Delete'
    draft.volumeBindingMode ??= 'Immediate'
  },
  validate: validateStorageClass,
  validateUpdate: (next, old) => [
    ...immutable('parameters', next.parameters, old.parameters), ...immutable('provisioner', next.provisioner, old.provisioner),
    ...immutable('reclaimPolicy', next.reclaimPolicy, old.reclaimPolicy), ...immutable('volumeBindingMode', next.volumeBindingMode, old.volumeBindingMode),
  ],
  warnings: ({ allowedTopologies }) => (allowedTopologies ?? []).flatMap(({ matchLabelExpressions }, term) =>
    (matchLabelExpressions ?? []).flatMap(({ key }, index) => deprecatedNodeLabel(key, `allowedTopologies[${term}].matchLabelExpressions[${index}].key`))),
})

const DEFAULT_ANNOTATIONS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class']

/** Whether claims that name no class get this one. */
export const isDefaultStorageClass = ({ annotations }: Pick<StorageClass['metadata'], 'annotations'>): boolean =>
  DEFAULT_ANNOTATIONS.some(name => annotations?.[name] === 'true')

const POLICIES = ['Delete', 'Retain']
const MODES = ['Immediate', 'WaitForFirstConsumer']

function validateStorageClass({ provisioner, parameters, reclaimPolicy, volumeBindingMode, allowedTopologies }: StorageClass): Cause[] {
  const causes = [...validateProvisioner(provisioner, 'provisioner'), ...validateParameters(parameters, 'parameters', true)]
  if (reclaimPolicy && !POLICIES.includes(reclaimPolicy)) causes.push(notSupported('reclaimPolicy', reclaimPolicy, POLICIES))
  if (volumeBindingMode === undefined) causes.push(required('volumeBindingMode'))
  else if (!MODES.includes(volumeBindingMode)) causes.push(notSupported('volumeBindingMode', volumeBindingMode, MODES))
  return [...causes, ...validateTopologies(allowedTopologies ?? [], 'allowedTopologies')]
}

/** A repetition is told as often as there is an equal term before it. Upstream counts one empty term for each that there is from the start. */
function validateTopologies(terms: NonNullable<StorageClass['allowedTopologies']>, field: string): Cause[] {
  const causes: Cause[] = []
  const seen: Record<string, string[]>[] = []
  for (const [index, { matchLabelExpressions }] of terms.entries()) {
    const path = `${field}[${index}].matchLabelExpressions`
    const term: Record<string, string[]> = {}
    for (const [at, { key, values }] of (matchLabelExpressions ?? []).entries()) {
      if (!values?.length) causes.push(required(`${path}[${at}].values`))
      const repeated = (value: string, position: number): boolean => values.indexOf(value) !== position
      ;(values ?? []).forEach((value, position) => { if (repeated(value, position)) causes.push(duplicate(`${path}[${at}].values[${position}]`, value)) })
      causes.push(...invalidBy(`${path}[${at}].key`, key, qualifiedName))
      if (Object.hasOwn(term, key)) causes.push(duplicate(`${path}[${at}].key`, key))
      Object.defineProperty(term, key, { value: [...new Set(values)].sort(), enumerable: true, configurable: true })
    }
    const repetitions = seen.filter(other => sameJson(other, term)).length + (Object.keys(term).length === 0 ? terms.length : 0)
    for (let again = 0; again < repetitions; again++) causes.push(duplicate(path, ''))
    seen.push(term)
  }
  return causes
}
