import { goSyntax, goText } from '../patch/json-value.ts'
import { elementText } from './field-set.ts'
import { shapeOfValue, type Shape } from './shape.ts'
import { childShape, isObject, itemElement } from './walk.ts'

/** What keeps a configuration from being applied: fields that do not exist, items that cannot be told apart. Undefined: nothing. */
export function findProblem(value: unknown, shape: Shape, path = ''): string | undefined {
  if (value === null || value === undefined) return undefined
  switch (shape.kind) {
    case 'any': return findProblem(value, shapeOfValue(value), path)
    case 'leaf': return findInScalar(value, shape.scalar, path)
    case 'struct': case 'map': {
      if (!isObject(value)) return `${path}: expected map, got ${shown(value)}`
      for (const name in value) {
        const type = childShape(shape, name)
        if (!type) return `${path}.${name}: field not declared in schema`
        const problem = findProblem(value[name], type, `${path}.${name}`)
        if (problem) return problem
      }
      return undefined
    }
    default: return Array.isArray(value) ? findInItems(value, shape, path) : `${path}: expected list, got ${shown(value)}`
  }
}

function findInItems(items: readonly unknown[], shape: Shape & { kind: 'list' | 'set' }, path: string): string | undefined {
  const seen = new Set<string>()
  for (const [index, item] of items.entries()) {
    if (item === null) return `${path}: element ${index}: associative list ${shape.kind === 'set' ? 'without keys' : 'with keys'} may not have a null element`
    if (shape.kind === 'list' && !isObject(item)) return `${path}: element ${index}: associative list with keys may not have non-map elements`
    const element = shape.kind === 'set' ? `v:${JSON.stringify(item)}` : itemElement(shape.keys, item)
    if (seen.has(element)) return `${path}: duplicate entries for key ${elementText(element)}`
    seen.add(element)
    const problem = shape.kind === 'list' ? findProblem(item, shape.element, path + elementText(element)) : undefined
    if (problem) return problem
  }
  return undefined
}

function findInScalar(value: unknown, scalar: 'number' | 'string' | 'boolean' | undefined, path: string): string | undefined {
  if (scalar === undefined || typeof value === scalar) return undefined
  if (scalar === 'number') return `${path}: expected numeric (int or float), got ${goType(value)}`
  return `${path}: expected ${scalar}, got ${scalar === 'string' ? `&value.valueUnstructured{Value:${goSyntax(value)}}` : shown(value)}`
}

const goType = (value: unknown): string =>
  typeof value === 'string' ? 'string' : typeof value === 'boolean' ? 'bool' : Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}'

const shown = (value: unknown): string => `&{${goText(value)}}`
