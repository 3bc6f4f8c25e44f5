import { listMeta } from '../../api/meta/object-meta.ts'
import { deleteOptions } from '../../api/meta/options.ts'
import { status } from '../../api/meta/status.ts'
import { apiVersionOf, type AnyResource } from '../../api/resource.ts'
import { listSchemaOf, openApiDefinitions, type Definitions, type GroupVersionKind } from '../../machinery/schema/openapi.ts'
import type { Schema } from '../../machinery/schema/schema.ts'
import type { Catalog, GroupVersion } from '../catalog.ts'
import { pathsOf } from './paths.ts'

/** Text for a type, or for a field of it. */
export type Describe = (type: string, field?: string) => string | undefined

const INFO = { title: 'Kubernetes', version: 'v1.36.3' }

/** The schema of a kind's list, under the kind's own package. */
const listOf = (resource: AnyResource): Schema => {
  const schema = resource.schema as Schema
  const name = `${schema.name.slice(0, schema.name.lastIndexOf('.'))}.${resource.listKind}`
  return listSchemaOf(schema, listMeta as Schema, name, schema.fields)
}

function definitionsOf(resources: readonly AnyResource[], version: 2 | 3, describe: Describe | undefined): Definitions {
  const kinds = new Map<string, GroupVersionKind[]>()
  const roots: Schema[] = [status as Schema, deleteOptions as Schema]
  const note = (schema: Schema, kind: GroupVersionKind): void => void kinds.set(schema.name, [...(kinds.get(schema.name) ?? []), kind])
  for (const resource of resources) {
    const { group, version: served, kind, listKind } = resource
    note(resource.schema as Schema, { group, version: served, kind })
    roots.push(resource.schema as Schema)
    if (!resource.verbs.includes('list')) continue
    const list = listOf(resource)
    note(list, { group, version: served, kind: listKind })
    roots.push(list)
  }
  return openApiDefinitions(roots, { version, kindsOf: type => kinds.get(type) ?? [], ...(describe && { describe }) })
}

/** The OpenAPI v3 document of one group version. */
export const documentV3 = (served: GroupVersion, describe?: Describe): object => ({
  openapi: '3.0.0', info: INFO, paths: pathsOf(served.resources, 3), components: { schemas: definitionsOf(served.resources, 3, describe) },
})

/** The OpenAPI v2 document of everything. */
export const documentV2 = (catalog: Catalog, describe?: Describe) => ({
  swagger: '2.0', info: INFO, paths: pathsOf(catalog.resources, 2), definitions: definitionsOf(catalog.resources, 2, describe),
})

/** `api/v1`, `apis/apps/v1`: a group version's place below /openapi/v3. */
export const placeOf = (gv: { group: string; version: string }): string => `${gv.group ? 'apis' : 'api'}/${apiVersionOf(gv)}`
