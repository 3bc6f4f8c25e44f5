import { binding, podBinding } from './binding.ts'
import { scale } from './scale.ts'
import { status } from './status.ts'
import type { SubresourceHandler } from './subresource.ts'

/** Every subresource and every kind that is only asked about. One new subresource = one new file + one line here. */
export const subresources: readonly SubresourceHandler[] = [
  status,
  scale,
  podBinding,
  binding,
]
