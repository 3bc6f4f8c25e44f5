import { equalJson } from '../patch/json-value.ts'
import type { Shape } from './shape.ts'
import { childShape, isEmpty, isObject, shapeOfBoth } from './walk.ts'

/**
 * What the fields of a new object depend on, as a text: which fields it has, which of them the empty object of its kind has otherwise, and the keys
 * of list items. Objects of one outline have the same fields, whatever their values: `compare` need not be asked again. Names stand behind their
 * lengths, so that no text can be read as another object's.
 */
export function outlineOf(empty: unknown, object: unknown, shape: Shape): string {
  let text = ''

  function visit(before: unknown, after: unknown, shape: Shape): void {
    if (shape.kind === 'any') return visit(before, after, shapeOfBoth(before, after))
    if (shape.kind === 'leaf' || (isEmpty(before) && isEmpty(after))) text += leaf(before, after)
    else if (shape.kind === 'struct' || shape.kind === 'map') visitEntries(isObject(before) ? before : NOTHING, isObject(after) ? after : NOTHING, shape)
    else visitItems(Array.isArray(after) ? after : [], shape)
  }

  function visitEntries(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>, shape: Shape & { kind: 'struct' | 'map' }): void {
    text += '{'
    for (const name in after) {
      const type = childShape(shape, name)
      if (!type) continue
      text += `${name.length}:${name}`
      visit(Object.hasOwn(before, name) ? before[name] : undefined, after[name], type)
    }
    for (const name in before) if (!Object.hasOwn(after, name)) text += `${name.length}:${name}-`
    text += '}'
  }

  /** An empty object has no items. */
  function visitItems(items: readonly unknown[], shape: Shape & { kind: 'list' | 'set' }): void {
    text += '['
    for (const item of items) {
      if (shape.kind === 'set') {
        text += `${JSON.stringify(item)},`
        continue
      }
      for (const { name, default: preset } of shape.keys) text += `${JSON.stringify(isObject(item) ? item[name] ?? preset : undefined)},`
      visit(undefined, item, shape.element)
    }
    text += ']'
  }

  visit(empty, object, shape)
  return text
}

const NOTHING = {}

function leaf(before: unknown, after: unknown): string {
  if (before === undefined) return after === undefined ? '=' : '+'
  return after === undefined ? '-' : equalJson(before, after) ? '=' : '~'
}
