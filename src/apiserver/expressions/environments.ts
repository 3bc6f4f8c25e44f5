import { userInfo } from '../../api/authentication/shared.ts'
import { subjectAccessReviewSpec } from '../../api/authorization/shared.ts'
import type { VariableType } from './expression.ts'

/** What a webhook authorizer's match conditions speak of. */
export const REVIEW_VARIABLES: Readonly<Record<string, VariableType>> = { request: subjectAccessReviewSpec }

/** What mappings and rules about a token's claims speak of. */
export const CLAIM_VARIABLES: Readonly<Record<string, VariableType>> = { claims: 'dyn-map' }

/** What rules about the user that came of a token speak of. */
export const USER_VARIABLES: Readonly<Record<string, VariableType>> = { user: userInfo }
