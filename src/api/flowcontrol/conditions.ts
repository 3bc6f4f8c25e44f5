import type { Cause } from '../../machinery/status.ts'
import { duplicate, required } from '../validation.ts'

/** Conditions are told apart by their types. */
export function validateConditions(conditions: readonly { readonly type?: string | undefined }[] | undefined): Cause[] {
  const seen = new Set<string>()
  return (conditions ?? []).flatMap(({ type = '' }, index) => {
    const field = `status.conditions[${index}].type`
    const repeated = seen.has(type)
    seen.add(type)
    return [...(repeated ? [duplicate(field, type)] : []), ...(type ? [] : [required(field)])]
  })
}
