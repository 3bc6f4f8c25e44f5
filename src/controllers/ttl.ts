import { Nodes, type Node } from '../api/core/node.ts'
import { defineController, type ControllerModule } from './framework.ts'

const ANNOTATION = 'node.alpha.kubernetes.io/ttl'
/** The more nodes, the longer kubelets may keep secrets and config maps; the steps overlap so that a size at an edge does not waver. */
const STEPS = [
  { least: 0, most: 100, seconds: 0 }, { least: 90, most: 500, seconds: 15 }, { least: 450, most: 1000, seconds: 30 }, { least: 900, most: 2000, seconds: 60 },
  { least: 1800, most: 10_000, seconds: 300 }, { least: 9000, most: Infinity, seconds: 600 },
]

/** The step for a number of nodes, seen from the one before. */
export function stepFor(count: number, before: number): number {
  let step = before
  while (count > STEPS[step]!.most) step++
  while (count < STEPS[step]!.least) step--
  return step
}

/** Tells kubelets how long they may keep what they have read. */
export const ttlController: ControllerModule = { name: 'ttl', start: options => define({ step: 0 }).start(options) }

const define = (memory: { step: number }) => defineController<Node>({
  name: 'ttl',
  for: Nodes,
  async reconcile(node, { cache, client }) {
    const nodes = cache.list(Nodes)
    const step = stepFor(nodes.length, memory.step)
    const isNew = step !== memory.step
    memory.step = step
    const wanted = String(STEPS[step]!.seconds)
    for (const each of isNew ? nodes : [node]) {
      if (each.metadata.annotations?.[ANNOTATION] === wanted || each.metadata.deletionTimestamp) continue
      await client.patch(Nodes, each.metadata, { metadata: { uid: each.metadata.uid, annotations: { [ANNOTATION]: wanted } } }, { type: 'application/merge-patch+json' })
    }
  },
})
