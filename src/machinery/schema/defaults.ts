import { isPlainObject } from './compile.ts'
import type { Schema, TypeNode } from './schema.ts'
import { resolve } from './schema.ts'

type Fill = (value: unknown) => void
const fills = new WeakMap<object, Fill | null>()

/** Fills in what the schema's `default:` states, in place: the object must be a fresh draft (as `decode` returns), nobody else's. */
export function applyDefaults<T>(schema: Schema<T>, object: T): T {
  fillOf(schema)?.(object)
  return object
}

/** What fills in the defaults of a type; null when nothing below it has any. */
function fillOf(node: TypeNode): Fill | null {
  const target = resolve(node)
  const known = fills.get(target)
  if (known !== undefined) return known
  if (target.type === 'object') return objectFill(target)
  const part = target.type === 'list' ? target.element : target.type === 'map' ? target.value : undefined
  const fill = part ? fillOf(part) : null
  return fill && ((value: unknown) => {
    for (const item of Array.isArray(value) ? (value as unknown[]) : Object.values((value ?? {}) as object)) fill(item)
  })
}

function objectFill(schema: Schema): Fill | null {
  const steps: ((value: Record<string, unknown>) => void)[] = []
  const fill: Fill = value => {
    if (isPlainObject(value)) for (const step of steps) step(value)
  }
  // A type that contains itself fills itself; one without defaults is found out below.
  fills.set(schema, fill)
  for (const [name, field] of Object.entries(schema.fields)) {
    const { default: preset, pointer } = field.options
    if (preset !== undefined) {
      // A default that is the zero value changes nothing, and JSON leaves it out.
      if (pointer || !isZero(preset)) steps.push(value => {
        if (value[name] === undefined || value[name] === null || (!pointer && isZero(value[name]))) value[name] = structuredClone(preset)
      })
    }
    else if (!isOpaque(field.node)) {
      const inner = fillOf(field.node)
      if (inner && inner !== fill) steps.push(value => {
        if (value[name] !== undefined && value[name] !== null) inner(value[name])
      })
    }
  }
  if (steps.length > 0) return fill
  fills.set(schema, null)
  return null
}

const isZero = (value: unknown): boolean => value === '' || value === 0 || value === false

const isOpaque = (node: TypeNode): boolean => {
  const { type } = resolve(node)
  return type !== 'object' && type !== 'list' && type !== 'map'
}
