import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { bool, kind, map, string, struct } from '../../machinery/schema/schema.ts'
import { objectMeta } from '../meta/object-meta.ts'
import type { Resource } from '../resource.ts'
import { defineResource } from '../resource.ts'
import { toBase64 } from '../../machinery/base64.ts'
import { ageColumn, nameColumn } from '../columns.ts'

const secretShape = kind('io.k8s.api.core.v1.Secret', {
  metadata: struct(1, objectMeta),
  immutable: bool(5, { pointer: true }),
  data: map(2, 'bytes'),
  stringData: map(4, 'string'),
  type: string(3),
})
export interface Secret extends Infer<typeof secretShape> {}
export const secret: Schema<Secret> = secretShape

/** The handle for secrets. */
export const Secrets: Resource<Secret> = defineResource<Secret>({
  version: 'v1', kind: 'Secret', plural: 'secrets',
  storageVersionHash: 'S6u1pOWzb84=',
  schema: secret,
  columns: [
    nameColumn,
    { name: 'Type', type: 'string', cell: ({ type }) => type ?? '' },
    { name: 'Data', type: 'string', cell: ({ data }) => Object.keys(data ?? {}).length },
    ageColumn,
  ],
  fieldSelectors: { type: ({ type }) => type ?? '' },
  defaults(secret) {
    secret.type ??= 'Opaque'
    // `stringData` is for writing only: it is stored as data.
    for (const [key, text] of Object.entries(secret.stringData ?? {})) (secret.data ??= {})[key] = toBase64(text)
    delete secret.stringData
  },
})
