import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, int32, kind, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import type { Cause } from '../../machinery/status.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { forbidden, immutable, notSupported, required } from '../validation.ts'

const priorityClassShape = kind('io.k8s.api.scheduling.v1.PriorityClass', {
  metadata: struct(1, objectMeta),
  value: int32(2, { omitEmpty: false }),
  globalDefault: bool(3),
  description: string(4),
  preemptionPolicy: string(5, { pointer: true, enum: ['Never', 'PreemptLowerPriority'] }),
})
export interface PriorityClass extends Infer<typeof priorityClassShape> {}
export const priorityClass: Schema<PriorityClass> = priorityClassShape

/** The handle for priorityclasses of scheduling.k8s.io. */
export const PriorityClasses: Resource<PriorityClass> = defineResource<PriorityClass>({
  group: 'scheduling.k8s.io', version: 'v1', kind: 'PriorityClass', plural: 'priorityclasses', shortNames: ['pc'], namespaced: false,
  storageVersionHash: '1QwjyaZjj3Y=',
  schema: priorityClass,
  columns: [
    nameColumn,
    { name: 'Value', type: 'integer', cell: ({ value }) => value },
    { name: 'Global-Default', type: 'boolean', cell: ({ globalDefault }) => globalDefault ?? false },
    ageColumn,
    { name: 'PreemptionPolicy', type: 'string', cell: ({ preemptionPolicy }) => preemptionPolicy ?? '' },
  ],
  // Made once, with generation 1: nothing that matters can change.
  generationOf: () => undefined,
  defaults(draft) {
    draft.preemptionPolicy ??= 'PreemptLowerPriority'
  },
  validate: (object, { isNew = true }) => (isNew ? validateNewClass(object) : []),
  validateUpdate: (next, old) => [
    ...(next.value === old.value ? [] : [forbidden('value', 'may not be changed in an update.')]),
    ...immutable('preemptionPolicy', next.preemptionPolicy, old.preemptionPolicy),
  ],
})

const SYSTEM_PREFIX = 'system-'
const HIGHEST_USER_VALUE = 1_000_000_000
const POLICIES = ['PreemptLowerPriority', 'Never']

/** The classes that every cluster has. */
export const systemPriorityValues: Readonly<Record<string, number>> = { 'system-node-critical': 2_000_001_000, 'system-cluster-critical': 2_000_000_000 }

function validateNewClass(object: PriorityClass): Cause[] {
  const causes: Cause[] = []
  const { metadata: { name }, value, preemptionPolicy } = object
  if (name?.startsWith(SYSTEM_PREFIX)) {
    const problem = systemProblem(object)
    if (problem) causes.push(forbidden('metadata.name', `priority class names with '${SYSTEM_PREFIX}' prefix are reserved for system use only. error: ${problem}`))
  } else if (value > HIGHEST_USER_VALUE) causes.push(forbidden('value', `maximum allowed value of a user defined priority is ${HIGHEST_USER_VALUE}`))
  if (!preemptionPolicy) causes.push(required('preemptionPolicy'))
  else if (!POLICIES.includes(preemptionPolicy)) causes.push(notSupported('preemptionPolicy', preemptionPolicy, POLICIES))
  return causes
}

function systemProblem({ metadata: { name }, value, globalDefault }: PriorityClass): string | undefined {
  const wanted = Object.hasOwn(systemPriorityValues, name) ? systemPriorityValues[name] : undefined
  if (wanted === undefined) return `${name} is not a known system priority class`
  if (value !== wanted) return `value of ${name} PriorityClass must be ${wanted}`
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined
}
