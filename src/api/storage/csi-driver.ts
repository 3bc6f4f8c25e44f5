import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, int64, kind, list, object, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import type { Cause } from '../../machinery/status.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { duplicate, immutable, invalid, notSupported, required, sameJson } from '../validation.ts'

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
  columns: [
    nameColumn,
    { name: 'AttachRequired', type: 'boolean', cell: ({ spec }) => spec.attachRequired ?? true },
    { name: 'PodInfoOnMount', type: 'boolean', cell: ({ spec }) => spec.podInfoOnMount ?? false },
    { name: 'StorageCapacity', type: 'boolean', cell: ({ spec }) => spec.storageCapacity ?? false },
    { name: 'TokenRequests', type: 'string', cell: ({ spec }) => (spec.tokenRequests?.length ? spec.tokenRequests.map(({ audience }) => audience).join(',') : '<unset>') },
    { name: 'RequiresRepublish', type: 'boolean', cell: ({ spec }) => spec.requiresRepublish ?? false },
    { name: 'Modes', type: 'string', cell: ({ spec }) => spec.volumeLifecycleModes?.join(',') || '<none>' },
    ageColumn,
  ],
  generationOf: ({ spec }) => spec,
  // Generations are counted from the first change on.
  keepsGenerationOnCreate: true,
  defaults({ spec }) {
    spec.attachRequired ??= true
    spec.podInfoOnMount ??= false
    spec.storageCapacity ??= false
    spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType'
    spec.requiresRepublish ??= false
    spec.seLinuxMount ??= false
    if (!spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ['Persistent']
  },
  prepareForCreate({ spec }) {
    delete spec.preventPodSchedulingIfMissing
  },
  prepareForUpdate({ spec }, old) {
    if (old.spec.preventPodSchedulingIfMissing === undefined) delete spec.preventPodSchedulingIfMissing
  },
  validate: ({ spec }) => validateSpec(spec, 'spec'),
  validateUpdate: ({ spec }, old) => [
    // The path is upstream's, with its slip of the pen.
    ...immutable('spec.attachedRequired', spec.attachRequired, old.spec.attachRequired),
    ...immutable('spec.volumeLifecycleModes', spec.volumeLifecycleModes, old.spec.volumeLifecycleModes),
  ],
  warnings: ({ spec }, old) =>
    (spec.tokenRequests?.length && spec.serviceAccountTokenInSecrets === undefined && !(old && sameJson(spec.tokenRequests, old.spec.tokenRequests)) ? [TOKENS_IN_ATTRIBUTES] : []),
})

const TOKENS_IN_ATTRIBUTES =
  'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes'
const FS_GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType']
const LIFECYCLE_MODES = ['Persistent', 'Ephemeral']
const SHORTEST_TOKEN_SECONDS = 600
const LONGEST_TOKEN_SECONDS = 2 ** 32
const SHORTEST_UPDATE_SECONDS = 10

function validateSpec(spec: CSIDriverSpec, field: string): Cause[] {
  const causes: Cause[] = []
  for (const name of ['attachRequired', 'podInfoOnMount', 'storageCapacity'] as const) if (spec[name] === undefined) causes.push(required(`${field}.${name}`))
  if (spec.fsGroupPolicy === undefined) causes.push(required(`${field}.fsGroupPolicy`))
  else if (!FS_GROUP_POLICIES.includes(spec.fsGroupPolicy)) causes.push(notSupported(`${field}.fsGroupPolicy`, spec.fsGroupPolicy, FS_GROUP_POLICIES))
  causes.push(...validateTokenRequests(spec.tokenRequests ?? [], `${field}.tokenRequests`))
  for (const mode of spec.volumeLifecycleModes ?? []) if (!LIFECYCLE_MODES.includes(mode)) causes.push(notSupported(`${field}.volumeLifecycleModes`, mode, LIFECYCLE_MODES))
  if (spec.seLinuxMount === undefined) causes.push(required(`${field}.seLinuxMount`))
  const period = spec.nodeAllocatableUpdatePeriodSeconds
  if (period !== undefined && period < SHORTEST_UPDATE_SECONDS) {
    causes.push(invalid(`${field}.nodeAllocatableUpdatePeriodSeconds`, period, `must be greater than or equal to ${SHORTEST_UPDATE_SECONDS} seconds`))
  }
  const inSecrets = spec.serviceAccountTokenInSecrets
  if (inSecrets !== undefined && !spec.tokenRequests?.length) {
    causes.push(invalid(`${field}.serviceAccountTokenInSecrets`, inSecrets, 'serviceAccountTokenInSecrets is set but no tokenRequests are specified'))
  }
  return causes
}

function validateTokenRequests(requests: NonNullable<CSIDriverSpec['tokenRequests']>, field: string): Cause[] {
  const audiences = new Set<string>()
  return requests.flatMap(({ audience, expirationSeconds }, index) => {
    if (audiences.has(audience)) return [duplicate(`${field}[${index}].audience`, audience)]
    audiences.add(audience)
    const path = `${field}[${index}].expirationSeconds`
    if (expirationSeconds === undefined) return []
    if (expirationSeconds < SHORTEST_TOKEN_SECONDS) return [invalid(path, expirationSeconds, 'may not specify a duration less than 10 minutes')]
    return expirationSeconds > LONGEST_TOKEN_SECONDS ? [invalid(path, expirationSeconds, 'may not specify a duration larger than 2^32 seconds')] : []
  })
}
