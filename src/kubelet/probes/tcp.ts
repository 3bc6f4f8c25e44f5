import { errorMessage } from '../../machinery/log.ts'
import { portNumber, type ProbeHandler } from './probe.ts'

/** A connection that opens is well. */
export const tcpProbe: ProbeHandler = {
  field: 'tcpSocket',
  async run({ tcpSocket }, { transport, spec, podIP, timeoutMs }) {
    try {
      await transport.connect(tcpSocket!.host || podIP, portNumber(tcpSocket!.port, spec), timeoutMs)
      return { healthy: true, output: '' }
    } catch (error) {
      return { healthy: false, output: errorMessage(error) }
    }
  },
}
