import { errorMessage } from '../../machinery/log.ts'
import type { HTTPGetAction } from '../../api/core/pod/probes.ts'
import type { Container } from '../../api/core/pod/container.ts'
import { hostPort, portNumber, type ProbeHandler } from './probe.ts'

/** URL and headers of a GET that a probe or a hook asks for. */
export function httpRequest({ scheme, host, port, path = '', httpHeaders }: HTTPGetAction, spec: Container, podIP: string): { url: string; headers: Record<string, string> } {
  const stated = Object.fromEntries((httpHeaders ?? []).map(({ name, value }) => [name, value]))
  const has = (header: string): boolean => Object.keys(stated).some(name => name.toLowerCase() === header)
  return {
    url: `${(scheme || 'HTTP').toLowerCase()}://${hostPort(host || podIP, portNumber(port, spec))}${path.startsWith('/') ? path : `/${path}`}`,
    headers: { ...(has('user-agent') ? {} : { 'User-Agent': 'kube-probe/1.36' }), ...(has('accept') ? {} : { Accept: '*/*' }), ...stated },
  }
}

/** A GET; 200 to 399 is well. */
export const httpProbe: ProbeHandler = {
  field: 'httpGet',
  async run({ httpGet }, { transport, spec, podIP, timeoutMs }) {
    const { url, headers } = httpRequest(httpGet!, spec, podIP)
    try {
      const { status, body } = await transport.get({ url, headers, timeoutMs })
      return status >= 200 && status < 400 ? { healthy: true, output: body } : { healthy: false, output: `HTTP probe failed with statuscode: ${status}` }
    } catch (error) {
      return { healthy: false, output: `Get "${url}": ${errorMessage(error)}` }
    }
  },
}
