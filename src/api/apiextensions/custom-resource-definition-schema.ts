import type { Infer, Schema, TypeNode, UnionNode } from '../../machinery/schema/schema.ts'
import { bool, bytes, double, int32, int64, json, kind, list, map, object, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'

const customResourceColumnDefinitionShape = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceColumnDefinition', {
  name: string(1, { required: true }),
  type: string(2, { required: true }),
  format: string(3),
  description: string(4),
  priority: int32(5),
  jsonPath: string(6, { required: true }),
})
export interface CustomResourceColumnDefinition extends Infer<typeof customResourceColumnDefinitionShape> {}
export const customResourceColumnDefinition: Schema<CustomResourceColumnDefinition> = customResourceColumnDefinitionShape

const serviceReferenceShape = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ServiceReference', {
  namespace: string(1, { required: true }),
  name: string(2, { required: true }),
  path: string(3, { pointer: true }),
  port: int32(4, { pointer: true }),
})
export interface ServiceReference extends Infer<typeof serviceReferenceShape> {}
export const serviceReference: Schema<ServiceReference> = serviceReferenceShape

const webhookClientConfigShape = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookClientConfig', {
  url: string(3, { pointer: true }),
  service: ref(1, serviceReference),
  caBundle: bytes(2),
})
export interface WebhookClientConfig extends Infer<typeof webhookClientConfigShape> {}
export const webhookClientConfig: Schema<WebhookClientConfig> = webhookClientConfigShape

const webhookConversionShape = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookConversion', {
  clientConfig: ref(2, webhookClientConfig),
  conversionReviewVersions: list(3, 'string', { required: true, listType: 'atomic' }),
})
export interface WebhookConversion extends Infer<typeof webhookConversionShape> {}
export const webhookConversion: Schema<WebhookConversion> = webhookConversionShape

const customResourceConversionShape = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceConversion', {
  strategy: string(1, { required: true }),
  webhook: ref(2, webhookConversion),
})
export interface CustomResourceConversion extends Infer<typeof customResourceConversionShape> {}
export const customResourceConversion: Schema<CustomResourceConversion> = customResourceConversionShape

const customResourceDefinitionNamesShape = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionNames', {
  plural: string(1, { required: true }),
  singular: string(2),
  shortNames: list(3, 'string', { listType: 'atomic' }),
  kind: string(4, { required: true }),
  listKind: string(5),
  categories: list(6, 'string', { listType: 'atomic' }),
})
export interface CustomResourceDefinitionNames extends Infer<typeof customResourceDefinitionNamesShape> {}
export const customResourceDefinitionNames: Schema<CustomResourceDefinitionNames> = customResourceDefinitionNamesShape

