import type { Container, EphemeralContainer } from '../../api/core/pod/container.ts'

/** A number for what makes a running container another one: its name and image (all else of a pod cannot be changed, or is resized in place). */
export function containerHash({ name, image }: Container | EphemeralContainer): string {
  let hash = 0x811c9dc5
  for (const character of `${name}\0${image ?? ''}`) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193) >>> 0
  return hash.toString(16)
}
