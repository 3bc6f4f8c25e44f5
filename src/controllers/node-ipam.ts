import { formatCidr, parseCidr, type Cidr } from '../api/cidr.ts'
import { Nodes, type Node } from '../api/core/node.ts'
import { defineController, type ControllerModule } from './framework.ts'

/** Gives every node a part of the pods' addresses. */
export const nodeIpamController: ControllerModule = { name: 'node-ipam', start: options => define(new Map()).start(options) }

/** `given`: parts that were given out and may not stand in the cache yet. */
const define = (given: Map<string, string>) => defineController<Node>({
  name: 'node-ipam',
  identity: 'node-controller',
  eventSource: 'cidrAllocator',
  for: Nodes,
  workers: 1,
  async reconcile(node, { cache, client, events, settings }) {
    const { name, uid, deletionTimestamp } = node.metadata
    const cluster = settings.clusterCidr ? parseCidr(settings.clusterCidr) : undefined
    if (!cluster || node.spec.podCIDR || deletionTimestamp) return
    const others = cache.list(Nodes)
    for (const key of given.keys()) if (!others.some(({ metadata }) => metadata.name === key)) given.delete(key)
    const part = nextPart(cluster, settings.nodeCidrMaskSize, [...others.flatMap(({ spec }) => spec.podCIDRs ?? spec.podCIDR ?? []), ...given.values()])
    if (!part) return events.event(node, 'Normal', 'CIDRNotAvailable', `Node ${name} status is now: CIDRNotAvailable`)
    given.set(name, part)
    await client.patch(Nodes, node.metadata, { metadata: { uid }, spec: { podCIDR: part, podCIDRs: [part] } }, { type: 'application/strategic-merge-patch+json' })
  },
  async gone({ name }) {
    given.delete(name)
  },
})

/** The first part of a block that overlaps none of those that are taken; undefined: all are. */
export function nextPart(cluster: Cidr, prefix: number, taken: readonly string[]): string | undefined {
  if (prefix < cluster.prefix || prefix > cluster.bits) return undefined
  const size = 1n << BigInt(cluster.bits - prefix)
  const first = cluster.value & ~((1n << BigInt(cluster.bits - cluster.prefix)) - 1n)
  const count = 1n << BigInt(prefix - cluster.prefix)
  const used = taken.flatMap(text => {
    const block = parseCidr(text)
    return block && block.bits === cluster.bits ? [{ from: block.value, to: block.value + (1n << BigInt(block.bits - block.prefix)) }] : []
  }).sort((a, b) => (a.from < b.from ? -1 : 1))
  let at = first
  for (const { from, to } of used) {
    if (from >= at + size) break
    if (to > at) at = first + ((to - first + size - 1n) / size) * size
  }
  return at < first + count * size ? formatCidr({ bits: cluster.bits, value: at, prefix }) : undefined
}