export type JSONSchemaPropsOrArray = JSONSchemaProps | JSONSchemaProps[]
export const jsonSchemaPropsOrArray: UnionNode = { type: 'union', name: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray', members: [{ number: 1, node: { type: 'lazy', target: (): TypeNode => jsonSchemaProps } }, { number: 2, node: { type: 'list', element: { type: 'lazy', target: (): TypeNode => jsonSchemaProps } } }] }

export type JSONSchemaPropsOrBool = JSONSchemaProps | boolean
export const jsonSchemaPropsOrBool: UnionNode = { type: 'union', name: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool', members: [{ number: 2, node: { type: 'lazy', target: (): TypeNode => jsonSchemaProps } }, { number: 1, node: { type: 'bool' } }] }

export type JSONSchemaPropsOrStringArray = JSONSchemaProps | string[]
export const jsonSchemaPropsOrStringArray: UnionNode = { type: 'union', name: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray', members: [{ number: 1, node: { type: 'lazy', target: (): TypeNode => jsonSchemaProps } }, { number: 2, node: { type: 'list', element: { type: 'string' } } }] }

const externalDocumentationShape = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ExternalDocumentation', {
  description: string(1),
  url: string(2),
})
export interface ExternalDocumentation extends Infer<typeof externalDocumentationShape> {}
export const externalDocumentation: Schema<ExternalDocumentation> = externalDocumentationShape

const validationRuleShape = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ValidationRule', {
  rule: string(1, { required: true }),
  message: string(2),
  messageExpression: string(3),
  reason: string(4, { pointer: true, enum: ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'] }),
  fieldPath: string(5),
  optionalOldSelf: bool(6, { pointer: true }),
})
export interface ValidationRule extends Infer<typeof validationRuleShape> {}
export const validationRule: Schema<ValidationRule> = validationRuleShape

const jsonSchemaPropsShape = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps', {
  id: string(1),
  $schema: string(2, { protoName: 'schema' }),
  $ref: string(3, { pointer: true, protoName: 'ref' }),
  description: string(4),
  type: string(5),
  format: string(6),
  title: string(7),
  default: json(8, { pointer: true }),
  maximum: double(9, { pointer: true }),
  exclusiveMaximum: bool(10),
  minimum: double(11, { pointer: true }),
  exclusiveMinimum: bool(12),
  maxLength: int64(13, { pointer: true }),
  minLength: int64(14, { pointer: true }),
  pattern: string(15),
  maxItems: int64(16, { pointer: true }),
  minItems: int64(17, { pointer: true }),
  uniqueItems: bool(18),
  multipleOf: double(19, { pointer: true }),
  enum: list(20, 'json', { listType: 'atomic' }),
  maxProperties: int64(21, { pointer: true }),
  minProperties: int64(22, { pointer: true }),
  required: list(23, 'string', { listType: 'atomic' }),
  items: ref(24, jsonSchemaPropsOrArray),
  allOf: list(25, (): TypeNode => jsonSchemaProps, { listType: 'atomic' }),
  oneOf: list(26, (): TypeNode => jsonSchemaProps, { listType: 'atomic' }),
  anyOf: list(27, (): TypeNode => jsonSchemaProps, { listType: 'atomic' }),
  not: ref(28, (): TypeNode => jsonSchemaProps),
  properties: map(29, (): TypeNode => jsonSchemaProps),
  additionalProperties: ref(30, jsonSchemaPropsOrBool),
  patternProperties: map(31, (): TypeNode => jsonSchemaProps),
  dependencies: map(32, jsonSchemaPropsOrStringArray),
  additionalItems: ref(33, jsonSchemaPropsOrBool),
  definitions: map(34, (): TypeNode => jsonSchemaProps),
  externalDocs: ref(35, externalDocumentation),
  example: json(36, { pointer: true }),
  nullable: bool(37),
  'x-kubernetes-preserve-unknown-fields': bool(38, { pointer: true, protoName: 'xKubernetesPreserveUnknownFields' }),
  'x-kubernetes-embedded-resource': bool(39, { protoName: 'xKubernetesEmbeddedResource' }),
  'x-kubernetes-int-or-string': bool(40, { protoName: 'xKubernetesIntOrString' }),
  'x-kubernetes-list-map-keys': list(41, 'string', { listType: 'atomic', protoName: 'xKubernetesListMapKeys' }),
  'x-kubernetes-list-type': string(42, { pointer: true, protoName: 'xKubernetesListType' }),
  'x-kubernetes-map-type': string(43, { pointer: true, protoName: 'xKubernetesMapType' }),
  'x-kubernetes-validations': list(44, validationRule, { patchStrategy: 'merge', patchMergeKey: 'rule', listType: 'map', protoName: 'xKubernetesValidations', listMapKeys: ['rule'] }),
})
export interface JSONSchemaProps extends Omit<Infer<typeof jsonSchemaPropsShape>, 'allOf' | 'oneOf' | 'anyOf' | 'not' | 'properties' | 'patternProperties' | 'definitions'> {
  allOf?: JSONSchemaProps[] | undefined
  oneOf?: JSONSchemaProps[] | undefined
  anyOf?: JSONSchemaProps[] | undefined
  not?: JSONSchemaProps | undefined
  properties?: Record<string, JSONSchemaProps> | undefined
  patternProperties?: Record<string, JSONSchemaProps> | undefined
  definitions?: Record<string, JSONSchemaProps> | undefined
}
export const jsonSchemaProps = jsonSchemaPropsShape as Schema<JSONSchemaProps>

const customResourceValidationShape = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceValidation', {
  openAPIV3Schema: ref(1, jsonSchemaProps),
})
export interface CustomResourceValidation extends Infer<typeof customResourceValidationShape> {}
export const customResourceValidation: Schema<CustomResourceValidation> = customResourceValidationShape

