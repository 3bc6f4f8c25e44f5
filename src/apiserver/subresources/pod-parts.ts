import { verbs } from '../verbs/index.ts'
import type { SubresourceHandler } from './subresource.ts'

/** A subresource through which one part of a pod can be changed: the kind's hooks leave everything else as it was. */
const part = (name: string): SubresourceHandler => ({ name, kind: 'Pod', perform: (server, call) => verbs[call.verb](server, call) })

/** Adds containers for debugging to a running pod. */
export const ephemeralContainers = part('ephemeralcontainers')
/** Changes what a running pod's containers may use. */
export const resize = part('resize')
