import type { Call } from './call.ts'

/** The same request about the objects as they are stored. */
export const asStored = (call: Call): Call =>
  (call.resource.storedAs ? { ...call, resource: call.resource.storedAs.resource, served: call.resource } : call)
