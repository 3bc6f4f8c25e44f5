import type { Node } from '../api/core/node.ts'
import type { Pod } from '../api/core/pod/pod.ts'
import { isPodFinished } from '../api/core/pod/predicates.ts'
import type { CacheReader } from '../client/cache.ts'
import { podFacts, type PodFacts } from './pod-facts.ts'
import { nodeInfo, withoutPod, withPod, type NodeInfo, type Snapshot } from './snapshot.ts'

/** Counts a pod on its node before the API shows it there. Disposing takes that back unless it was committed. */
export interface Reservation extends AsyncDisposable {
  commit(): void
}

/** Nodes and their pods, kept up to date one change at a time. A decision is synchronous, so what it sees does not move. */
export interface NodeStore {
  readonly snapshot: Snapshot
  setNode(name: string, node: Node | undefined): void
  /** A pod as the API shows it; undefined: gone. */
  setPod(uid: string, pod: Pod | undefined): void
  /** `undone` is called when the reservation is taken back. */
  reserve(pod: Pod, node: string, undone: () => void): Reservation
  isReserved(uid: string): boolean
}

/** Makes an empty store. */
export function nodeStore(objects: CacheReader): NodeStore {
  const known = new Map<string, NodeInfo>()
  const list: NodeInfo[] = []
  const indexes = new Map<string, number>()
  /** Pods by node, also those whose node is not known yet. */
  const podsOf = new Map<string, Map<string, PodFacts>>()
  const placeOf = new Map<string, string>()
  const reserved = new Set<string>()
  const images = new Map<string, number>()
  let [affine, antiAffine] = [0, 0]

  const countImages = (info: NodeInfo | undefined, by: 1 | -1): void => {
    for (const image of info?.images.keys() ?? []) {
      const count = (images.get(image) ?? 0) + by
      if (count) images.set(image, count)
      else images.delete(image)
    }
  }
  const countPod = (facts: PodFacts, by: 1 | -1): void => {
    if (facts.hasAffinity) affine += by
    if (facts.requiredAntiAffinity.length > 0) antiAffine += by
  }
  const replace = (next: NodeInfo): void => {
    known.set(next.name, next)
    list[indexes.get(next.name)!] = next
  }
  const forget = (name: string): void => {
    known.delete(name)
    list.splice(0, list.length, ...list.filter(each => each.name !== name))
    indexes.clear()
    list.forEach((each, i) => indexes.set(each.name, i))
  }
  const remove = (uid: string): void => {
    const place = placeOf.get(uid)
    if (place === undefined) return
    const pods = podsOf.get(place)!
    countPod(pods.get(uid)!, -1)
    pods.delete(uid)
    if (pods.size === 0) podsOf.delete(place)
    placeOf.delete(uid)
    const info = known.get(place)
    if (info) replace(withoutPod(info, uid))
  }
  const put = (pod: Pod, place: string): void => {
    const { uid } = pod.metadata
    remove(uid)
    const facts = podFacts(pod)
    const pods = podsOf.get(place)
    if (pods) pods.set(uid, facts)
    else podsOf.set(place, new Map([[uid, facts]]))
    placeOf.set(uid, place)
    countPod(facts, 1)
    const info = known.get(place)
    if (info) replace(withPod(info, facts))
  }

  return {
    snapshot: {
      nodes: list,
      get: name => known.get(name),
      get anyAffinity() { return affine > 0 },
      get anyRequiredAntiAffinity() { return antiAffine > 0 },
      nodesWithImage: image => images.get(image) ?? 0,
      objects,
    },
    setNode(name, node) {
      const old = known.get(name)
      countImages(old, -1)
      if (!node) return old && forget(name)
      const fresh = nodeInfo(node)
      countImages(fresh, 1)
      if (!old) indexes.set(name, list.length)
      // A changed node says nothing new about its pods.
      replace(old ? { ...old, node, images: fresh.images, allocatable: fresh.allocatable } : [...podsOf.get(name)?.values() ?? []].reduce(withPod, fresh))
    },
    setPod(uid, pod) {
      if (pod && !isPodFinished(pod) && !pod.spec.nodeName) return
      reserved.delete(uid)
      if (pod && !isPodFinished(pod)) put(pod, pod.spec.nodeName!)
      else remove(uid)
    },
    reserve(pod, node, undone) {
      const { uid } = pod.metadata
      put({ ...pod, spec: { ...pod.spec, nodeName: node } }, node)
      reserved.add(uid)
      let open = true
      return {
        commit() { open = false },
        async [Symbol.asyncDispose]() {
          // Not there any more: the API has shown where the pod is, or that it is gone.
          if (!open || !reserved.delete(uid)) return
          remove(uid)
          undone()
        },
      }
    },
    isReserved: uid => reserved.has(uid),
  }
}
