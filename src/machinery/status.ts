/** Reasons of the API's Status with their HTTP codes (metav1.StatusReason). */
const codes = {
  BadRequest: 400, Unauthorized: 401, Forbidden: 403, NotFound: 404, MethodNotAllowed: 405, NotAcceptable: 406,
  AlreadyExists: 409, Conflict: 409, Gone: 410, Expired: 410, RequestEntityTooLarge: 413, UnsupportedMediaType: 415,
  Invalid: 422, TooManyRequests: 429, InternalError: 500, ServiceUnavailable: 503, ServerTimeout: 504, Timeout: 504,
} as const

export type Reason = keyof typeof codes

/** metav1.CauseType, as validation and the server use it. */
export type CauseType =
  | 'FieldValueNotFound' | 'FieldValueRequired' | 'FieldValueDuplicate' | 'FieldValueInvalid' | 'FieldValueNotSupported'
  | 'FieldValueForbidden' | 'FieldValueTooLong' | 'FieldValueTooMany' | 'FieldValueTypeInvalid' | 'InternalError'
  | 'FieldManagerConflict' | 'ResourceVersionTooLarge' | 'UnexpectedServerResponse'

/** One thing that is wrong: `message` is worded as Kubernetes words it, `field` is a path such as `spec.containers[0].image`. */
export interface Cause {
  reason: CauseType | string
  message: string
  field?: string
}

export interface StatusDetails {
  name?: string
  group?: string
  kind?: string
  uid?: string
  causes?: Cause[]
  retryAfterSeconds?: number
}

/** The API's answer when there is no object to give. */
export interface StatusBody {
  kind: 'Status'
  apiVersion: 'v1'
  metadata: { resourceVersion?: string; continue?: string; remainingItemCount?: number }
  status: 'Success' | 'Failure'
  message?: string
  reason?: string
  details?: StatusDetails
  code: number
}

/** The one error that users see: the API's Status. Programmer errors are asserts; nothing else is thrown. */
export class StatusError extends Error {
  readonly reason: Reason | ''
  readonly code: number
  readonly details: StatusDetails | undefined
  /** List metadata of a 410 that carries a token to continue with. */
  readonly metadata: StatusBody['metadata']

  constructor(reason: Reason | '', message: string, details?: StatusDetails, options: { code?: number; metadata?: StatusBody['metadata'] } = {}) {
    super(message)
    this.name = 'StatusError'
    this.reason = reason
    this.code = options.code ?? (reason === '' ? 500 : codes[reason])
    this.details = details
    this.metadata = options.metadata ?? {}
  }

  /** The Status object that goes over the wire. */
  toJSON(): StatusBody {
    return {
      kind: 'Status', apiVersion: 'v1', metadata: this.metadata, status: 'Failure', message: this.message,
      ...(this.reason && { reason: this.reason }), ...(this.details && { details: this.details }), code: this.code,
    }
  }

  /** The error that a failed Status stands for; the inverse of `toJSON`. */
  static from(body: StatusBody): StatusError {
    const reason = (body.reason ?? '') as Reason | ''
    return new StatusError(reason, body.message ?? body.reason ?? 'unknown', body.details, { code: body.code, metadata: body.metadata })
  }
}

/** Whether an error is the API's Status with this reason. */
export const isReason = (error: unknown, reason: Reason): error is StatusError => error instanceof StatusError && error.reason === reason

/** A group and a plural, as messages name a resource: `pods`, `deployments.apps`. */
export interface GroupResource {
  group: string
  plural: string
}

export const qualifiedResource = ({ group, plural }: GroupResource): string => (group ? `${plural}.${group}` : plural)
const about = (resource: GroupResource, name: string): StatusDetails => ({ name, ...(resource.group && { group: resource.group }), kind: resource.plural })

export const badRequest = (message: string): StatusError => new StatusError('BadRequest', message)
export const internalError = (message: string): StatusError =>
  new StatusError('InternalError', `Internal error occurred: ${message}`, { causes: [{ reason: 'InternalError', message }] as Cause[] })
export const notFound = (resource: GroupResource, name: string): StatusError =>
  new StatusError('NotFound', `${qualifiedResource(resource)} "${name}" not found`, about(resource, name))
export const alreadyExists = (resource: GroupResource, name: string): StatusError =>
  new StatusError('AlreadyExists', `${qualifiedResource(resource)} "${name}" already exists`, about(resource, name))
export const conflict = (resource: GroupResource, name: string, message: string): StatusError =>
  new StatusError('Conflict', `Operation cannot be fulfilled on ${qualifiedResource(resource)} "${name}": ${message}`, about(resource, name))
export const forbidden = (resource: GroupResource, name: string, message: string): StatusError =>
  new StatusError('Forbidden', `${qualifiedResource(resource)}${name ? ` "${name}"` : ''} is forbidden: ${message}`, about(resource, name))
export const gone = (message: string, metadata?: StatusBody['metadata']): StatusError =>
  new StatusError('Expired', message, undefined, metadata ? { metadata } : {})

/** The 422 that lists everything wrong with an object. */
export function invalid(kind: { group: string; kind: string }, name: string, causes: readonly Cause[]): StatusError {
  const lines = [...new Set(causes.map(cause => (cause.field ? `${cause.field}: ${cause.message}` : cause.message)))]
  const list = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`
  const qualified = kind.group ? `${kind.kind}.${kind.group}` : kind.kind
  return new StatusError('Invalid', `${qualified} "${name}" is invalid: ${list}`, {
    ...(name && { name }), ...(kind.group && { group: kind.group }), ...(kind.kind && { kind: kind.kind }), causes: [...causes],
  })
}
