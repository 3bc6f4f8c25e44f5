import type { Infer, Schema } from '../../machinery/schema/schema.ts'
import { int32, kind, list, object, rawExtension, string, struct } from '../../machinery/schema/schema.ts'
import { listMeta, objectMeta } from './object-meta.ts'

const partialObjectMetadataShape = kind('io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata', {
  metadata: struct(1, objectMeta),
})
export interface PartialObjectMetadata extends Infer<typeof partialObjectMetadataShape> {}
export const partialObjectMetadata: Schema<PartialObjectMetadata> = partialObjectMetadataShape

const tableColumnDefinitionShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.TableColumnDefinition', {
  name: string(0, { required: true }),
  type: string(0, { required: true }),
  format: string(0, { required: true }),
  description: string(0, { required: true }),
  priority: int32(0, { required: true }),
}, { proto: undefined })
export interface TableColumnDefinition extends Infer<typeof tableColumnDefinitionShape> {}
export const tableColumnDefinition: Schema<TableColumnDefinition> = tableColumnDefinitionShape

const tableRowConditionShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.TableRowCondition', {
  type: string(0, { required: true }),
  status: string(0, { required: true }),
  reason: string(0),
  message: string(0),
}, { proto: undefined })
export interface TableRowCondition extends Infer<typeof tableRowConditionShape> {}
export const tableRowCondition: Schema<TableRowCondition> = tableRowConditionShape

const tableRowShape = object('io.k8s.apimachinery.pkg.apis.meta.v1.TableRow', {
  cells: list(0, 'json', { required: true, listType: 'atomic' }),
  conditions: list(0, tableRowCondition, { listType: 'atomic' }),
  object: rawExtension(0),
}, { proto: undefined })
export interface TableRow extends Infer<typeof tableRowShape> {}
export const tableRow: Schema<TableRow> = tableRowShape

const tableShape = kind('io.k8s.apimachinery.pkg.apis.meta.v1.Table', {
  metadata: struct(0, listMeta),
  columnDefinitions: list(0, tableColumnDefinition, { required: true, listType: 'atomic' }),
  rows: list(0, tableRow, { required: true, listType: 'atomic' }),
}, { proto: undefined })
export interface Table extends Infer<typeof tableShape> {}
export const table: Schema<Table> = tableShape

const tableOptionsShape = kind('io.k8s.apimachinery.pkg.apis.meta.v1.TableOptions', {
  includeObject: string(1),
})
export interface TableOptions extends Infer<typeof tableOptionsShape> {}
export const tableOptions: Schema<TableOptions> = tableOptionsShape
