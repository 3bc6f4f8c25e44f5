import { subjectAccessReviewSpec } from '../../api/authorization/shared.ts'
import type { VariableType } from './expression.ts'

/** What a webhook authorizer's match conditions speak of. */
export const REVIEW_VARIABLES: Readonly<Record<string, VariableType>> = { request: subjectAccessReviewSpec }
