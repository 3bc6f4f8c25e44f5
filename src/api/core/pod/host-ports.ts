import type { Container } from './container.ts'
import { isSidecar } from './predicates.ts'
import type { Pod } from './pod.ts'

/** A port of the node that a pod takes. */
export interface HostPort {
  readonly ip: string
  readonly protocol: string
  readonly port: number
}

const ANY = '0.0.0.0'
const NONE: readonly HostPort[] = []

/** The ports of the node that the pod's lasting containers take. */
export function podHostPorts({ spec }: Pod): readonly HostPort[] {
  let found: HostPort[] | undefined
  const look = ({ ports }: Container): void => {
    for (const { hostPort, hostIP, protocol } of ports ?? []) if (hostPort) (found ??= []).push({ ip: hostIP || ANY, protocol: protocol || 'TCP', port: hostPort })
  }
  spec.containers.forEach(look)
  spec.initContainers?.filter(isSidecar).forEach(look)
  return found ?? NONE
}

const clash = (a: HostPort, b: HostPort): boolean => a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === ANY || b.ip === ANY)

/** Whether two pods with these ports cannot be on one node. */
export const hostPortsClash = (some: readonly HostPort[], others: readonly HostPort[]): boolean => some.some(a => others.some(b => clash(a, b)))
