import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int64, kind, list, object, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'

const boundObjectReferenceShape = object('io.k8s.api.authentication.v1.BoundObjectReference', {
  kind: string(1),
  apiVersion: string(2),
  name: string(3),
  uid: string(4, { protoName: 'uID' }),
})
export interface BoundObjectReference extends Infer<typeof boundObjectReferenceShape> {}
export const boundObjectReference: Schema<BoundObjectReference> = boundObjectReferenceShape

const tokenRequestSpecShape = object('io.k8s.api.authentication.v1.TokenRequestSpec', {
  audiences: list(1, 'string', { omitEmpty: false, listType: 'atomic' }),
  expirationSeconds: int64(4, { omitEmpty: false, pointer: true }),
  boundObjectRef: ref(3, boundObjectReference, { omitEmpty: false }),
})
export interface TokenRequestSpec extends Infer<typeof tokenRequestSpecShape> {}
export const tokenRequestSpec: Schema<TokenRequestSpec> = tokenRequestSpecShape

const tokenRequestStatusShape = object('io.k8s.api.authentication.v1.TokenRequestStatus', {
  token: string(1, { omitEmpty: false }),
  expirationTimestamp: time(2, { omitEmpty: false }),
})
export interface TokenRequestStatus extends Infer<typeof tokenRequestStatusShape> {}
export const tokenRequestStatus: Schema<TokenRequestStatus> = tokenRequestStatusShape

const tokenRequestShape = kind('io.k8s.api.authentication.v1.TokenRequest', {
  metadata: struct(1, objectMeta),
  spec: struct(2, tokenRequestSpec, { omitEmpty: false }),
  status: struct(3, tokenRequestStatus),
})
export interface TokenRequest extends Infer<typeof tokenRequestShape> {}
export const tokenRequest: Schema<TokenRequest> = tokenRequestShape
