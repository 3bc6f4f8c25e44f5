import { timestamp } from '../machinery/clock.ts'

/** What conditions of every kind have. */
export interface ConditionLike {
  type: string
  status: string
  reason?: string | undefined
  message?: string | undefined
  lastTransitionTime?: string | null | undefined
}

/** The condition of a type. */
export const conditionOf = <C extends ConditionLike>(conditions: readonly C[] | undefined | null, type: string): C | undefined => conditions?.find(condition => condition.type === type)

/** The conditions with one set; `lastTransitionTime` moves only with the status. An unchanged condition leaves the list as it is. */
export function withCondition<C extends ConditionLike>(conditions: readonly C[] | undefined | null, next: C, now: number): C[] {
  const list = [...(conditions ?? [])]
  const old = conditionOf(list, next.type)
  const since = old?.status === next.status && old.lastTransitionTime ? old.lastTransitionTime : timestamp(now)
  const stamped = { ...next, lastTransitionTime: since }
  return old ? list.map(condition => (condition === old ? stamped : condition)) : [...list, stamped]
}

/** The conditions without those of a type. */
export const withoutCondition = <C extends ConditionLike>(conditions: readonly C[] | undefined | null, type: string): C[] => (conditions ?? []).filter(condition => condition.type !== type)

/** Whether two values are the same JSON, whatever the order of keys; undefined is absent. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false
  if (Array.isArray(a)) return a.length === (b as unknown[]).length && a.every((item, index) => sameJson(item, (b as unknown[])[index]))
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  const keys = (object: Record<string, unknown>): string[] => Object.keys(object).filter(key => object[key] !== undefined)
  const names = keys(left)
  return names.length === keys(right).length && names.every(name => right[name] !== undefined && sameJson(left[name], right[name]))
}
