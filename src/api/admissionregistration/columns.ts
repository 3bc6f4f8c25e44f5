import type { ParamKind, ParamRef } from './shared.ts'
import { formatLabelSelector } from '../../machinery/selector.ts'

export const paramKindText = (kind: ParamKind | undefined): string => (kind ? `${kind.apiVersion ?? ''}/${kind.kind ?? ''}` : '<unset>')

/** Which parameters a binding takes; a star where the request's namespace decides. */
export function paramRefText(ref: ParamRef | undefined): string {
  if (ref?.name) return `${ref.namespace || '*'}/${ref.name}`
  return ref?.selector ? formatLabelSelector(ref.selector) : '<unset>'
}
