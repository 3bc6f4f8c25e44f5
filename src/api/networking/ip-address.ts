import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { kind, object, ref, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { dnsSubdomain, pathSegment } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { canonicalAddressProblems } from '../cidr.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { invalid, invalidBy, required, sameJson } from '../validation.ts'

const parentReferenceShape = object('io.k8s.api.networking.v1.ParentReference', {
  group: string(1),
  resource: string(2, { required: true, omitEmpty: true }),
  namespace: string(3),
  name: string(4, { required: true, omitEmpty: true }),
})
export interface ParentReference extends Infer<typeof parentReferenceShape> {}
export const parentReference: Schema<ParentReference> = parentReferenceShape

const ipAddressSpecShape = object('io.k8s.api.networking.v1.IPAddressSpec', {
  parentRef: ref(1, parentReference, { required: true, omitEmpty: true }),
})
export interface IPAddressSpec extends Infer<typeof ipAddressSpecShape> {}
export const ipAddressSpec: Schema<IPAddressSpec> = ipAddressSpecShape

const ipAddressShape = kind('io.k8s.api.networking.v1.IPAddress', {
  metadata: struct(1, objectMeta),
  spec: struct(2, ipAddressSpec, { required: true, omitEmpty: true }),
})
export interface IPAddress extends Infer<typeof ipAddressShape> {}
export const ipAddress: Schema<IPAddress> = ipAddressShape

/** The handle for ipaddresses of networking.k8s.io. */
export const IPAddresses: Resource<IPAddress> = defineResource<IPAddress>({
  group: 'networking.k8s.io', version: 'v1', kind: 'IPAddress', plural: 'ipaddresses', shortNames: ['ip'], namespaced: false,
  storageVersionHash: '3f/plJFChNE=',
  schema: ipAddress,
  columns: [
    nameColumn,
    { name: 'ParentRef', type: 'string', cell: ({ spec }) => parentText(spec.parentRef) },
    // Upstream's rows carry the age, but its head does not announce it.
    { ...ageColumn, unannounced: true },
  ],
  // The name is the address itself.
  validateName: canonicalAddressProblems,
  validate: ({ spec }) => validateParent(spec.parentRef, 'spec.parentRef'),
  validateUpdate: ({ spec }, old) => (sameJson(spec.parentRef, old.spec.parentRef) ? [] : [invalid('spec.parentRef', goReference(spec.parentRef), 'field is immutable')]),
})

function validateParent(parent: ParentReference | undefined, field: string): Cause[] {
  if (!parent) return [required(field)]
  const { group, resource, name, namespace } = parent
  return [
    ...(group ? invalidBy(`${field}.group`, group, dnsSubdomain) : []),
    ...(resource ? invalidBy(`${field}.resource`, resource, pathSegment) : [required(`${field}.resource`)]),
    ...(name ? invalidBy(`${field}.name`, name, pathSegment) : [required(`${field}.name`)]),
    ...(namespace ? invalidBy(`${field}.namespace`, namespace, pathSegment) : []),
  ]
}

function parentText(parent: ParentReference | undefined): string {
  if (!parent) return '<none>'
  const { group, resource, namespace, name } = parent
  return [group ? `${resource}.${group}` : resource, ...(namespace ? [namespace] : []), name].join('/')
}

/** As messages show it: with the names of Go's fields. */
const goReference = (parent: ParentReference | undefined): unknown =>
  parent && { Group: parent.group ?? '', Resource: parent.resource ?? '', Namespace: parent.namespace ?? '', Name: parent.name ?? '' }
