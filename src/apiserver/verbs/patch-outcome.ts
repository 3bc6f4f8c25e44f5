import { isObject } from '../../machinery/patch/json-value.ts'
import { resolve, type Schema, type TypeNode } from '../../machinery/schema/schema.ts'

/**
 * What a patch made of an object, as the message shows it that refuses it. Upstream patches texts: what a patch goes through is written anew, its
 * keys in order; what it leaves alone stays as it was, in the order in which its type has its fields.
 */
export function outcomeText(outcome: unknown, schema: Schema, touched: ReadonlySet<string>): string {
  return isObject(outcome) ? objectText(outcome, schema, '', touched) : JSON.stringify(outcome)
}

/** The places that the operations of a JSON patch go through. */
export function placesOfOperations(operations: unknown): Set<string> {
  const places = new Set([''])
  for (const operation of Array.isArray(operations) ? operations : []) {
    for (const pointer of [operation?.path, operation?.from]) {
      const parts = typeof pointer === 'string' ? pointer.split('/') : []
      for (let length = 1; length < parts.length; length++) places.add(parts.slice(0, length).join('/'))
    }
  }
  return places
}

/** The places that a merge patch goes through. */
export function placesOfMerge(patch: unknown, at = '', places = new Set<string>()): Set<string> {
  if (!isObject(patch)) return places
  places.add(at)
  for (const [key, value] of Object.entries(patch)) placesOfMerge(value, `${at}/${escaped(key)}`, places)
  return places
}

const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

function objectText(object: Readonly<Record<string, unknown>>, schema: Schema | undefined, at: string, touched: ReadonlySet<string>): string {
  const inOrder = touched.has(at) || !schema ? Object.keys(object).sort() : fieldOrder(object, schema)
  const members = inOrder.filter(key => object[key] !== undefined)
    .map(key => `${JSON.stringify(key)}:${valueText(object[key], schema?.fields[key]?.node, `${at}/${escaped(key)}`, touched)}`)
  return `{${members.join(',')}}`
}

function fieldOrder(object: Readonly<Record<string, unknown>>, { fields }: Schema): string[] {
  const head = Object.hasOwn(fields, 'apiVersion') ? [] : ['kind', 'apiVersion']
  const known = [...head, ...Object.keys(fields)].filter(key => Object.hasOwn(object, key))
  return [...known, ...Object.keys(object).filter(key => !known.includes(key))]
}

function valueText(value: unknown, node: TypeNode | undefined, at: string, touched: ReadonlySet<string>): string {
  const target = node && resolve(node)
  if (Array.isArray(value)) return `[${value.map((item, index) => valueText(item, target?.type === 'list' ? target.element : undefined, `${at}/${index}`, touched)).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value)
  if (target?.type === 'map') {
    return `{${Object.keys(value).sort().map(key => `${JSON.stringify(key)}:${valueText(value[key], target.value, `${at}/${escaped(key)}`, touched)}`).join(',')}}`
  }
  // Values that no type describes stay as they were written.
  return target?.type === 'object' || touched.has(at) ? objectText(value, target?.type === 'object' ? target : undefined, at, touched) : JSON.stringify(value)
}
