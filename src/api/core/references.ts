import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { object, quantity, string } from '../../machinery/schema/schema.ts'

const localObjectReferenceShape = object('io.k8s.api.core.v1.LocalObjectReference', {
  name: string(1, { default: '' }),
}, { atomic: true })
export interface LocalObjectReference extends Infer<typeof localObjectReferenceShape> {}
export const localObjectReference: Schema<LocalObjectReference> = localObjectReferenceShape

const objectFieldSelectorShape = object('io.k8s.api.core.v1.ObjectFieldSelector', {
  apiVersion: string(1),
  fieldPath: string(2, { required: true }),
}, { atomic: true })
export interface ObjectFieldSelector extends Infer<typeof objectFieldSelectorShape> {}
export const objectFieldSelector: Schema<ObjectFieldSelector> = objectFieldSelectorShape

const objectReferenceShape = object('io.k8s.api.core.v1.ObjectReference', {
  kind: string(1),
  namespace: string(2),
  name: string(3),
  uid: string(4),
  apiVersion: string(5),
  resourceVersion: string(6),
  fieldPath: string(7),
}, { atomic: true })
export interface ObjectReference extends Infer<typeof objectReferenceShape> {}
export const objectReference: Schema<ObjectReference> = objectReferenceShape

const resourceFieldSelectorShape = object('io.k8s.api.core.v1.ResourceFieldSelector', {
  containerName: string(1),
  resource: string(2, { required: true }),
  divisor: quantity(3),
}, { atomic: true })
export interface ResourceFieldSelector extends Infer<typeof resourceFieldSelectorShape> {}
export const resourceFieldSelector: Schema<ResourceFieldSelector> = resourceFieldSelectorShape

const secretReferenceShape = object('io.k8s.api.core.v1.SecretReference', {
  name: string(1),
  namespace: string(2),
}, { atomic: true })
export interface SecretReference extends Infer<typeof secretReferenceShape> {}
export const secretReference: Schema<SecretReference> = secretReferenceShape
