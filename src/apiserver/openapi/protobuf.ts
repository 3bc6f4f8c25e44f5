import { stringifyYaml } from '../../machinery/yaml.ts'
import { concat, utf8 } from '../representation/bytes.ts'

/**
 * OpenAPI v2 in gnostic's protobuf form (`openapi.v2.Document`), which older kubectls ask for. Numbers are those of its .proto; a part that
 * Kubernetes' clients do not read is left out.
 */
type Value = Readonly<Record<string, unknown>>

function varint(value: number): number[] {
  const bytes: number[] = []
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return [...bytes, left]
    bytes.push((left % 128) | 0x80)
  }
}

const field = (number: number, body: Uint8Array | undefined): Uint8Array => (body === undefined ? new Uint8Array() : concat([Uint8Array.from([...varint(number * 8 + 2), ...varint(body.length)]), body]))
const text = (number: number, value: unknown): Uint8Array => (typeof value === 'string' && value !== '' ? field(number, utf8(value)) : new Uint8Array())
const flag = (number: number, value: unknown): Uint8Array => (value === true ? Uint8Array.from([...varint(number * 8), 1]) : new Uint8Array())
const each = <T>(values: readonly T[] | undefined, encode: (value: T) => Uint8Array): Uint8Array => concat((values ?? []).map(encode))
const named = (name: string, value: Uint8Array): Uint8Array => concat([text(1, name), field(2, value)])

/** A value of any type goes as YAML. */
const any = (value: unknown): Uint8Array => text(2, stringifyYaml(value))
const extensions = (number: number, value: Value): Uint8Array =>
  each(Object.entries(value).filter(([name]) => name.startsWith('x-')), ([name, each]) => field(number, named(name, any(each))))

function schema(value: Value): Uint8Array {
  const properties = value['properties'] as Record<string, Value> | undefined
  const items = value['items'] as Value | undefined
  const additional = value['additionalProperties'] as Value | undefined
  return concat([
    text(1, value['$ref']), text(2, value['format']), text(4, value['description']),
    value['default'] === undefined ? new Uint8Array() : field(5, any(value['default'])),
    each(value['required'] as string[] | undefined, name => text(19, name)),
    additional ? field(21, field(1, schema(additional))) : new Uint8Array(),
    value['type'] ? field(22, text(1, value['type'])) : new Uint8Array(),
    items ? field(23, field(1, schema(items))) : new Uint8Array(),
    properties ? field(25, each(Object.entries(properties), ([name, each]) => field(1, named(name, schema(each))))) : new Uint8Array(),
    extensions(31, value),
  ])
}

/** Query parameters stand in oneofs within oneofs. */
const parameters = (number: number, values: readonly Value[] | undefined): Uint8Array => each(values, value => {
  const isQuery = value['in'] === 'query'
  const body = concat([flag(1, value['required']), text(2, value['in']), text(3, value['description']), text(4, value['name']), text(isQuery ? 6 : 5, value['type'])])
  return field(number, field(1, field(2, field(isQuery ? 3 : 4, body))))
})

const operation = (value: Value): Uint8Array => concat([
  text(3, value['description']), text(5, value['operationId']), each(value['consumes'] as string[] | undefined, type => text(7, type)),
  parameters(8, value['parameters'] as Value[]), field(9, field(1, named('200', field(1, text(1, 'OK'))))), extensions(13, value),
])

const METHODS: readonly [string, number][] = [['get', 2], ['put', 3], ['post', 4], ['delete', 5], ['patch', 8]]
const pathItem = (item: Value): Uint8Array =>
  concat([...METHODS.map(([method, number]) => (item[method] ? field(number, operation(item[method] as Value)) : new Uint8Array())), parameters(9, item['parameters'] as Value[])])

/** The whole document. */
export function encodeOpenApiV2(document: { swagger: string; info: { title: string; version: string }; paths: object; definitions: object }): Uint8Array {
  return concat([
    text(1, document.swagger), field(2, concat([text(1, document.info.title), text(2, document.info.version)])),
    field(8, each(Object.entries(document.paths), ([path, item]) => field(2, named(path, pathItem(item as Value))))),
    field(9, each(Object.entries(document.definitions), ([name, definition]) => field(1, named(name, schema(definition as Value))))),
  ])
}
