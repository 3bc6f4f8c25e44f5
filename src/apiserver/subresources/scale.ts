import { scale as scaleSchema, type Scale } from '../../api/autoscaling/scale.ts'
import { ageColumn } from '../../api/columns.ts'
import type { Column, KubeObject } from '../../api/resource.ts'
import { invalid as invalidValue } from '../../api/validation.ts'
import { formatLabelSelector } from '../../machinery/selector.ts'
import { badRequest, invalid } from '../../machinery/status.ts'
import { nameOf, type Call, type Outcome } from '../call.ts'
import { kindOf, objectFrom, readObject, type BodyKind } from '../object-body.ts'
import { checkWriteOptions } from '../options.ts'
import { patched } from '../verbs/patch.ts'
import type { Server } from '../verbs/verb.ts'
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

/** Applying to the scale is applying the number of replicas to its object. */
function appliedScale({ catalog, fields }: Server, call: Call, current: Scalable): KubeObject {
  const scale = readObject({ ...call, encoded: call.encoded && { ...call.encoded, mediaType: 'application/yaml' } } as Call, kind, catalog) as Scale
  const { name } = scale.metadata
  if (name !== call.name) throw badRequest(`the name of the object (${name}) does not match the name on the URL (${call.name})`)
  const { resourceVersion: _any, ...metadata } = current.metadata
  const config = { kind: current.kind, apiVersion: current.apiVersion, metadata: { name, namespace: current.metadata.namespace }, spec: { replicas: scale.spec.replicas ?? 0 } }
  const live = { ...current, metadata } as unknown as KubeObject
  return objectFrom({ ...call, options: { ...call.options, fieldValidation: 'Ignore' } }, kindOf(call.resource), catalog, { value: fields.applied(call, config, live, 'scale', 'autoscaling/v1') })
}

async function perform(server: Server, call: Call): Promise<Outcome> {
  const { registry, catalog, fields } = server
  if (call.verb === 'get') {
    const { object } = await registry.get(call.resource, call.namespace, nameOf(call))
    return { object: scaleOf(object as Scalable) }
  }
  const isPatch = call.verb === 'patch'
  checkWriteOptions(isPatch ? 'PatchOptions' : 'UpdateOptions', call.options, call.patchType === 'application/apply-patch+yaml')
  const isApply = call.patchType === 'application/apply-patch+yaml'
  const next = (object: KubeObject): KubeObject => {
    const current = object as Scalable
    if (isApply) return appliedScale(server, call, current)
    return scaled(current, (isPatch ? patched(call, kind, scaleOf(current), catalog, fields) : readObject(call, kind, catalog)) as Scale)
  }
  const { object } = await registry.update(call, { subresource: 'scale', next, checksUid: !isPatch, unconditional: isPatch, applied: isApply })
  return { object: scaleOf(object as Scalable) }
}

export const scale: SubresourceHandler = { name: 'scale', perform }
