import type { Container, EphemeralContainer } from '../../api/core/pod/container.ts'

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/** A short number for a text (FNV-1a), good for telling versions apart, not for secrets. */
export function textHash(text: string, seed = 0): string {
  let hash = (FNV_OFFSET ^ seed) >>> 0
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, FNV_PRIME) >>> 0
  return hash.toString(16).padStart(8, '0')
}

/** A number for what makes a running container another one: its name and image (all else of a pod cannot be changed, or is resized in place). */
export const containerHash = ({ name, image }: Container | EphemeralContainer): string => textHash(`${name}\0${image ?? ''}`)
