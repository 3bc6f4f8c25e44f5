import type { Cause } from '../../machinery/status.ts'
import { invalid, notSupported, required } from '../validation.ts'
import { oneOf, REINVOCATION_POLICIES } from './match-validation.ts'
import type { MutatingAdmissionPolicy, Mutation } from './mutating-admission-policy-schema.ts'
import { validatePolicyFrame } from './policy-validation.ts'
import type { MatchResources } from './shared.ts'

const PATCH_TYPES = ['ApplyConfiguration', 'JSONPatch']
/** What is being deleted cannot be changed. */
const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'UPDATE']

/** A policy that changes what comes in. */
export function validateMutatingPolicy({ spec }: MutatingAdmissionPolicy, old?: MutatingAdmissionPolicy): Cause[] {
  const { mutations = [], reinvocationPolicy } = spec
  return [
    ...validatePolicyFrame(spec, old?.spec), ...validateOperations(spec.matchConstraints, 'spec.matchConstraints'),
    ...(mutations.length === 0 ? [required('spec.mutations', 'mutations must contain at least one item')] : []),
    ...mutations.flatMap((mutation, index) => validateMutation(mutation, `spec.mutations[${index}]`)),
    ...(reinvocationPolicy ? oneOf('spec.reinvocationPolicy', reinvocationPolicy, REINVOCATION_POLICIES) : [required('spec.reinvocationPolicy')]),
  ]
}

/** Policies that mutate are not asked about deletions. */
export const validateOperations = (match: MatchResources | undefined, field: string): Cause[] => (match?.resourceRules ?? []).flatMap(({ operations }) =>
  (operations ?? []).flatMap(operation => oneOf(`${field}.resourceRules.operations`, operation, OPERATIONS)))

function validateMutation({ patchType, applyConfiguration, jsonPatch }: Mutation, field: string): Cause[] {
  if (!patchType) return [required(`${field}.patchType`)]
  if (!PATCH_TYPES.includes(patchType)) return [notSupported(`${field}.patchType`, patchType, PATCH_TYPES)]
  const both = { applyConfiguration, jsonPatch }
  const [own, other] = patchType === 'JSONPatch' ? ['jsonPatch', 'applyConfiguration'] as const : ['applyConfiguration', 'jsonPatch'] as const
  const causes = both[own] ? [] : [required(`${field}.${own}`, `must be specified when patchType is ${patchType}`)]
  if (both[other]) causes.push(invalid(`${field}.${other}`, `{${other}}`, `must not be specified when patchType is ${patchType}`))
  if (both[own] && !both[own].expression?.trim()) causes.push(required(`${field}.${own}.expression`, 'expression is not specified'))
  return causes
}