const customResourceSubresourceStatusShape = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceStatus', {})
export interface CustomResourceSubresourceStatus extends Infer<typeof customResourceSubresourceStatusShape> {}
export const customResourceSubresourceStatus: Schema<CustomResourceSubresourceStatus> = customResourceSubresourceStatusShape

const customResourceSubresourceScaleShape = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceScale', {
  specReplicasPath: string(1, { required: true }),
  statusReplicasPath: string(2, { required: true }),
  labelSelectorPath: string(3, { pointer: true }),
})
export interface CustomResourceSubresourceScale extends Infer<typeof customResourceSubresourceScaleShape> {}
export const customResourceSubresourceScale: Schema<CustomResourceSubresourceScale> = customResourceSubresourceScaleShape

const customResourceSubresourcesShape = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresources', {
  status: ref(1, customResourceSubresourceStatus),
  scale: ref(2, customResourceSubresourceScale),
})
export interface CustomResourceSubresources extends Infer<typeof customResourceSubresourcesShape> {}
export const customResourceSubresources: Schema<CustomResourceSubresources> = customResourceSubresourcesShape

const selectableFieldShape = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.SelectableField', {
  jsonPath: string(1, { required: true }),
})
export interface SelectableField extends Infer<typeof selectableFieldShape> {}
export const selectableField: Schema<SelectableField> = selectableFieldShape

const customResourceDefinitionVersionShape = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion', {
  name: string(1, { required: true }),
  served: bool(2, { required: true }),
  storage: bool(3, { required: true }),
  deprecated: bool(7),
  deprecationWarning: string(8, { pointer: true }),
  schema: ref(4, customResourceValidation),
  subresources: ref(5, customResourceSubresources),
  additionalPrinterColumns: list(6, customResourceColumnDefinition, { listType: 'atomic' }),
  selectableFields: list(9, selectableField, { listType: 'atomic' }),
})
export interface CustomResourceDefinitionVersion extends Infer<typeof customResourceDefinitionVersionShape> {}
export const customResourceDefinitionVersion: Schema<CustomResourceDefinitionVersion> = customResourceDefinitionVersionShape

const customResourceDefinitionSpecShape = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec', {
  group: string(1, { required: true }),
  names: struct(3, customResourceDefinitionNames, { required: true }),
  scope: string(4, { required: true }),
  versions: list(7, customResourceDefinitionVersion, { required: true, listType: 'atomic' }),
  conversion: ref(9, customResourceConversion),
  preserveUnknownFields: bool(10),
})
export interface CustomResourceDefinitionSpec extends Infer<typeof customResourceDefinitionSpecShape> {}
export const customResourceDefinitionSpec: Schema<CustomResourceDefinitionSpec> = customResourceDefinitionSpecShape

const customResourceDefinitionConditionShape = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionCondition', {
  type: string(1, { required: true }),
  status: string(2, { required: true }),
  lastTransitionTime: time(3),
  reason: string(4),
  message: string(5),
  observedGeneration: int64(6),
})
export interface CustomResourceDefinitionCondition extends Infer<typeof customResourceDefinitionConditionShape> {}
export const customResourceDefinitionCondition: Schema<CustomResourceDefinitionCondition> = customResourceDefinitionConditionShape

const customResourceDefinitionStatusShape = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus', {
  conditions: list(1, customResourceDefinitionCondition, { omitEmpty: false, listType: 'map', listMapKeys: ['type'] }),
  acceptedNames: struct(2, customResourceDefinitionNames, { omitEmpty: false }),
  storedVersions: list(3, 'string', { omitEmpty: false, listType: 'atomic' }),
  observedGeneration: int64(4),
})
export interface CustomResourceDefinitionStatus extends Infer<typeof customResourceDefinitionStatusShape> {}
export const customResourceDefinitionStatus: Schema<CustomResourceDefinitionStatus> = customResourceDefinitionStatusShape

const customResourceDefinitionShape = kind('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition', {
  metadata: struct(1, objectMeta),
  spec: struct(2, customResourceDefinitionSpec, { required: true }),
  status: struct(3, customResourceDefinitionStatus),
})
export interface CustomResourceDefinition extends Infer<typeof customResourceDefinitionShape> {}
export const customResourceDefinition: Schema<CustomResourceDefinition> = customResourceDefinitionShape
