import { hasNone, plansOf } from './compile.ts'
import { resolve, type Schema, type TypeNode } from './schema.ts'

/** Makes the stored form of a value of some type; the value itself where nothing of it changes. */
type Settle = (value: unknown) => unknown

const settlers = new WeakMap<object, Settle | undefined>()

/**
 * The object as it is stored: storage knows no difference between an empty list or map and none, so what is always written becomes null.
 * Before that the two do differ: whoever writes an empty list owns it, and a dry run shows it.
 */
export function storedForm<T extends object>(schema: Schema<T>, object: T): T {
  const settle = settlerOf(schema)
  return settle ? settle(object) as T : object
}

/** Undefined: nothing in the type is always written. Types that refer to themselves are looked at once. */
function settlerOf(node: TypeNode): Settle | undefined {
  const target = resolve(node)
  if (settlers.has(target)) return settlers.get(target)
  settlers.set(target, undefined)
  const made = target.type === 'object' ? objectSettler(target) : target.type === 'list' ? listSettler(target.element) : target.type === 'map' ? mapSettler(target.value) : undefined
  settlers.set(target, made)
  return made
}

function objectSettler(schema: Schema): Settle | undefined {
  const parts: [name: string, settle: Settle | undefined, emptyIsNull: boolean][] = []
  for (const { name, emptyIsNull } of plansOf(schema)) {
    const settle = settlerOf(schema.fields[name]!.node)
    if (settle || emptyIsNull) parts.push([name, settle, emptyIsNull])
  }
  if (parts.length === 0) return undefined
  return value => {
    let out = value as Record<string, unknown>
    for (const [name, settle, emptyIsNull] of parts) {
      const part = out[name]
      if (part === undefined || part === null) continue
      const settled = emptyIsNull && hasNone(part) ? null : settle ? settle(part) : part
      if (settled !== part) out = { ...out, [name]: settled }
    }
    return out
  }
}

function listSettler(element: TypeNode): Settle | undefined {
  const settle = settlerOf(element)
  return settle && (value => {
    const list = value as unknown[]
    const settled = list.map(item => (item === null ? item : settle(item)))
    return settled.some((item, index) => item !== list[index]) ? settled : list
  })
}

function mapSettler(element: TypeNode): Settle | undefined {
  const settle = settlerOf(element)
  return settle && (value => Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, item === null ? item : settle(item)])))
}
