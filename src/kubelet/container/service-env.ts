import type { Service, ServicePort } from '../../api/core/service.ts'

const MASTER_SERVICES = new Set(['kubernetes'])

const variableOf = (name: string): string => name.toUpperCase().replaceAll('-', '_')

function variablesOf(service: Service): [string, string][] {
  const prefix = variableOf(service.metadata.name)
  const ip = service.spec.clusterIP!
  const ports = service.spec.ports ?? []
  const url = ({ protocol, port }: ServicePort): string => `${(protocol || 'TCP').toLowerCase()}://${ip.includes(':') ? `[${ip}]` : ip}:${port}`
  const variables: [string, string][] = [[`${prefix}_SERVICE_HOST`, ip], [`${prefix}_SERVICE_PORT`, String(ports[0]?.port ?? '')]]
  for (const { name, port } of ports) if (name) variables.push([`${prefix}_SERVICE_PORT_${variableOf(name)}`, String(port)])
  for (const [index, port] of ports.entries()) {
    const protocol = port.protocol || 'TCP'
    const link = `${prefix}_PORT_${port.port}_${protocol}`
    if (index === 0) variables.push([`${prefix}_PORT`, url(port)])
    variables.push([link, url(port)], [`${link}_PROTO`, protocol.toLowerCase()], [`${link}_PORT`, String(port.port)], [`${link}_ADDR`, ip])
  }
  return variables
}

/** The `X_SERVICE_HOST` variables of a pod: the API's own service always, those of its namespace unless `enableServiceLinks` is off. */
export function serviceEnvironment(services: readonly Service[], namespace: string, links: boolean): Map<string, string> {
  const chosen = new Map<string, Service>()
  for (const service of services) {
    const { name, namespace: home } = service.metadata
    if (!service.spec.clusterIP || service.spec.clusterIP === 'None') continue
    if (links && home === namespace) chosen.set(name, service)
    else if (home === 'default' && MASTER_SERVICES.has(name) && !chosen.has(name)) chosen.set(name, service)
  }
  return new Map([...chosen.values()].flatMap(variablesOf))
}
