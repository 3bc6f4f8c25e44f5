import { definePlugin, MAX_SCORE, prepared } from '../plugin.ts'

const MEGABYTE = 1024 * 1024
/** Less than this is fetched in no time; more than this, for each container, makes no difference any more. */
const SMALLEST = 23 * MEGABYTE
const LARGEST = 1000 * MEGABYTE

/** An image's full name, as nodes report it. */
const fullName = (image: string): string => (image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image)

/** Prefers nodes that have the pod's images; an image that is on few nodes counts little, so that not all its pods gather there. */
export const imageLocality = definePlugin({
  name: 'ImageLocality',
  prepareScores({ spec }, snapshot) {
    const images = [...spec.initContainers ?? [], ...spec.containers].map(({ image }) => fullName(image ?? ''))
    return prepared(images.map(image => ({ image, spread: snapshot.nodesWithImage(image) / snapshot.nodes.length })))
  },
  score(_pod, { images: there }, images) {
    let sum = 0
    for (const { image, spread } of images) sum += Math.floor((there.get(image) ?? 0) * spread)
    const largest = LARGEST * images.length
    return Math.floor((MAX_SCORE * (Math.min(Math.max(sum, SMALLEST), largest) - SMALLEST)) / (largest - SMALLEST))
  },
})
