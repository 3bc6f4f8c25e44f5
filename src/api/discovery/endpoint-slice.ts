import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, listWithMore, nameColumn } from '../columns.ts'
import { dnsSubdomain } from '../../machinery/names.ts'
import { addressWarnings } from '../cidr.ts'
import { sameJson } from '../validation.ts'
import { validateSlice, validateSliceUpdate } from './endpoint-slice-validation.ts'
import type { EndpointSlice } from './endpoint-slice-schema.ts'
import { endpointSlice } from './endpoint-slice-schema.ts'

export * from './endpoint-slice-schema.ts'

/** The handle for endpointslices of discovery.k8s.io. */
export const EndpointSlices: Resource<EndpointSlice> = defineResource<EndpointSlice>({
  group: 'discovery.k8s.io', version: 'v1', kind: 'EndpointSlice', plural: 'endpointslices',
  storageVersionHash: 'qgS0xkrxYAI=',
  schema: endpointSlice,
  columns: [
    nameColumn,
    { name: 'AddressType', type: 'string', cell: ({ addressType }) => addressType },
    { name: 'Ports', type: 'string', cell: ({ ports }) => listWithMore((ports ?? []).map(({ port, name }) => `${port ?? (name || '*')}`)) },
    { name: 'Endpoints', type: 'string', cell: ({ endpoints }) => listWithMore((endpoints ?? []).flatMap(({ addresses }) => addresses)) },
    ageColumn,
  ],
  generationOf: ({ metadata, endpoints, ports, addressType }) => [metadata.labels ?? {}, endpoints, ports, addressType],
  prepareForCreate({ endpoints }) {
    for (const endpoint of endpoints ?? []) delete endpoint.deprecatedTopology
  },
  prepareForUpdate: dropTopology,
  defaults({ ports }) {
    for (const port of ports ?? []) {
      port.name ??= ''
      port.protocol ??= 'TCP'
    }
  },
  validate: validateSlice,
  validateUpdate: validateSliceUpdate,
  warnings: (slice, old) => [...(!old && slice.addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : []), ...addressFormWarnings(slice)],
})

const HOSTNAME = 'kubernetes.io/hostname'

/** The topology of before is not written any more, but endpoints that are left as they were keep it, and the node that it names is kept. */
function dropTopology(slice: EndpointSlice, old: EndpointSlice): void {
  if (sameJson(slice.endpoints, old.endpoints)) return
  const known = new Set((old.endpoints ?? []).map(({ deprecatedTopology }) => deprecatedTopology?.[HOSTNAME]))
  for (const endpoint of slice.endpoints ?? []) {
    const node = endpoint.deprecatedTopology?.[HOSTNAME]
    if (endpoint.nodeName === undefined && node && known.has(node) && dnsSubdomain(node).length === 0) endpoint.nodeName = node
    delete endpoint.deprecatedTopology
  }
}

const OWN_CONTROLLERS = new Set(['endpointslice-controller.k8s.io', 'endpointslicemirroring-controller.k8s.io'])

/** The cluster's own endpoints are in order. */
function addressFormWarnings({ metadata, endpoints }: EndpointSlice): string[] {
  if (OWN_CONTROLLERS.has(metadata.labels?.['endpointslice.kubernetes.io/managed-by'] ?? '')) return []
  return (endpoints ?? []).flatMap(({ addresses }, index) => (addresses ?? []).flatMap((address, at) => addressWarnings(`endpoints[${index}].addresses[${at}]`, address)))
}
