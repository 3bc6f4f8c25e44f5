import type { Service, ServicePort } from './service-schema.ts'
import { service } from './service-schema.ts'
import { defaultService, dropUnshown, prepareServiceForUpdate } from './service-strategy.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { addressWarnings } from '../cidr.ts'
import { ageColumn, labelsText, nameColumn } from '../columns.ts'
import { dnsLabel } from '../../machinery/names.ts'
import { validateService, validateServiceStatus, validateServiceUpdate } from './service-validation.ts'
import { serviceWarnings } from './service-warnings.ts'

export * from './service-schema.ts'
export { isExternallyAccessible } from './service-strategy.ts'

/** The handle for services. */
export const Services: Resource<Service> = defineResource<Service>({
  version: 'v1', kind: 'Service', plural: 'services', shortNames: ['svc'], categories: ['all'],
  subresources: [
    { name: 'proxy', version: 'v1', kind: 'ServiceProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] },
    { name: 'status', version: 'v1', kind: 'Service', verbs: ['get', 'patch', 'update'] },
  ],
  storageVersionHash: '0/CO1lhkEBI=',
  storagePrefix: 'services/specs',
  schema: service,
  columns: [
    nameColumn,
    { name: 'Type', type: 'string', cell: ({ spec }) => spec.type ?? '' },
    { name: 'Cluster-IP', type: 'string', cell: ({ spec }) => spec.clusterIPs?.[0] || spec.clusterIP || '<none>' },
    { name: 'External-IP', type: 'string', cell: externalText },
    { name: 'Port(s)', type: 'string', cell: ({ spec }) => portsText(spec.ports) },
    ageColumn,
    { name: 'Selector', type: 'string', priority: 1, cell: ({ spec }) => labelsText(spec.selector) },
  ],
  fieldSelectors: { 'spec.clusterIP': ({ spec }) => spec.clusterIP ?? '', 'spec.type': ({ spec }) => spec.type ?? '' },
  defaults: defaultService,
  prepareForCreate: dropUnshown,
  prepareForUpdate: prepareServiceForUpdate,
  validateName: dnsLabel,
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  validateStatusUpdate: validateServiceStatus,
  warnings: serviceWarnings,
  statusWarnings: ({ status }) => (status.loadBalancer.ingress ?? []).flatMap(({ ip }, index) => (ip ? addressWarnings(`status.loadBalancer.ingress[${index}]`, ip) : [])),
})

function externalText({ spec, status }: Service): string {
  const given = spec.externalIPs ?? []
  if (spec.type === 'ExternalName') return spec.externalName ?? ''
  if (spec.type !== 'LoadBalancer') return given.join(',') || '<none>'
  const ingress = (status.loadBalancer.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '')
  return [...new Set(ingress.sort()), ...given].join(',') || '<pending>'
}

const portsText = (ports: readonly ServicePort[] | undefined): string =>
  (ports ?? []).map(({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`).join(',') || '<none>'
