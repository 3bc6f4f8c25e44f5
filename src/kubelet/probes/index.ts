import type { Probe } from '../../api/core/pod/probes.ts'
import { execProbe } from './exec.ts'
import { grpcProbe } from './grpc.ts'
import { httpProbe } from './http.ts'
import type { ProbeContext, ProbeHandler, ProbeResult } from './probe.ts'
import { tcpProbe } from './tcp.ts'

/** Every way to probe. One new way = one new file + one line here. */
export const probeHandlers: readonly ProbeHandler[] = [execProbe, httpProbe, tcpProbe, grpcProbe]

/** One try. */
export async function runProbe(probe: Probe, context: ProbeContext): Promise<ProbeResult> {
  const handler = probeHandlers.find(({ field }) => probe[field] !== undefined)
  if (!handler) throw new Error(`missing probe handler for ${context.spec.name}`)
  return handler.run(probe, context)
}
