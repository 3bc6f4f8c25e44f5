import { scale as scaleSchema, type Scale } from '../../api/autoscaling/scale.ts'
import { ageColumn } from '../../api/columns.ts'
import type { Column, KubeObject } from '../../api/resource.ts'
import { invalid as invalidValue } from '../../api/validation.ts'
import { formatLabelSelector } from '../../machinery/selector.ts'
import { badRequest, invalid } from '../../machinery/status.ts'
import { nameOf, type Call, type Outcome } from '../call.ts'
import { readObject, type BodyKind } from '../object-body.ts'
import { checkWriteOptions } from '../options.ts'
import { patched } from '../verbs/patch.ts'
import { APPLY } from '../verbs/patch-text.ts'
import type { Server } from '../verbs/verb.ts'
import { managersOfScale, managersOfScaled } from './scale-fields.ts'
import type { SubresourceHandler } from './subresource.ts'

/** What all kinds with a scale have in common. */
interface Scalable extends KubeObject {
  spec: { replicas?: number; selector?: unknown }
  status?: { replicas?: number }
}

const kind: BodyKind = { group: 'autoscaling', version: 'v1', kind: 'Scale', schema: scaleSchema }

function scaleOf(object: Scalable): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const { replicas } = object.spec
  const selector = selectorText(object)
  return {
    kind: 'Scale', apiVersion: 'autoscaling/v1', metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas ? { replicas } : {}, status: { replicas: object.status?.replicas ?? 0, ...(selector && { selector }) },
  } as Scale
}

function selectorText(object: Scalable): string {
  const { selector } = object.spec
  if (object.kind === 'ReplicationController') return Object.entries((selector ?? {}) as Record<string, string>).sort().map(([key, value]) => `${key}=${value}`).join(',')
  return formatLabelSelector(selector as never)
}

/** The object with the scale's number of replicas. Its other fields are not the scale's to change. */
function scaled(object: Scalable, scale: Scale): Scalable {
  const replicas = scale.spec.replicas ?? 0
  if (replicas < 0) throw invalid({ group: 'autoscaling', kind: 'Scale' }, scale.metadata.name, [invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0')])
  const { name, uid, resourceVersion } = scale.metadata
  return { ...object, metadata: { ...object.metadata, name, ...(uid && { uid }), resourceVersion }, spec: { ...object.spec, replicas } }
}

/** What `kubectl get` shows of a scale. */
export const scaleColumns: readonly Column<Scale>[] = [
  { name: 'Name', type: 'string', cell: ({ metadata }) => metadata.name },
  { name: 'Desired', type: 'integer', cell: ({ spec }) => spec.replicas ?? 0 },
  { name: 'Available', type: 'integer', cell: ({ status }) => status.replicas },
  { name: 'Age', type: 'string', cell: ageColumn.cell as (object: Scale, now: number) => unknown },
]

/** The scale with those who manage it. */
function managedScale(object: Scalable): Scale {
  const scale = scaleOf(object)
  return { ...scale, metadata: { ...scale.metadata, managedFields: managersOfScale(object.metadata.managedFields, object.apiVersion) } as Scale['metadata'] }
}

/** The object as a write to its scale leaves it: the scale's fields are booked as those of an object of its own. */
function written({ catalog, fields }: Server, call: Call, current: Scalable): KubeObject {
  const { served: _, ...rest } = call
  const ofScale: Call = { ...rest, resource: { ...call.resource, ...kind } as Call['resource'] }
  const live = managedScale(current)
  const scale = (call.verb === 'patch' ? patched(ofScale, kind, live, catalog, fields) : readObject(ofScale, kind, catalog)) as Scale
  if (scale.metadata.namespace && scale.metadata.namespace !== call.namespace) throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  if (call.patchType !== APPLY) fields.updated(ofScale, scale, live, 'scale')
  const next = scaled(current, scale)
  const managedFields = managersOfScaled(current.metadata.managedFields, scale.metadata.managedFields, current.apiVersion)
  const { managedFields: _before, ...metadata } = next.metadata
  return { ...next, metadata: { ...metadata, ...(managedFields.length > 0 && { managedFields }) } as KubeObject['metadata'] }
}

async function perform(server: Server, call: Call): Promise<Outcome> {
  const { registry } = server
  if (call.verb === 'get') {
    const { object } = await registry.get(call.resource, call.namespace, nameOf(call))
    return { object: scaleOf(object as Scalable) }
  }
  const isPatch = call.verb === 'patch'
  checkWriteOptions(isPatch ? 'PatchOptions' : 'UpdateOptions', call.options, call.patchType === APPLY)
  const next = (object: KubeObject): KubeObject => written(server, call, object as Scalable)
  const { object } = await registry.update(call, { subresource: 'scale', next, checksUid: !isPatch, unconditional: isPatch, applied: true })
  return { object: scaleOf(object as Scalable) }
}

export const scale: SubresourceHandler = { name: 'scale', perform }
