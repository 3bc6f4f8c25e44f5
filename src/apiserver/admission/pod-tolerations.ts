import type { Toleration } from '../../api/core/pod/scheduling.ts'

/** Whether two tolerations say the same, however much of it they leave unsaid. */
export const sameToleration = (a: Toleration, b: Toleration): boolean =>
  (a.key ?? '') === (b.key ?? '') && (a.operator || 'Equal') === (b.operator || 'Equal') && (a.value ?? '') === (b.value ?? '') &&
  (a.effect ?? '') === (b.effect ?? '') && a.tolerationSeconds === b.tolerationSeconds

/** Whether everything that `inner` tolerates is tolerated by `outer` too. */
export function coversToleration(outer: Toleration, inner: Toleration): boolean {
  if (sameToleration(outer, inner)) return true
  if (outer.effect && outer.effect !== inner.effect) return false
  if (outer.key && outer.key !== inner.key) return false
  if (outer.tolerationSeconds !== undefined && (inner.tolerationSeconds === undefined || inner.tolerationSeconds > outer.tolerationSeconds)) return false
  const operator = outer.operator || 'Equal'
  if (operator === 'Exists') return true
  return operator === (inner.operator || 'Equal') && (outer.value ?? '') === (inner.value ?? '')
}
