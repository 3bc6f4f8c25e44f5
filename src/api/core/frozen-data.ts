import type { Cause } from '../../machinery/status.ts'
import { forbidden, sameJson } from '../validation.ts'

/** How much a ConfigMap or a Secret may hold. */
export const LARGEST_DATA_BYTES = 1024 * 1024

/** KEP-1412: what is marked immutable keeps its data, and the mark. */
export function validateFrozen<T extends { immutable?: boolean | undefined }>(next: T, old: T, fields: readonly (keyof T & string)[]): Cause[] {
  const why = 'field is immutable when `immutable` is set'
  const causes = next.immutable ? [] : [forbidden('immutable', why)]
  for (const field of fields) if (!sameJson(next[field] ?? {}, old[field] ?? {})) causes.push(forbidden(field, why))
  return causes
}
