import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, containerColumns, nameColumn } from '../columns.ts'
import { dnsLabel } from '../../machinery/names.ts'
import { defaultPodTemplate } from '../core/pod/defaults.ts'
import { dropUnserved } from '../core/pod/strategy.ts'
import { templateWarnings } from '../core/pod/warnings.ts'
import { defaultClaim } from '../core/persistent-volume-claim.ts'
import { fractionalBytes } from '../core/volume/shared.ts'
import { sameJson } from '../validation.ts'
import { validateStatefulSet, validateStatefulSetStatus, validateStatefulSetUpdate } from './stateful-set-validation.ts'
import type { StatefulSetSpec, StatefulSet } from './stateful-set-schema.ts'
import { statefulSet } from './stateful-set-schema.ts'

export * from './stateful-set-schema.ts'

/** The handle for statefulsets of apps. */
export const StatefulSets: Resource<StatefulSet> = defineResource<StatefulSet>({
  group: 'apps', version: 'v1', kind: 'StatefulSet', plural: 'statefulsets', shortNames: ['sts'], categories: ['all'],
  subresources: [
    { name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get', 'patch', 'update'] },
    { name: 'status', group: 'apps', version: 'v1', kind: 'StatefulSet', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: 'H+vl74LkKdo=',
  schema: statefulSet,
  columns: [
    nameColumn,
    { name: 'Ready', type: 'string', cell: ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas ?? 0}` },
    ageColumn,
    ...containerColumns<StatefulSet>(({ spec }) => spec.template.spec),
  ],
  generationOf: ({ spec: { updateStrategy, ...spec } }) => [spec, updateStrategy.type, updateStrategy.rollingUpdate?.partition],
  defaults: defaultStatefulSet,
  prepareForCreate({ spec }) {
    dropUnserved(spec.template)
    dropMaxUnavailable(spec)
  },
  prepareForUpdate({ spec }, old) {
    dropUnserved(spec.template)
    if (old.spec.updateStrategy.rollingUpdate?.maxUnavailable === undefined) dropMaxUnavailable(spec)
  },
  // Pods are called after their set, and hosts after their pods.
  validateName: dnsLabel,
  validate: validateStatefulSet,
  validateUpdate: validateStatefulSetUpdate,
  validateStatusUpdate: validateStatefulSetStatus,
  warnings: ({ spec }, old) => (old && sameJson(spec, old.spec) ? [] : [
    ...templateWarnings(spec.template),
    ...(spec.volumeClaimTemplates ?? []).flatMap((claim, index) => fractionalBytes(claim.spec.resources?.requests, `spec.volumeClaimTemplates[${index}].resources.requests`)),
    ...((spec.revisionHistoryLimit ?? 0) < 0 ? ['spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended'] : []),
  ]),
})

function defaultStatefulSet({ spec }: StatefulSet): void {
  spec.podManagementPolicy ??= 'OrderedReady'
  // Who names the strategy is taken to have said everything about it.
  if (!spec.updateStrategy.type) {
    spec.updateStrategy.type = 'RollingUpdate'
    spec.updateStrategy.rollingUpdate ??= {}
  }
  if (spec.updateStrategy.type === 'RollingUpdate' && spec.updateStrategy.rollingUpdate) spec.updateStrategy.rollingUpdate.partition ??= 0
  spec.persistentVolumeClaimRetentionPolicy ??= {}
  spec.persistentVolumeClaimRetentionPolicy.whenDeleted ??= 'Retain'
  spec.persistentVolumeClaimRetentionPolicy.whenScaled ??= 'Retain'
  spec.replicas ??= 1
  spec.revisionHistoryLimit ??= 10
  defaultPodTemplate(spec.template)
  for (const claim of spec.volumeClaimTemplates ?? []) {
    defaultClaim(claim)
    claim.kind ||= 'PersistentVolumeClaim'
    claim.apiVersion ||= 'v1'
  }
}

/** KEP-961 is behind a gate that is off. */
function dropMaxUnavailable({ updateStrategy: { rollingUpdate } }: StatefulSetSpec): void {
  delete rollingUpdate?.maxUnavailable
}
