import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, kind, microTime, object, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { ageColumn, nameColumn } from '../columns.ts'
import { invalid, nonNegative } from '../validation.ts'

const leaseSpecShape = object('io.k8s.api.coordination.v1.LeaseSpec', {
  holderIdentity: string(1, { pointer: true }),
  leaseDurationSeconds: int32(2, { pointer: true }),
  acquireTime: microTime(3, { pointer: true }),
  renewTime: microTime(4, { pointer: true }),
  leaseTransitions: int32(5, { pointer: true }),
  strategy: string(6, { pointer: true }),
  preferredHolder: string(7, { pointer: true }),
})
export interface LeaseSpec extends Infer<typeof leaseSpecShape> {}
export const leaseSpec: Schema<LeaseSpec> = leaseSpecShape

const leaseShape = kind('io.k8s.api.coordination.v1.Lease', {
  metadata: struct(1, objectMeta),
  spec: struct(2, leaseSpec),
})
export interface Lease extends Infer<typeof leaseShape> {}
export const lease: Schema<Lease> = leaseShape

/** The handle for leases of coordination.k8s.io. */
export const Leases: Resource<Lease> = defineResource<Lease>({
  group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', plural: 'leases',
  storageVersionHash: 'gqkMMb/YqFM=',
  schema: lease,
  // KEP-4355's gate is off: both fields are dropped unless they are there already.
  prepareForCreate({ spec }) {
    delete spec.strategy
    delete spec.preferredHolder
  },
  prepareForUpdate({ spec }, old) {
    if (old.spec.strategy === undefined) delete spec.strategy
    if (old.spec.preferredHolder === undefined) delete spec.preferredHolder
  },
  columns: [nameColumn, { name: 'Holder', type: 'string', cell: ({ spec }) => spec.holderIdentity ?? '' }, ageColumn],
  validate: ({ spec }) => [
    ...(spec.leaseDurationSeconds !== undefined && spec.leaseDurationSeconds <= 0 ? [invalid('spec.leaseDurationSeconds', spec.leaseDurationSeconds, 'must be greater than 0')] : []),
    ...nonNegative('spec.leaseTransitions', spec.leaseTransitions),
  ],
})
