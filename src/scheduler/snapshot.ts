import type { Node } from '../api/core/node.ts'
import type { Pod } from '../api/core/pod/pod.ts'
import { isPodFinished } from '../api/core/pod/predicates.ts'
import type { Labels } from '../machinery/selector.ts'
import { nodeInfo, type NodeInfo } from './node-info.ts'

/** The cluster as one scheduling cycle sees it. */
export interface Snapshot {
  readonly nodes: readonly NodeInfo[]
  get(name: string): NodeInfo | undefined
  /** Labels of a namespace. */
  namespaceLabels(name: string): Labels
  /** Nodes with pods that keep others away. */
  readonly withAntiAffinity: readonly NodeInfo[]
  /** Nodes with pods that have any (anti-)affinity. */
  readonly withAffinity: readonly NodeInfo[]
}

const hasAntiAffinity = ({ spec }: Pod): boolean => (spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.length ?? 0) > 0
const hasAffinity = ({ spec }: Pod): boolean => spec.affinity?.podAffinity !== undefined || spec.affinity?.podAntiAffinity !== undefined

/** Makes a snapshot of these nodes. */
export function snapshotOf(nodes: readonly NodeInfo[], namespaceLabels: (name: string) => Labels): Snapshot {
  const byName = new Map(nodes.map(info => [info.name, info]))
  let anti: readonly NodeInfo[] | undefined
  let any: readonly NodeInfo[] | undefined
  return {
    nodes, namespaceLabels,
    get: name => byName.get(name),
    get withAntiAffinity() {
      return (anti ??= nodes.filter(({ pods }) => pods.some(hasAntiAffinity)))
    },
    get withAffinity() {
      return (any ??= nodes.filter(({ pods }) => pods.some(hasAffinity)))
    },
  }
}

/** The same snapshot with one node replaced. */
export const withNode = (snapshot: Snapshot, changed: NodeInfo): Snapshot =>
  snapshotOf(snapshot.nodes.map(info => (info.name === changed.name ? changed : info)), snapshot.namespaceLabels)

interface Seat {
  node: Node | undefined
  readonly pods: Map<string, Pod>
  info: NodeInfo | undefined
}

/** Nodes and the pods on them, kept up to date change by change. A pod may be assumed on a node before the API says so. */
export class ClusterState {
  readonly #seats = new Map<string, Seat>()
  readonly #assumed = new Map<string, Pod>()
  readonly #seatOf = new Map<string, string>()
  readonly #namespaceLabels: (name: string) => Labels
  #snapshot: Snapshot | undefined

  constructor(namespaceLabels: (name: string) => Labels) {
    this.#namespaceLabels = namespaceLabels
  }

  setNode(name: string, node: Node | undefined): void {
    const seat = this.#seat(name)
    seat.node = node
    this.#changed(name, seat)
  }

  /** Takes over what the API says of a pod; its word ends an assumption. */
  setPod(uid: string, pod: Pod | undefined): void {
    const placed = pod?.spec.nodeName && !isPodFinished(pod) ? pod : undefined
    if (!placed && pod && !isPodFinished(pod) && this.#assumed.has(uid)) return
    this.#assumed.delete(uid)
    this.#place(uid, placed)
  }

  /** Counts a pod on a node from now on. */
  assume(pod: Pod): void {
    this.#assumed.set(pod.metadata.uid, pod)
    this.#place(pod.metadata.uid, pod)
  }

  /** Takes an assumption back, unless the API has confirmed it. */
  forget(uid: string): void {
    if (this.#assumed.delete(uid)) this.#place(uid, undefined)
  }

  isAssumed(uid: string): boolean {
    return this.#assumed.has(uid)
  }

  snapshot(): Snapshot {
    return (this.#snapshot ??= snapshotOf([...this.#seats.values()].flatMap(seat => {
      if (!seat.node) return []
      return [(seat.info ??= nodeInfo(seat.node, [...seat.pods.values()]))]
    }), this.#namespaceLabels))
  }

  #place(uid: string, pod: Pod | undefined): void {
    const from = this.#seatOf.get(uid)
    if (from !== undefined && from !== pod?.spec.nodeName) {
      const seat = this.#seat(from)
      seat.pods.delete(uid)
      this.#seatOf.delete(uid)
      this.#changed(from, seat)
    }
    if (!pod) return
    const seat = this.#seat(pod.spec.nodeName!)
    seat.pods.set(uid, pod)
    this.#seatOf.set(uid, pod.spec.nodeName!)
    this.#changed(pod.spec.nodeName!, seat)
  }

  #seat(name: string): Seat {
    const existing = this.#seats.get(name)
    if (existing) return existing
    const seat: Seat = { node: undefined, pods: new Map(), info: undefined }
    this.#seats.set(name, seat)
    return seat
  }

  #changed(name: string, seat: Seat): void {
    seat.info = undefined
    this.#snapshot = undefined
    if (!seat.node && seat.pods.size === 0) this.#seats.delete(name)
  }
}
