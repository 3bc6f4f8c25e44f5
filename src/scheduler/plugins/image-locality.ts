import type { NodeInfo } from '../node-info.ts'
import { definePlugin, MAX_SCORE } from '../plugin.ts'

const MEGABYTE = 1024 * 1024
const LEAST = 23 * MEGABYTE
const MOST_PER_CONTAINER = 1000 * MEGABYTE

/** Prefers nodes that have the pod's images already; an image that few nodes have counts less, so that pods do not pile up on them. */
export const imageLocality = definePlugin<{ spread: ReadonlyMap<string, number>; images: readonly string[] }>({
  name: 'ImageLocality',
  weight: 1,
  prepare(pod, { nodes }) {
    const images = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].map(({ image }) => normalized(image ?? ''))
    const spread = new Map(images.map(image => [image, nodes.filter(node => sizeOn(node, image) > 0).length / Math.max(1, nodes.length)]))
    return { state: { spread, images }, skipScore: [...spread.values()].every(share => share === 0) }
  },
  score(_pod, node, { spread, images }) {
    const sum = images.reduce((total, image) => total + Math.floor(sizeOn(node, image) * (spread.get(image) ?? 0)), 0)
    const most = MOST_PER_CONTAINER * images.length
    return Math.floor((MAX_SCORE * (Math.min(Math.max(sum, LEAST), most) - LEAST)) / (most - LEAST))
  },
})

const sizeOn = ({ node }: NodeInfo, image: string): number => node.status.images?.find(({ names }) => names?.includes(image))?.sizeBytes ?? 0

/** Nodes list images with their tags. */
const normalized = (image: string): string => (image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image)
