import { PersistentVolumes, type PersistentVolume } from '../../api/core/persistent-volume.ts'
import { mountSecretsOf } from '../../api/core/persistent-volume-secrets.ts'
import { Pods, type Pod } from '../../api/core/pod/pod.ts'
import { referencesOf, type PodReferences } from '../../api/core/pod/references.ts'
import type { AnyResource, KubeObject } from '../../api/resource.ts'
import type { ObjectReader } from '../object-reader.ts'

export type ReferenceKind = keyof PodReferences

/** Which node's pods refer to what, kept up with the server's caches: looked up, never searched for. */
export interface NodeGraph {
  /** Whether a pod that is bound to the node refers to the object. */
  refers(node: string, kind: ReferenceKind, namespace: string, name: string): boolean
  /** Whether a pod that is bound to the node claims the volume. */
  claimsVolume(node: string, volume: string): boolean
}

const MIRROR = 'kubernetes.io/config.mirror'
const KINDS: readonly ReferenceKind[] = ['secrets', 'configMaps', 'claims', 'resourceClaims', 'serviceAccounts']

export function createNodeGraph(reader: ObjectReader): NodeGraph {
  const nodesOf = new Counts()
  const claimsOf = new Counts()
  const pods = following<Pod>(reader, Pods, nodesOf, countPod)
  const volumes = following<PersistentVolume>(reader, PersistentVolumes, claimsOf, countVolume)

  const refers = (node: string, key: string): boolean => {
    pods()
    return nodesOf.has(key, node)
  }
  return {
    refers(node, kind, namespace, name) {
      if (refers(node, keyOf(kind, namespace, name))) return true
      if (kind !== 'secrets') return false
      // A secret that is needed to mount a volume that a pod of the node claims.
      volumes()
      return [...claimsOf.of(keyOf('secrets', namespace, name))].some(claim => refers(node, claim))
    },
    claimsVolume(node, volume) {
      const reference = reader.get<PersistentVolume>(PersistentVolumes, undefined, volume)?.spec.claimRef
      return !!reference && refers(node, keyOf('claims', reference.namespace ?? '', reference.name ?? ''))
    },
  }
}

const keyOf = (kind: ReferenceKind, namespace: string, name: string): string => `${kind}/${namespace}/${name}`

/** How many things lead from one name to another. */
class Counts {
  readonly #targets = new Map<string, Map<string, number>>()

  add(from: string, to: string, count: number): void {
    let targets = this.#targets.get(from)
    if (!targets) this.#targets.set(from, (targets = new Map()))
    const next = (targets.get(to) ?? 0) + count
    if (next > 0) targets.set(to, next)
    else targets.delete(to)
    if (targets.size === 0) this.#targets.delete(from)
  }

  has(from: string, to: string): boolean {
    return this.#targets.get(from)?.has(to) ?? false
  }

  of(from: string): Iterable<string> {
    return this.#targets.get(from)?.keys() ?? []
  }

  clear(): void {
    this.#targets.clear()
  }
}

/** A pod gives its node what it refers to. A node's own mirror pods give it nothing, whatever they name. */
function countPod(counts: Counts, { metadata, spec, status }: Pod, count: number): void {
  const { nodeName } = spec
  if (!nodeName || metadata.annotations?.[MIRROR] !== undefined) return
  const references = referencesOf({ metadata, spec, status } as Pod)
  for (const kind of KINDS) for (const name of references[kind]) counts.add(keyOf(kind, metadata.namespace, name), nodeName, count)
}

function countVolume(counts: Counts, volume: PersistentVolume, count: number): void {
  const { claimRef } = volume.spec
  if (!claimRef) return
  const claim = keyOf('claims', claimRef.namespace ?? '', claimRef.name ?? '')
  for (const { namespace, name } of mountSecretsOf(volume)) counts.add(keyOf('secrets', namespace, name), claim, count)
}

/** Brings counts up to date when they are asked for: by what changed since, or anew when that is not known any more. */
function following<T extends KubeObject>(reader: ObjectReader, resource: AnyResource, counts: Counts, count: (counts: Counts, object: T, by: number) => void): () => void {
  let version = -1
  return () => {
    const current = reader.version(resource)
    if (current === version) return
    const changes = version < 0 ? undefined : reader.changes?.<T>(resource, version)
    version = current
    if (!changes) {
      counts.clear()
      for (const object of reader.list<T>(resource)) count(counts, object, 1)
      return
    }
    for (const { object, previous } of changes) {
      if (previous) count(counts, previous, -1)
      if (object) count(counts, object, 1)
    }
  }
}
