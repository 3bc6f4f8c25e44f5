import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bytes, int32, list, object, ref, string } from '../../machinery/schema/schema.ts'
import { labelSelector } from '../meta/selectors.ts'

const matchConditionShape = object('io.k8s.api.admissionregistration.v1.MatchCondition', {
  name: string(1, { required: true }),
  expression: string(2, { required: true }),
})
export interface MatchCondition extends Infer<typeof matchConditionShape> {}
export const matchCondition: Schema<MatchCondition> = matchConditionShape

const namedRuleWithOperationsShape = object('io.k8s.api.admissionregistration.v1.NamedRuleWithOperations', {
  resourceNames: list(1, 'string', { listType: 'atomic' }),
  operations: list(1, 'string', { listType: 'atomic', via: [2] }),
  apiGroups: list(1, 'string', { listType: 'atomic', via: [2, 2] }),
  apiVersions: list(2, 'string', { listType: 'atomic', via: [2, 2] }),
  resources: list(3, 'string', { listType: 'atomic', via: [2, 2] }),
  scope: string(4, { pointer: true, enum: ['*', 'Cluster', 'Namespaced'], via: [2, 2] }),
}, { atomic: true })
export interface NamedRuleWithOperations extends Infer<typeof namedRuleWithOperationsShape> {}
export const namedRuleWithOperations: Schema<NamedRuleWithOperations> = namedRuleWithOperationsShape

const matchResourcesShape = object('io.k8s.api.admissionregistration.v1.MatchResources', {
  namespaceSelector: ref(1, labelSelector),
  objectSelector: ref(2, labelSelector),
  resourceRules: list(3, namedRuleWithOperations, { listType: 'atomic' }),
  excludeResourceRules: list(4, namedRuleWithOperations, { listType: 'atomic' }),
  matchPolicy: string(7, { pointer: true, enum: ['Equivalent', 'Exact'] }),
}, { atomic: true })
export interface MatchResources extends Infer<typeof matchResourcesShape> {}
export const matchResources: Schema<MatchResources> = matchResourcesShape

const paramKindShape = object('io.k8s.api.admissionregistration.v1.ParamKind', {
  apiVersion: string(1),
  kind: string(2),
}, { atomic: true })
export interface ParamKind extends Infer<typeof paramKindShape> {}
export const paramKind: Schema<ParamKind> = paramKindShape

const paramRefShape = object('io.k8s.api.admissionregistration.v1.ParamRef', {
  name: string(1),
  namespace: string(2),
  selector: ref(3, labelSelector),
  parameterNotFoundAction: string(4, { pointer: true }),
}, { atomic: true })
export interface ParamRef extends Infer<typeof paramRefShape> {}
export const paramRef: Schema<ParamRef> = paramRefShape

const ruleShape = object('io.k8s.api.admissionregistration.v1.Rule', {
  apiGroups: list(1, 'string', { listType: 'atomic' }),
  apiVersions: list(2, 'string', { listType: 'atomic' }),
  resources: list(3, 'string', { listType: 'atomic' }),
  scope: string(4, { pointer: true, enum: ['*', 'Cluster', 'Namespaced'] }),
})
export interface Rule extends Infer<typeof ruleShape> {}
export const rule: Schema<Rule> = ruleShape

const ruleWithOperationsShape = object('io.k8s.api.admissionregistration.v1.RuleWithOperations', {
  operations: list(1, 'string', { listType: 'atomic' }),
  apiGroups: list(1, 'string', { listType: 'atomic', via: [2] }),
  apiVersions: list(2, 'string', { listType: 'atomic', via: [2] }),
  resources: list(3, 'string', { listType: 'atomic', via: [2] }),
  scope: string(4, { pointer: true, enum: ['*', 'Cluster', 'Namespaced'], via: [2] }),
})
export interface RuleWithOperations extends Infer<typeof ruleWithOperationsShape> {}
export const ruleWithOperations: Schema<RuleWithOperations> = ruleWithOperationsShape

const serviceReferenceShape = object('io.k8s.api.admissionregistration.v1.ServiceReference', {
  namespace: string(1, { required: true }),
  name: string(2, { required: true }),
  path: string(3, { pointer: true }),
  port: int32(4, { pointer: true }),
})
export interface ServiceReference extends Infer<typeof serviceReferenceShape> {}
export const serviceReference: Schema<ServiceReference> = serviceReferenceShape

const variableShape = object('io.k8s.api.admissionregistration.v1.Variable', {
  name: string(1, { required: true, protoName: 'Name' }),
  expression: string(2, { required: true, protoName: 'Expression' }),
}, { atomic: true })
export interface Variable extends Infer<typeof variableShape> {}
export const variable: Schema<Variable> = variableShape

const webhookClientConfigShape = object('io.k8s.api.admissionregistration.v1.WebhookClientConfig', {
  url: string(3, { pointer: true }),
  service: ref(1, serviceReference),
  caBundle: bytes(2),
})
export interface WebhookClientConfig extends Infer<typeof webhookClientConfigShape> {}
export const webhookClientConfig: Schema<WebhookClientConfig> = webhookClientConfigShape
