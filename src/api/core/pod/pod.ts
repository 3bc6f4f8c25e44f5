import { podColumns } from './columns.ts'
import { defaultPod } from './defaults.ts'
import { validateResize } from './validation/resize.ts'
import { validateEphemeralUpdate } from './validation/ephemeral.ts'
import { validateNewPod, validatePod } from './validation/pod.ts'
import { validatePodStatusUpdate, validatePodUpdate } from './validation/update.ts'
import { preparePodForCreate, preparePodForUpdate, preparePodPart } from './strategy.ts'
import type { Pod } from './schema.ts'
import { pod } from './schema.ts'
import type { Resource } from '../../resource.ts'
import { defineResource } from '../../resource.ts'
import { podWarnings } from './warnings.ts'

export type { Pod } from './schema.ts'
export { pod } from './schema.ts'

/** The handle for pods. */
export const Pods: Resource<Pod> = defineResource<Pod>({
  version: 'v1', kind: 'Pod', plural: 'pods', shortNames: ['po'], categories: ['all'],
  subresources: [
    { name: 'attach', version: 'v1', kind: 'PodAttachOptions', verbs: ['create', 'get'] },
    { name: 'binding', version: 'v1', kind: 'Binding', verbs: ['create'] },
    { name: 'ephemeralcontainers', version: 'v1', kind: 'Pod', verbs: ['get', 'patch', 'update'] },
    { name: 'eviction', group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] },
    { name: 'exec', version: 'v1', kind: 'PodExecOptions', verbs: ['create', 'get'] },
    { name: 'log', version: 'v1', kind: 'Pod', verbs: ['get'] },
    { name: 'portforward', version: 'v1', kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
    { name: 'proxy', version: 'v1', kind: 'PodProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] },
    { name: 'resize', version: 'v1', kind: 'Pod', verbs: ['get', 'patch', 'update'] },
    { name: 'status', version: 'v1', kind: 'Pod', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: 'xPOwRZ+Yhw8=',
  schema: pod,
  columns: podColumns,
  fieldSelectors: {
    'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
    'spec.host': ({ spec }) => spec.nodeName ?? '',
    'spec.restartPolicy': ({ spec }) => spec.restartPolicy ?? '',
    'spec.schedulerName': ({ spec }) => spec.schedulerName ?? '',
    'spec.serviceAccountName': ({ spec }) => spec.serviceAccountName ?? '',
    'spec.hostNetwork': ({ spec }) => `${spec.hostNetwork ?? false}`,
    'status.phase': ({ status }) => status.phase ?? '',
    'status.podIP': ({ status }) => status.podIPs?.[0]?.ip ?? status.podIP ?? '',
    // Known, and never set: upstream knows the label and has no value for it.
    'status.podIPs': () => '',
    'status.nominatedNodeName': ({ status }) => status.nominatedNodeName ?? '',
  },
  generationOf: ({ spec }) => spec,
  defaults: defaultPod,
  prepareForCreate: preparePodForCreate,
  prepareForUpdate: preparePodForUpdate,
  prepareForSubresource: preparePodPart,
  resetFields: {
    '': { 'f:status': {} },
    status: { 'f:spec': {}, 'f:metadata': { 'f:deletionTimestamp': {}, 'f:ownerReferences': {} } },
  },
  validate: (pod, { isNew, subresource }) => (isNew !== false ? validateNewPod(pod) : subresource === 'ephemeralcontainers' ? [] : validatePod(pod)),
  validateUpdate(pod, old, { subresource }) {
    if (subresource === 'ephemeralcontainers') return validateEphemeralUpdate(pod, old)
    return subresource === 'resize' ? validateResize(pod, old) : validatePodUpdate(pod, old)
  },
  validateStatusUpdate: validatePodStatusUpdate,
  warnings: podWarnings,
})
