import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, kind, list, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { listMeta } from './object-meta.ts'

const statusCauseShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.StatusCause', {
  reason: string(1),
  message: string(2),
  field: string(3),
})
export interface StatusCause extends Infer<typeof statusCauseShape> {}
export const statusCause: Schema<StatusCause> = statusCauseShape

const statusDetailsShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.StatusDetails', {
  name: string(1),
  group: string(2),
  kind: string(3),
  uid: string(6),
  causes: list(4, statusCause, { listType: 'atomic' }),
  retryAfterSeconds: int32(5),
})
export interface StatusDetails extends Infer<typeof statusDetailsShape> {}
export const statusDetails: Schema<StatusDetails> = statusDetailsShape

const statusShape = kind('io.k8s.apimachinery.pkg.apis.meta.v1.Status', {
  metadata: struct(1, listMeta),
  status: string(2),
  message: string(3),
  reason: string(4),
  details: ref(5, statusDetails),
  code: int32(6),
})
export interface Status extends Infer<typeof statusShape> {}
export const status: Schema<Status> = statusShape
