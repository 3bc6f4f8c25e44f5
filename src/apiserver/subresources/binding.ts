import type { Binding } from '../../api/core/binding.ts'
import { Bindings } from '../../api/core/binding.ts'
import { Pods, type Pod } from '../../api/core/pod/pod.ts'
import { required } from '../../api/validation.ts'
import { timestamp } from '../../machinery/clock.ts'
import { badRequest, conflict, StatusError, type Cause } from '../../machinery/status.ts'
import { admitCreate } from '../admission-chain.ts'
import type { Call, Outcome } from '../call.ts'
import { kindOf, readObject } from '../object-body.ts'
import { checkWriteOptions } from '../options.ts'
import type { Server } from '../verbs/verb.ts'
import type { SubresourceHandler } from './subresource.ts'

/** Puts a pod on a node: what the scheduler does once it has decided. */
async function bind(server: Server, call: Call): Promise<Outcome> {
  checkWriteOptions('CreateOptions', call.options)
  const read = readObject(call, kindOf(Bindings), server.catalog) as Binding
  // At the old address, what only the server sets on a new object is forgotten, the pod's uid too.
  const binding = call.name === undefined ? { ...read, metadata: { ...read.metadata, uid: '' } } : read
  const name = call.name ?? binding.metadata.name
  if (!name) throw badRequest('Name parameter required.')
  if (binding.metadata.namespace && binding.metadata.namespace !== call.namespace) throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  if (call.name !== undefined && binding.metadata.name !== call.name) throw badRequest('name in URL does not match name in Binding object')
  const causes = validateTarget(binding)
  // Upstream answers with the bare error.
  if (causes.length > 0) throw new StatusError('', causes.map(({ field, message }) => `${field}: ${message}`).join(', '), undefined, { code: 500 })
  await admitCreate(server.admission, { ...call, name, ...(call.name !== undefined && { resource: Pods, subresource: 'binding' }) }, binding)
  const node = binding.target.name!
  const podCall: Call = { ...call, resource: Pods, name, verb: 'update', subresource: 'binding' }
  await server.registry.update(podCall, { subresource: 'binding', internal: true, checksUid: true, next: pod => bound(pod as Pod, binding, node, server.clock.now()) })
  return { object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }, created: true }
}

function validateTarget({ target }: Binding): Cause[] {
  const causes: Cause[] = []
  if (target.kind && target.kind !== 'Node') causes.push({ reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify(target.kind)}: supported values: "Node", "<empty>"`, field: 'target.kind' })
  if (!target.name) causes.push(required('target.name'))
  return causes
}

function bound(pod: Pod, binding: Binding, node: string, now: number): Pod {
  const { name, deletionTimestamp } = pod.metadata
  const wanted = binding.metadata
  if (deletionTimestamp !== undefined) throw conflict({ group: '', plural: 'pods/binding' }, name, `pod ${name} is being deleted, cannot be assigned to a host`)
  if (pod.spec.nodeName) throw conflict({ group: '', plural: 'pods/binding' }, name, `pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`)
  if ((pod.spec.schedulingGates?.length ?? 0) > 0) throw conflict({ group: '', plural: 'pods/binding' }, name, `pod ${name} has non-empty .spec.schedulingGates`)
  const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: timestamp(now) }
  const conditions = pod.status.conditions ?? []
  const known = conditions.find(({ type }) => type === scheduled.type)
  return {
    ...pod,
    metadata: {
      ...pod.metadata, uid: wanted.uid || pod.metadata.uid, resourceVersion: wanted.resourceVersion || pod.metadata.resourceVersion,
      ...(wanted.annotations && { annotations: { ...pod.metadata.annotations, ...wanted.annotations } }), ...(wanted.labels && { labels: { ...pod.metadata.labels, ...wanted.labels } }),
    },
    spec: { ...pod.spec, nodeName: node },
    status: {
      ...pod.status,
      conditions: known?.status === 'True' ? conditions : [...conditions.filter(condition => condition !== known), scheduled as (typeof conditions)[number]],
    },
  }
}

export const podBinding: SubresourceHandler = { name: 'binding', kind: 'Pod', perform: bind }
/** The same at its old address, where the pod's name is the binding's. */
export const binding: SubresourceHandler = { kind: 'Binding', perform: bind }
