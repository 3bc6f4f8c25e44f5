import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, int64, kind, list, object, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'

const tokenRequestShape = object('io.k8s.api.storage.v1.TokenRequest', {
  audience: string(1, { required: true }),
  expirationSeconds: int64(2, { pointer: true }),
})
export interface TokenRequest extends Infer<typeof tokenRequestShape> {}
export const tokenRequest: Schema<TokenRequest> = tokenRequestShape

const csiDriverSpecShape = object('io.k8s.api.storage.v1.CSIDriverSpec', {
  attachRequired: bool(1, { pointer: true }),
  podInfoOnMount: bool(2, { pointer: true }),
  volumeLifecycleModes: list(3, 'string', { listType: 'set' }),
  storageCapacity: bool(4, { pointer: true }),
  fsGroupPolicy: string(5, { pointer: true }),
  tokenRequests: list(6, tokenRequest, { listType: 'atomic' }),
  requiresRepublish: bool(7, { pointer: true }),
  seLinuxMount: bool(8, { pointer: true }),
  nodeAllocatableUpdatePeriodSeconds: int64(9, { pointer: true }),
  serviceAccountTokenInSecrets: bool(10, { pointer: true }),
  preventPodSchedulingIfMissing: bool(11, { pointer: true }),
})
export interface CSIDriverSpec extends Infer<typeof csiDriverSpecShape> {}
export const csiDriverSpec: Schema<CSIDriverSpec> = csiDriverSpecShape

const csiDriverShape = kind('io.k8s.api.storage.v1.CSIDriver', {
  metadata: struct(1, objectMeta),
  spec: struct(2, csiDriverSpec, { required: true }),
})
export interface CSIDriver extends Infer<typeof csiDriverShape> {}
export const csiDriver: Schema<CSIDriver> = csiDriverShape

/** The handle for csidrivers of storage.k8s.io. */
export const CSIDrivers: Resource<CSIDriver> = defineResource<CSIDriver>({
  group: 'storage.k8s.io', version: 'v1', kind: 'CSIDriver', plural: 'csidrivers', namespaced: false,
  storageVersionHash: 'hL6j/rwBV5w=',
  schema: csiDriver,
})
