import type { Infer, Schema } from '../../../machinery/schema/schema.ts'
import { int32, int64, list, object, ref, string, struct } from '../../../machinery/schema/schema.ts'
import { labelSelector } from '../../meta/selectors.ts'

const nodeSelectorRequirementShape = object('io.k8s.api.core.v1.NodeSelectorRequirement', {
  key: string(1, { required: true }),
  operator: string(2, { required: true, enum: ['DoesNotExist', 'Exists', 'Gt', 'In', 'Lt', 'NotIn'] }),
  values: list(3, 'string', { listType: 'atomic' }),
})
export interface NodeSelectorRequirement extends Infer<typeof nodeSelectorRequirementShape> {}
export const nodeSelectorRequirement: Schema<NodeSelectorRequirement> = nodeSelectorRequirementShape

const nodeSelectorTermShape = object('io.k8s.api.core.v1.NodeSelectorTerm', {
  matchExpressions: list(1, nodeSelectorRequirement, { listType: 'atomic' }),
  matchFields: list(2, nodeSelectorRequirement, { listType: 'atomic' }),
}, { atomic: true })
export interface NodeSelectorTerm extends Infer<typeof nodeSelectorTermShape> {}
export const nodeSelectorTerm: Schema<NodeSelectorTerm> = nodeSelectorTermShape

const nodeSelectorShape = object('io.k8s.api.core.v1.NodeSelector', {
  nodeSelectorTerms: list(1, nodeSelectorTerm, { required: true, listType: 'atomic' }),
}, { atomic: true })
export interface NodeSelector extends Infer<typeof nodeSelectorShape> {}
export const nodeSelector: Schema<NodeSelector> = nodeSelectorShape

const preferredSchedulingTermShape = object('io.k8s.api.core.v1.PreferredSchedulingTerm', {
  weight: int32(1, { required: true }),
  preference: struct(2, nodeSelectorTerm, { required: true }),
})
export interface PreferredSchedulingTerm extends Infer<typeof preferredSchedulingTermShape> {}
export const preferredSchedulingTerm: Schema<PreferredSchedulingTerm> = preferredSchedulingTermShape

const nodeAffinityShape = object('io.k8s.api.core.v1.NodeAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: ref(1, nodeSelector),
  preferredDuringSchedulingIgnoredDuringExecution: list(2, preferredSchedulingTerm, { listType: 'atomic' }),
})
export interface NodeAffinity extends Infer<typeof nodeAffinityShape> {}
export const nodeAffinity: Schema<NodeAffinity> = nodeAffinityShape

const podAffinityTermShape = object('io.k8s.api.core.v1.PodAffinityTerm', {
  labelSelector: ref(1, labelSelector),
  namespaces: list(2, 'string', { listType: 'atomic' }),
  topologyKey: string(3, { required: true }),
  namespaceSelector: ref(4, labelSelector),
  matchLabelKeys: list(5, 'string', { listType: 'atomic' }),
  mismatchLabelKeys: list(6, 'string', { listType: 'atomic' }),
})
export interface PodAffinityTerm extends Infer<typeof podAffinityTermShape> {}
export const podAffinityTerm: Schema<PodAffinityTerm> = podAffinityTermShape

const weightedPodAffinityTermShape = object('io.k8s.api.core.v1.WeightedPodAffinityTerm', {
  weight: int32(1, { required: true }),
  podAffinityTerm: struct(2, podAffinityTerm, { required: true }),
})
export interface WeightedPodAffinityTerm extends Infer<typeof weightedPodAffinityTermShape> {}
export const weightedPodAffinityTerm: Schema<WeightedPodAffinityTerm> = weightedPodAffinityTermShape

const podAffinityShape = object('io.k8s.api.core.v1.PodAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: list(1, podAffinityTerm, { listType: 'atomic' }),
  preferredDuringSchedulingIgnoredDuringExecution: list(2, weightedPodAffinityTerm, { listType: 'atomic' }),
})
export interface PodAffinity extends Infer<typeof podAffinityShape> {}
export const podAffinity: Schema<PodAffinity> = podAffinityShape

