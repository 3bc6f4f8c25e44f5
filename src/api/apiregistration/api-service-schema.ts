import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, bytes, int32, kind, list, object, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'

const serviceReferenceShape = object('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference', {
  namespace: string(1),
  name: string(2),
  port: int32(3, { pointer: true }),
})
export interface ServiceReference extends Infer<typeof serviceReferenceShape> {}
export const serviceReference: Schema<ServiceReference> = serviceReferenceShape

const apiServiceSpecShape = object('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec', {
  service: ref(1, serviceReference),
  group: string(2),
  version: string(3),
  insecureSkipTLSVerify: bool(4),
  caBundle: bytes(5, { listType: 'atomic' }),
  groupPriorityMinimum: int32(7, { required: true }),
  versionPriority: int32(8, { required: true }),
})
export interface APIServiceSpec extends Infer<typeof apiServiceSpecShape> {}
export const apiServiceSpec: Schema<APIServiceSpec> = apiServiceSpecShape

const apiServiceConditionShape = object('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceCondition', {
  type: string(1, { required: true }),
  status: string(2, { required: true }),
  lastTransitionTime: time(3),
  reason: string(4),
  message: string(5),
})
export interface APIServiceCondition extends Infer<typeof apiServiceConditionShape> {}
export const apiServiceCondition: Schema<APIServiceCondition> = apiServiceConditionShape

const apiServiceStatusShape = object('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus', {
  conditions: list(1, apiServiceCondition, { patchStrategy: 'merge', patchMergeKey: 'type', listType: 'map', listMapKeys: ['type'] }),
})
export interface APIServiceStatus extends Infer<typeof apiServiceStatusShape> {}
export const apiServiceStatus: Schema<APIServiceStatus> = apiServiceStatusShape

const apiServiceShape = kind('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService', {
  metadata: struct(1, objectMeta),
  spec: struct(2, apiServiceSpec),
  status: struct(3, apiServiceStatus),
})
export interface APIService extends Infer<typeof apiServiceShape> {}
export const apiService: Schema<APIService> = apiServiceShape
