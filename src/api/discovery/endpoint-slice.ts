import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, listWithMore, nameColumn } from '../columns.ts'
import { validateSlice } from './endpoint-slice-validation.ts'
import { immutable } from '../validation.ts'
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
  generationOf: ({ metadata, endpoints, ports, addressType }) => [metadata.labels ?? {}, metadata.annotations ?? {}, endpoints, ports, addressType],
  prepareForCreate({ endpoints }) {
    for (const endpoint of endpoints ?? []) delete endpoint.deprecatedTopology
  },
  defaults({ ports }) {
    for (const port of ports ?? []) {
      port.name ??= ''
      port.protocol ??= 'TCP'
    }
  },
  validate: validateSlice,
  validateUpdate: ({ addressType }, old) => immutable('addressType', addressType, old.addressType),
})
