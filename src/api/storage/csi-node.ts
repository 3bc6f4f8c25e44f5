import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, kind, list, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { qualifiedName } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { validateDriver } from '../core/pod/validation/volumes.ts'
import { duplicate, invalid, invalidBy, nonNegative, required, sameJson } from '../validation.ts'

const volumeNodeResourcesShape = object('io.k8s.api.storage.v1.VolumeNodeResources', {
  count: int32(1, { pointer: true }),
})
export interface VolumeNodeResources extends Infer<typeof volumeNodeResourcesShape> {}
export const volumeNodeResources: Schema<VolumeNodeResources> = volumeNodeResourcesShape

const csiNodeDriverShape = object('io.k8s.api.storage.v1.CSINodeDriver', {
  name: string(1, { required: true }),
  nodeID: string(2, { required: true }),
  topologyKeys: list(3, 'string', { omitEmpty: false, listType: 'atomic' }),
  allocatable: ref(4, volumeNodeResources),
})
export interface CSINodeDriver extends Infer<typeof csiNodeDriverShape> {}
export const csiNodeDriver: Schema<CSINodeDriver> = csiNodeDriverShape

const csiNodeSpecShape = object('io.k8s.api.storage.v1.CSINodeSpec', {
  drivers: list(1, csiNodeDriver, { required: true, nullable: true, patchStrategy: 'merge', patchMergeKey: 'name', listType: 'map', listMapKeys: ['name'] }),
})
export interface CSINodeSpec extends Infer<typeof csiNodeSpecShape> {}
export const csiNodeSpec: Schema<CSINodeSpec> = csiNodeSpecShape

const csiNodeShape = kind('io.k8s.api.storage.v1.CSINode', {
  metadata: struct(1, objectMeta),
  spec: struct(2, csiNodeSpec, { required: true }),
})
export interface CSINode extends Infer<typeof csiNodeShape> {}
export const csiNode: Schema<CSINode> = csiNodeShape

/** The handle for csinodes of storage.k8s.io. */
export const CSINodes: Resource<CSINode> = defineResource<CSINode>({
  group: 'storage.k8s.io', version: 'v1', kind: 'CSINode', plural: 'csinodes', namespaced: false,
  storageVersionHash: 'Pe62DkZtjuo=',
  schema: csiNode,
  columns: [nameColumn, { name: 'Drivers', type: 'integer', cell: ({ spec }) => spec.drivers?.length ?? 0 }, ageColumn],
  validate: ({ spec }) => validateDrivers(spec.drivers ?? [], 'spec.drivers'),
  validateUpdate: ({ spec }, old) => (old.spec.drivers ?? []).flatMap(before =>
    (spec.drivers ?? []).filter(({ name }) => name === before.name).filter(next => !sameIdentity(next, before)).map(refuseChange)),
})

const LONGEST_NODE_ID = 256

function validateDrivers(drivers: readonly CSINodeDriver[], field: string): Cause[] {
  const names = new Set<string>()
  return drivers.flatMap((driver, index) => {
    const causes = validateNodeDriver(driver, `${field}[${index}]`)
    if (names.has(driver.name)) causes.push(duplicate(`${field}[${index}].name`, driver.name))
    names.add(driver.name)
    return causes
  })
}

function validateNodeDriver({ name, nodeID, allocatable, topologyKeys }: CSINodeDriver, field: string): Cause[] {
  const causes = validateDriver(name, `${field}.name`)
  if (nodeID === '') causes.push(required(`${field}.nodeID`))
  if (nodeID.length > LONGEST_NODE_ID) causes.push(invalid(`${field}.nodeID`, nodeID, `must be ${LONGEST_NODE_ID} characters or less`))
  causes.push(...nonNegative(`${field}.allocatable.count`, allocatable?.count))
  const keys = new Set<string>()
  for (const key of topologyKeys ?? []) {
    if (key === '') causes.push(required(field))
    if (keys.has(key)) causes.push(duplicate(field, key))
    keys.add(key)
    causes.push(...invalidBy(field, key, qualifiedName))
  }
  return causes
}

/** How many volumes a node takes may change, who it is may not. */
const sameIdentity = (a: CSINodeDriver, b: CSINodeDriver): boolean => a.nodeID === b.nodeID && sameJson(a.topologyKeys, b.topologyKeys)

const refuseChange = ({ name, nodeID, topologyKeys, allocatable }: CSINodeDriver): Cause => {
  const shown = { Name: name, NodeID: nodeID, TopologyKeys: topologyKeys ?? null, Allocatable: allocatable ? { Count: allocatable.count ?? null } : null }
  return invalid('spec.drivers', shown, 'field is immutable')
}
