import type { SubjectAccessReviewSpec } from '../../api/authorization/shared.ts'
import { Double, DYN, fromJson, listType, mapType, objectType, STRING } from '../../machinery/cel/index.ts'
import { placeOf, type Place } from './expression.ts'

const TEXTS = listType(STRING)
const EXTRA = mapType(STRING, TEXTS)
const requirement = objectType('kubernetes.SelectorRequirement', { key: STRING, operator: STRING, values: TEXTS })
const fieldSelector = objectType('kubernetes.FieldSelectorAttributes', { rawSelector: STRING, requirements: listType(requirement) })
const labelSelector = objectType('kubernetes.LabelSelectorAttributes', { rawSelector: STRING, requirements: listType(requirement) })
const resourceAttributes = objectType('kubernetes.ResourceAttributes', {
  namespace: STRING, verb: STRING, group: STRING, version: STRING, resource: STRING, subresource: STRING, name: STRING, fieldSelector, labelSelector,
})
const nonResourceAttributes = objectType('kubernetes.NonResourceAttributes', { path: STRING, verb: STRING })
const review = objectType('kubernetes.SubjectAccessReviewSpec', { resourceAttributes, nonResourceAttributes, user: STRING, groups: TEXTS, extra: EXTRA, uid: STRING })
const userInfo = objectType('kubernetes.UserInfo', { username: STRING, uid: STRING, groups: TEXTS, extra: EXTRA })

/** Where a webhook authorizer's match conditions stand: they speak of a `request`. */
export const REVIEW: Place = placeOf({ request: review }, [review, resourceAttributes, nonResourceAttributes, fieldSelector, labelSelector, requirement])

/** What is asked of an authorizer, as match conditions see it: fields that are not stated are empty, not absent. */
export function requestValue({ user = '', groups = [], extra = {}, uid = '', resourceAttributes: resource, nonResourceAttributes: path }: SubjectAccessReviewSpec): unknown {
  return fromJson(review, {
    user, groups, uid, extra, ...(path && { nonResourceAttributes: { path: path.path ?? '', verb: path.verb ?? '' } }),
    ...(resource && { resourceAttributes: { namespace: '', verb: '', group: '', version: '', resource: '', subresource: '', name: '', ...resource } }),
  })
}

/** Where mappings and rules about a token's claims stand. */
export const CLAIMS: Place = placeOf({ claims: mapType(STRING, DYN) })

/** A token's claims as expressions see them: all numbers are doubles, as in upstream. */
export const claimsValue = (claims: Readonly<Record<string, unknown>>): unknown => fromJson(mapType(STRING, DYN), withDoubles(claims))

function withDoubles(value: unknown): unknown {
  if (typeof value === 'number') return new Double(value)
  if (Array.isArray(value)) return value.map(withDoubles)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withDoubles(each)]))
}

/** Where rules about the user that came of a token stand. */
export const USER: Place = placeOf({ user: userInfo }, [userInfo])

export interface ShownUser {
  readonly username: string
  readonly uid: string
  readonly groups: readonly string[]
  readonly extra: Readonly<Record<string, readonly string[]>>
}

export const userValue = (user: ShownUser): unknown => fromJson(userInfo, user)
