import { errorMessage } from '../../machinery/log.ts'
import type { ProbeHandler } from './probe.ts'

/** The gRPC health protocol; `SERVING` is well. */
export const grpcProbe: ProbeHandler = {
  field: 'grpc',
  async run({ grpc }, { transport, podIP, timeoutMs }) {
    try {
      const status = await transport.health(podIP, grpc!.port, grpc!.service ?? '', timeoutMs)
      return { healthy: status === 'SERVING', output: status === 'SERVING' ? '' : `service unhealthy (responded with "${status}")` }
    } catch (error) {
      return { healthy: false, output: errorMessage(error) }
    }
  },
}
