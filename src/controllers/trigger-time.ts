import type { Pod } from '../api/core/pod/pod.ts'
import { podCondition } from '../api/core/pod/predicates.ts'
import type { Service } from '../api/core/service.ts'

/** Says on endpoints since when the change that they show has been due: proxies measure by it how late they are. */
export const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time'

/** Remembers, service by service, the times of the changes that were seen. */
export interface TriggerTimes {
  /** The earliest change since the last call; undefined: none is known. */
  since(service: Service, pods: readonly Pod[]): string | undefined
  forget(key: string): void
}

const changedAt = (pod: Pod): string => podCondition(pod, 'Ready')?.lastTransitionTime ?? pod.metadata.creationTimestamp
const keyOf = ({ metadata }: Service): string => `${metadata.namespace}/${metadata.name}`

export function triggerTimes(): TriggerTimes {
  const known = new Map<string, { readonly uid: string; readonly pods: ReadonlyMap<string, string> }>()
  return {
    since(service, pods) {
      const before = known.get(keyOf(service))
      const isNew = before?.uid !== service.metadata.uid
      const now = new Map(pods.map(pod => [pod.metadata.name, changedAt(pod)]))
      known.set(keyOf(service), { uid: service.metadata.uid, pods: now })
      const fresh = [...now].filter(([name, at]) => isNew || !before!.pods.has(name) || Date.parse(before!.pods.get(name)!) < Date.parse(at)).map(([, at]) => at)
      return [...fresh, ...(isNew ? [service.metadata.creationTimestamp] : [])].sort()[0]
    },
    forget: key => void known.delete(key),
  }
}

/** The annotations with the time of the change, or without one when it is not known. */
export function withTriggerTime(annotations: Readonly<Record<string, string>> | undefined, since: string | undefined): Record<string, string> {
  const { [TRIGGER_TIME]: _, ...others } = annotations ?? {}
  return { ...others, ...(since && { [TRIGGER_TIME]: since }) }
}
