import type { ReplicaSet } from '../api/apps/replica-set.ts'
import { Pods } from '../api/core/pod/pod.ts'
import { isPodActive } from '../api/core/pod/predicates.ts'
import { ReplicationControllers, type ReplicationController } from '../api/core/replication-controller.ts'
import { selectorFrom } from '../machinery/selector.ts'
import { sameJson } from './conditions.ts'
import { defineController, slowStart } from './framework.ts'
import { createPod, deletePod, podFromTemplate } from './pod-control.ts'
import { nextAvailable, planReplicas, replicaSetStatus } from './replicaset.ts'

const selectorOf = ({ spec }: ReplicationController) => selectorFrom(spec.selector ? { matchLabels: spec.selector } : undefined)

/** A ReplicationController says the same as a ReplicaSet, with a simpler selector. */
const asReplicaSet = (rc: ReplicationController): ReplicaSet =>
  ({ ...rc, spec: { ...rc.spec, selector: { matchLabels: rc.spec.selector ?? {} } } }) as unknown as ReplicaSet

/** Keeps `spec.replicas` pods alive for every ReplicationController. */
export const replicationController = defineController<ReplicationController>({
  name: 'replication-controller',
  identity: 'replication-controller',
  for: ReplicationControllers,
  owns: [Pods],
  selects: selectorOf,
  async reconcile(rc, context) {
    if (!rc.spec.template) return
    const pods = await context.owned(Pods)
    const now = context.clock.now()
    const set = asReplicaSet(rc)
    const plan = planReplicas(set, pods.filter(isPodActive), { onNode: () => 0, now })
    const template = podFromTemplate(rc.spec.template, ReplicationControllers, rc)
    const act = async (): Promise<void> => {
      await slowStart(Array.from({ length: plan.create }), () => createPod(context, rc, template))
      await Promise.all(plan.remove.map(pod => deletePod(context, rc, pod)))
    }
    const failure = await act().then(() => undefined, (error: Error) => error)
    const { terminatingReplicas: _, ...status } = replicaSetStatus(set, pods, plan, failure, now)
    if (!sameJson(status, rc.status)) await context.client.updateStatus(ReplicationControllers, { ...rc, status })
    if (failure) throw failure
    return { afterMs: nextAvailable(set, pods, now) }
  },
})
