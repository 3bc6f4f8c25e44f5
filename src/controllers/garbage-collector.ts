import { resources } from '../api/index.ts'
import type { OwnerReference } from '../api/meta/object-meta.ts'
import { apiVersionOf, type AnyResource } from '../api/resource.ts'
import type { Client } from '../client/client.ts'
import { eventRecorder, type EventRecorder } from '../client/events.ts'
import { errorMessage } from '../machinery/log.ts'
import { workQueue, type WorkQueue } from '../machinery/queue.ts'
import { isReason } from '../machinery/status.ts'
import type { ControllerModule, RunOptions, RunningController } from './framework.ts'
import { FOREGROUND, isDeletingDependents, isOrphaning, ORPHAN, OwnershipGraph, planCollect, type GraphNode, type OwnerState } from './ownership-graph.ts'

const IDENTITY = 'generic-garbage-collector'
const WORKERS = 20

/** Deletes what has lost its owners; carries out foreground and orphaning deletions. */
export const garbageCollector: ControllerModule = { name: 'garbage-collector', start: runCollector }

/** Kinds that can own and be owned, once each; events are too many and have no owners. */
const collectedKinds = (): AnyResource[] => {
  const seen = new Set<string>()
  return resources.filter(({ group, plural, verbs }) => {
    const name = `${group}/${plural}`
    if (plural === 'events' || seen.has(name) || !['delete', 'list', 'watch'].every(verb => (verbs as readonly string[]).includes(verb))) return false
    seen.add(name)
    return true
  })
}

interface World {
  readonly graph: OwnershipGraph
  readonly client: Client
  readonly events: EventRecorder
  readonly queue: WorkQueue<string>
  readonly kindOf: (reference: OwnerReference) => AnyResource | undefined
  /** Owners that the server said do not exist; uids never come back. */
  readonly absent: Set<string>
}

function runCollector({ cache, clientFor, clock, log: parent, signal }: RunOptions): RunningController {
  const log = parent.with({ controller: 'garbage-collector' })
  const kinds = collectedKinds()
  const client = clientFor(IDENTITY)
  const queue = workQueue<string>(clock)
  const byKind = new Map(kinds.map(kind => [`${kind.group}/${kind.kind}`, kind]))
  const world: World = {
    graph: new OwnershipGraph(), client, queue, absent: new Set(), events: eventRecorder({ client, clock, log, component: 'garbage-collector-controller' }),
    kindOf: ({ apiVersion, kind }) => byKind.get(`${apiVersion.includes('/') ? apiVersion.split('/')[0] : ''}/${kind}`),
  }
  let [running, ready, stopped] = [0, false, false]
  let wake = (): void => {}
  const informers = kinds.map(kind => cache.informer(kind))
  const endings = informers.map((informer, index) => informer.onChange(({ old, object }) => {
    for (const uid of world.graph.apply(kinds[index]!, old, object)) queue.add(uid)
  }))
  const worker = async (): Promise<void> => {
    for (let uid = await queue.take(); uid !== undefined; uid = await queue.take()) {
      running++
      try {
        const node = world.graph.get(uid)
        if (node) await attend(world, node)
        queue.forget(uid)
      } catch (error) {
        if (!signal.aborted) {
          log[isReason(error, 'Conflict') ? 'debug' : 'warn'](errorMessage(error), { uid })
          queue.addRateLimited(uid)
        }
      }
      running--
      queue.done(uid)
      if (stopped && running === 0) wake()
    }
  }
  // Deciding before every kind is known would take an owner for gone that was only not listed yet.
  Promise.all(informers.map(informer => informer.waitForSync())).then(() => {
    ready = true
    for (let count = 0; count < WORKERS; count++) void worker()
  }, error => { if (!signal.aborted) log.error(`never synchronized: ${errorMessage(error)}`) })
  return {
    name: 'garbage-collector',
    get busy() {
      return !ready || running > 0 || queue.length > 0
    },
    async stop() {
      stopped = true
      for (const end of endings) end()
      queue.close()
      if (running > 0) await new Promise<void>(resolve => (wake = resolve))
    },
  }
}

