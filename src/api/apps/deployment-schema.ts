import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, int32, int64, intOrString, kind, list, object, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { podTemplateSpec } from '../core/pod/pod-spec.ts'
import { objectMeta } from '../meta/object-meta.ts'
import { labelSelector } from '../meta/selectors.ts'

const rollingUpdateDeploymentShape = object('io.k8s.api.apps.v1.RollingUpdateDeployment', {
  maxUnavailable: intOrString(1, { pointer: true }),
  maxSurge: intOrString(2, { pointer: true }),
})
export interface RollingUpdateDeployment extends Infer<typeof rollingUpdateDeploymentShape> {}
export const rollingUpdateDeployment: Schema<RollingUpdateDeployment> = rollingUpdateDeploymentShape

const deploymentStrategyShape = object('io.k8s.api.apps.v1.DeploymentStrategy', {
  type: string(1, { enum: ['Recreate', 'RollingUpdate'] }),
  rollingUpdate: ref(2, rollingUpdateDeployment),
})
export interface DeploymentStrategy extends Infer<typeof deploymentStrategyShape> {}
export const deploymentStrategy: Schema<DeploymentStrategy> = deploymentStrategyShape

const deploymentSpecShape = object('io.k8s.api.apps.v1.DeploymentSpec', {
  replicas: int32(1, { pointer: true }),
  selector: ref(2, labelSelector, { required: true }),
  template: struct(3, podTemplateSpec, { required: true }),
  strategy: struct(4, deploymentStrategy, { patchStrategy: 'retainKeys' }),
  minReadySeconds: int32(5),
  revisionHistoryLimit: int32(6, { pointer: true }),
  paused: bool(7),
  progressDeadlineSeconds: int32(9, { pointer: true }),
})
export interface DeploymentSpec extends Infer<typeof deploymentSpecShape> {}
export const deploymentSpec: Schema<DeploymentSpec> = deploymentSpecShape

const deploymentConditionShape = object('io.k8s.api.apps.v1.DeploymentCondition', {
  type: string(1, { required: true }),
  status: string(2, { required: true }),
  lastUpdateTime: time(6),
  lastTransitionTime: time(7),
  reason: string(4),
  message: string(5),
})
export interface DeploymentCondition extends Infer<typeof deploymentConditionShape> {}
export const deploymentCondition: Schema<DeploymentCondition> = deploymentConditionShape

const deploymentStatusShape = object('io.k8s.api.apps.v1.DeploymentStatus', {
  observedGeneration: int64(1),
  replicas: int32(2),
  updatedReplicas: int32(3),
  readyReplicas: int32(7),
  availableReplicas: int32(4),
  unavailableReplicas: int32(5),
  terminatingReplicas: int32(9, { pointer: true }),
  conditions: list(6, deploymentCondition, { patchStrategy: 'merge', patchMergeKey: 'type', listType: 'map', listMapKeys: ['type'] }),
  collisionCount: int32(8, { pointer: true }),
})
export interface DeploymentStatus extends Infer<typeof deploymentStatusShape> {}
export const deploymentStatus: Schema<DeploymentStatus> = deploymentStatusShape

const deploymentShape = kind('io.k8s.api.apps.v1.Deployment', {
  metadata: struct(1, objectMeta),
  spec: struct(2, deploymentSpec),
  status: struct(3, deploymentStatus),
})
export interface Deployment extends Infer<typeof deploymentShape> {}
export const deployment: Schema<Deployment> = deploymentShape
