import { approval } from './approval.ts'
import { binding, podBinding } from './binding.ts'
import { componentStatuses } from './component-statuses.ts'
import { eviction } from './eviction.ts'
import { finalize } from './finalize.ts'
import { ephemeralContainers, resize } from './pod-parts.ts'
import { reviews } from './reviews.ts'
import { scale } from './scale.ts'
import { status } from './status.ts'
import { token } from './token.ts'
import type { SubresourceHandler } from './subresource.ts'

/** Every subresource and every kind that is only asked about. One new subresource = one new file + one line here. */
export const subresources: readonly SubresourceHandler[] = [
  status,
  approval,
  scale,
  podBinding,
  binding,
  eviction,
  ephemeralContainers,
  resize,
  finalize,
  token,
  componentStatuses,
  ...reviews,
]
