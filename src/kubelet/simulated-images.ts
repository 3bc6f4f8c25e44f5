import { RuntimeError, type Runtime } from './runtime.ts'
import { imageNamed, newId, normalized, type SimulatedWorld } from './simulated-world.ts'

type ImageMethods = Pick<Runtime, 'pullImage' | 'imageStatus' | 'listImages' | 'removeImage' | 'imageFsInfo'>

const DEFAULT_SIZE_BYTES = 1_000_000

async function pull(world: SimulatedWorld, name: string): Promise<string> {
  const { pullMs, pullError, sizeBytes = DEFAULT_SIZE_BYTES, uid, username } = world.defined.get(normalized(name)) ?? {}
  if (pullMs) await new Promise<void>(resolve => world.clock.after(pullMs, resolve))
  if (pullError) throw new RuntimeError('Unknown', `failed to pull and unpack image "${normalized(name)}": ${pullError}`)
  const known = imageNamed(world, name)
  if (known) return known.id
  const id = `sha256:${newId(world)}`
  const repository = normalized(name).replace(/[:@][^/]*$/, '')
  world.images.set(normalized(name), {
    id, repoTags: [normalized(name)], repoDigests: [`${repository}@${id}`], sizeBytes, pinned: false, ...(uid !== undefined && { uid }), ...(username && { username }),
  })
  return id
}

/** The part of the simulated runtime that is about images. */
export const simulatedImages = (world: SimulatedWorld): ImageMethods => ({
  pullImage: name => pull(world, name),
  imageStatus: async name => imageNamed(world, name),
  listImages: async () => [...world.images.values()],
  async removeImage(name) {
    const image = imageNamed(world, name)
    for (const [key, { id }] of world.images) if (id === image?.id) world.images.delete(key)
  },
  async imageFsInfo() {
    const usedBytes = [...world.images.values()].reduce((total, { sizeBytes }) => total + sizeBytes, 0)
    return { imageFilesystems: [{ atMs: world.clock.now(), mountpoint: '/', usedBytes, inodesUsed: world.images.size }], containerFilesystems: [] }
  },
})