const podAntiAffinityShape = object('io.k8s.api.core.v1.PodAntiAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: list(1, podAffinityTerm, { listType: 'atomic' }),
  preferredDuringSchedulingIgnoredDuringExecution: list(2, weightedPodAffinityTerm, { listType: 'atomic' }),
})
export interface PodAntiAffinity extends Infer<typeof podAntiAffinityShape> {}
export const podAntiAffinity: Schema<PodAntiAffinity> = podAntiAffinityShape

const affinityShape = object('io.k8s.api.core.v1.Affinity', {
  nodeAffinity: ref(1, nodeAffinity),
  podAffinity: ref(2, podAffinity),
  podAntiAffinity: ref(3, podAntiAffinity),
})
export interface Affinity extends Infer<typeof affinityShape> {}
export const affinity: Schema<Affinity> = affinityShape

const podSchedulingGateShape = object('io.k8s.api.core.v1.PodSchedulingGate', {
  name: string(1, { required: true }),
})
export interface PodSchedulingGate extends Infer<typeof podSchedulingGateShape> {}
export const podSchedulingGate: Schema<PodSchedulingGate> = podSchedulingGateShape

const podSchedulingGroupShape = object('io.k8s.api.core.v1.PodSchedulingGroup', {
  podGroupName: string(1, { pointer: true }),
}, { unions: [{ members: ['podGroupName'] }] })
export interface PodSchedulingGroup extends Infer<typeof podSchedulingGroupShape> {}
export const podSchedulingGroup: Schema<PodSchedulingGroup> = podSchedulingGroupShape

const tolerationShape = object('io.k8s.api.core.v1.Toleration', {
  key: string(1),
  operator: string(2, { enum: ['Equal', 'Exists', 'Gt', 'Lt'] }),
  value: string(3),
  effect: string(4, { enum: ['NoExecute', 'NoSchedule', 'PreferNoSchedule'] }),
  tolerationSeconds: int64(5, { pointer: true }),
})
export interface Toleration extends Infer<typeof tolerationShape> {}
export const toleration: Schema<Toleration> = tolerationShape

const topologySelectorLabelRequirementShape = object('io.k8s.api.core.v1.TopologySelectorLabelRequirement', {
  key: string(1, { required: true }),
  values: list(2, 'string', { required: true, listType: 'atomic' }),
})
export interface TopologySelectorLabelRequirement extends Infer<typeof topologySelectorLabelRequirementShape> {}
export const topologySelectorLabelRequirement: Schema<TopologySelectorLabelRequirement> = topologySelectorLabelRequirementShape

const topologySelectorTermShape = object('io.k8s.api.core.v1.TopologySelectorTerm', {
  matchLabelExpressions: list(1, topologySelectorLabelRequirement, { listType: 'atomic' }),
}, { atomic: true })
export interface TopologySelectorTerm extends Infer<typeof topologySelectorTermShape> {}
export const topologySelectorTerm: Schema<TopologySelectorTerm> = topologySelectorTermShape

const topologySpreadConstraintShape = object('io.k8s.api.core.v1.TopologySpreadConstraint', {
  maxSkew: int32(1, { required: true }),
  topologyKey: string(2, { required: true }),
  whenUnsatisfiable: string(3, { required: true, enum: ['DoNotSchedule', 'ScheduleAnyway'] }),
  labelSelector: ref(4, labelSelector),
  minDomains: int32(5, { pointer: true }),
  nodeAffinityPolicy: string(6, { pointer: true, enum: ['Honor', 'Ignore'] }),
  nodeTaintsPolicy: string(7, { pointer: true, enum: ['Honor', 'Ignore'] }),
  matchLabelKeys: list(8, 'string', { listType: 'atomic' }),
})
export interface TopologySpreadConstraint extends Infer<typeof topologySpreadConstraintShape> {}
export const topologySpreadConstraint: Schema<TopologySpreadConstraint> = topologySpreadConstraintShape

const volumeNodeAffinityShape = object('io.k8s.api.core.v1.VolumeNodeAffinity', {
  required: ref(1, nodeSelector),
})
export interface VolumeNodeAffinity extends Infer<typeof volumeNodeAffinityShape> {}
export const volumeNodeAffinity: Schema<VolumeNodeAffinity> = volumeNodeAffinityShape
