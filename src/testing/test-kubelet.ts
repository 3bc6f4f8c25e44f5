import { Pods, type Pod } from '../api/core/pod/pod.ts'
import { isPodFinished, isPodReady } from '../api/core/pod/predicates.ts'
import { defineController } from '../controllers/framework.ts'
import { timestamp } from '../machinery/clock.ts'
import { isReason } from '../machinery/status.ts'

/** The status of a pod that runs and is ready (or not) since `now`. */
export function runningStatus(pod: Pod, now: number, ready = true): Pod['status'] {
  const since = isPodReady(pod) === ready ? pod.status.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? timestamp(now) : timestamp(now)
  const condition = (type: string, status: boolean) => ({ type, status: status ? 'True' : 'False', lastTransitionTime: since })
  const others = pod.status.conditions?.filter(({ type }) => !['Ready', 'ContainersReady', 'Initialized'].includes(type)) ?? []
  const ip = `10.1.${Number.parseInt(pod.metadata.uid.slice(0, 2), 16)}.${Number.parseInt(pod.metadata.uid.slice(2, 4), 16)}`
  return {
    ...pod.status, phase: 'Running', podIP: ip, podIPs: [{ ip }], startTime: pod.status.startTime ?? timestamp(now),
    conditions: [...others, condition('Initialized', true), condition('Ready', ready), condition('ContainersReady', ready)],
    containerStatuses: pod.spec.containers.map(({ name, image }) => ({
      name, image: image ?? '', imageID: '', ready, restartCount: 0, started: true, state: { running: { startedAt: timestamp(now) } }, lastState: {},
    })),
  } as Pod['status']
}

/** Stands in for the kubelets of all nodes: pods that are assigned run and are ready at once, and pods that are deleted go at once. */
export const testKubelet = defineController<Pod>({
  name: 'test-kubelet',
  for: Pods,
  async reconcile(pod, { client, clock }) {
    if (!pod.spec.nodeName) return
    try {
      if (pod.metadata.deletionTimestamp) await client.delete(Pods, pod.metadata, { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid } })
      else if (!isPodFinished(pod) && pod.status.phase !== 'Running') await client.updateStatus(Pods, { ...pod, status: runningStatus(pod, clock.now()) })
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
  },
})