/** Brings one object a step closer to where it belongs. */
async function attend(world: World, node: GraphNode): Promise<void> {
  const { object } = node
  if (isOrphaning(object)) return orphanDependents(world, node)
  if (isDeletingDependents(object)) await deleteDependents(world, node)
  else if (object.metadata.deletionTimestamp) return
  const references = object.metadata.ownerReferences ?? []
  if (references.length === 0) return
  const owners = await Promise.all(references.map(async reference => ({ uid: reference.uid, state: await stateOf(world, node, reference) })))
  const dependents = world.graph.dependentsOf(object.metadata.uid).flatMap(uid => world.graph.get(uid)?.object ?? [])
  const action = planCollect(object, owners, dependents)
  if (action.type === 'strike') await strike(world, node, action.uids)
  // What is being deleted already in this way needs no second request.
  if (action.type !== 'delete' || object.metadata.deletionTimestamp) return
  if (action.unblock) await patchReferences(world, node, references.map(reference => ({ ...reference, blockOwnerDeletion: false })))
  const { uid, resourceVersion } = object.metadata
  const preconditions = action.unblock ? { uid } : { uid, resourceVersion }
  await unlessGone(world.client.delete(node.resource, object.metadata, { propagationPolicy: action.policy, preconditions }))
}

/** What a reference leads to. Only the server's word counts for "absent": the caches of two kinds are not of the same moment. */
async function stateOf(world: World, { object }: GraphNode, reference: OwnerReference): Promise<OwnerState> {
  if (world.absent.has(reference.uid)) return 'absent'
  const known = world.graph.get(reference.uid)?.object
  if (known && known.kind === reference.kind && (!known.metadata.namespace || known.metadata.namespace === object.metadata.namespace)) return isDeletingDependents(known) ? 'waiting' : 'solid'
  const resource = world.kindOf(reference)
  // Nobody can say that an owner of an unknown kind is gone.
  if (!resource) return 'solid'
  if (resource.namespaced && !object.metadata.namespace) {
    world.events.event(object, 'Warning', 'OwnerRefInvalidNamespace', `ownerRef [${apiVersionOf(resource)}/${reference.kind}, namespace: , name: ${reference.name}, uid: ${reference.uid}] does not exist in namespace ""`)
    return 'solid'
  }
  try {
    const owner = await world.client.get(resource, { name: reference.name, ...(resource.namespaced && { namespace: object.metadata.namespace }) })
    if (owner.metadata.uid === reference.uid) return isDeletingDependents(owner) ? 'waiting' : 'solid'
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error
  }
  world.absent.add(reference.uid)
  return 'absent'
}

async function deleteDependents(world: World, node: GraphNode): Promise<void> {
  const { uid } = node.object.metadata
  const dependents = world.graph.dependentsOf(uid).flatMap(each => world.graph.get(each) ?? [])
  const blocking = dependents.filter(({ object }) => object.metadata.ownerReferences?.some(owner => owner.uid === uid && owner.blockOwnerDeletion))
  if (blocking.length === 0) return dropFinalizer(world, node, FOREGROUND)
  for (const { object } of dependents) if (!isDeletingDependents(object)) world.queue.add(object.metadata.uid)
}

async function orphanDependents(world: World, node: GraphNode): Promise<void> {
  const { uid } = node.object.metadata
  const dependents = world.graph.dependentsOf(uid).flatMap(each => world.graph.get(each) ?? [])
  await Promise.all(dependents.map(dependent => strike(world, dependent, [uid])))
  await dropFinalizer(world, node, ORPHAN)
}

const strike = (world: World, node: GraphNode, uids: readonly string[]): Promise<void> =>
  patchReferences(world, node, (node.object.metadata.ownerReferences ?? []).filter(owner => !uids.includes(owner.uid)))

async function patchReferences({ client }: World, { resource, object }: GraphNode, ownerReferences: readonly OwnerReference[]): Promise<void> {
  const { uid, resourceVersion } = object.metadata
  await unlessGone(client.patch(resource, object.metadata, { metadata: { uid, resourceVersion, ownerReferences } }, { type: 'application/merge-patch+json' }))
}

async function dropFinalizer({ client }: World, { resource, object }: GraphNode, name: string): Promise<void> {
  const { resourceVersion, finalizers = [] } = object.metadata
  const patch = { metadata: { resourceVersion, finalizers: finalizers.filter(each => each !== name) } }
  await unlessGone(client.patch(resource, object.metadata, patch, { type: 'application/merge-patch+json' }))
}

/** An object that is gone, or another of the same name, is nobody's business any more. */
async function unlessGone(request: Promise<unknown>): Promise<void> {
  await request.catch(error => { if (!isReason(error, 'NotFound')) throw error })
}
