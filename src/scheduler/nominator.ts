import type { Pod } from '../api/core/pod/pod.ts'

/** Pods without a node that were promised room on one. */
export interface Nominator {
  on(node: string): readonly Pod[]
  nodeOf(uid: string): string | undefined
  set(pod: Pod, node: string): void
  remove(uid: string): void
}

/** Makes an empty list of promises. */
export function nominator(): Nominator {
  const promises = new Map<string, { readonly pod: Pod; readonly node: string }>()
  const byNode = new Map<string, readonly Pod[]>()
  const remove = (uid: string): void => {
    const promise = promises.get(uid)
    if (!promise) return
    promises.delete(uid)
    const rest = byNode.get(promise.node)!.filter(({ metadata }) => metadata.uid !== uid)
    if (rest.length > 0) byNode.set(promise.node, rest)
    else byNode.delete(promise.node)
  }
  return {
    on: node => byNode.get(node) ?? NOBODY,
    nodeOf: uid => promises.get(uid)?.node,
    set(pod, node) {
      remove(pod.metadata.uid)
      promises.set(pod.metadata.uid, { pod, node })
      byNode.set(node, [...byNode.get(node) ?? NOBODY, pod])
    },
    remove,
  }
}

const NOBODY: readonly Pod[] = []
