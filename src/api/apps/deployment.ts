import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, int32, int64, intOrString, kind, list, object, ref, string, struct, time } from '../../machinery/schema/schema.ts'
import { podTemplateSpec } from '../core/pod/pod-spec.ts'
import { objectMeta } from '../meta/object-meta.ts'
import { labelSelector } from '../meta/selectors.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { formatLabelSelector } from '../../machinery/selector.ts'
import { ageColumn, containerColumns, nameColumn } from '../columns.ts'
import { defaultPodTemplate } from '../core/pod/defaults.ts'

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

/** The handle for deployments of apps. */
export const Deployments: Resource<Deployment> = defineResource<Deployment>({
  group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', shortNames: ['deploy'], categories: ['all'],
  subresources: [
    { name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get', 'patch', 'update'] },
    { name: 'status', group: 'apps', version: 'v1', kind: 'Deployment', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: '8aSe+NMegvE=',
  schema: deployment,
  columns: [
    nameColumn,
    { name: 'Ready', type: 'string', cell: ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas ?? 0}` },
    { name: 'Up-to-date', type: 'string', cell: ({ status }) => status.updatedReplicas ?? 0 },
    { name: 'Available', type: 'string', cell: ({ status }) => status.availableReplicas ?? 0 },
    ageColumn,
    ...containerColumns<Deployment>(({ spec }) => spec.template.spec),
    { name: 'Selector', type: 'string', priority: 1, cell: ({ spec }) => formatLabelSelector(spec.selector) },
  ],
  // Annotations are copied to the ReplicaSets, so a change of them is something to observe too.
  generationOf: ({ spec, metadata }) => [spec, metadata.annotations ?? {}],
  defaults({ spec }) {
    spec.replicas ??= 1
    defaultPodTemplate(spec.template)
    spec.strategy.type ??= 'RollingUpdate'
    if (spec.strategy.type === 'RollingUpdate') {
      spec.strategy.rollingUpdate ??= {}
      spec.strategy.rollingUpdate.maxUnavailable ??= '25%'
      spec.strategy.rollingUpdate.maxSurge ??= '25%'
    }
    spec.revisionHistoryLimit ??= 10
    spec.progressDeadlineSeconds ??= 600
  },
})
