import { ONE, REGEX, TRAVERSAL, UNBOUNDED, add, fixed, multiply, scale } from '../sizes.ts'
import { CelMap, List, sizeOf } from '../values.ts'
import type { CostModel, EstimatedCall, EstimatedValue } from '../declarations.ts'
import type { Size } from '../sizes.ts'
import type { Value } from '../values.ts'

const firstOf = ({ target, args }: EstimatedCall): EstimatedValue => target ?? args[0]!

/** The same small price, whatever it is called with. */
export const flat = (cost: number): CostModel => ({ actual: () => cost, estimate: () => ({ cost: fixed(cost) }) })
export const nominal: CostModel = { actual: () => 1, estimate: () => ({ cost: ONE }) }

/** Goes through its first argument (its target) once, or `times`; the result is as long as `keeps` says. */
export const traversal = ({ times = 1, keeps = false }: { times?: number; keeps?: boolean } = {}): CostModel => ({
  actual: ([text]) => Math.ceil(sizeOf(text!) * times * TRAVERSAL),
  estimate(call) {
    const { size } = firstOf(call)
    return { cost: scale(size, times * TRAVERSAL), ...(keeps && { size }) }
  },
})

/** Looks at every element, through and through. */
export const elements: CostModel = {
  actual: ([list]) => traversalCost(list!),
  estimate({ target }) {
    const { element, size } = target!
    if (!element) return { cost: scale(size, TRAVERSAL) }
    const each = element.type.kind === 'string' || element.type.kind === 'bytes' ? add(ONE, scale(element.size, TRAVERSAL)) : ONE
    return { cost: multiply(size, each) }
  },
}

function traversalCost(value: Value): number {
  if (typeof value === 'string') return Math.floor(new TextEncoder().encode(value).length * TRAVERSAL)
  if (value instanceof Uint8Array) return Math.floor(value.length * TRAVERSAL)
  if (value instanceof List) return [...value].reduce<number>((cost, element) => cost + traversalCost(element), 0)
  if (value instanceof CelMap) return [...value.keys()].reduce<number>((cost, key) => cost + traversalCost(key) + traversalCost(value.find(key)!), 0)
  return 1
}

/** What a regular expression costs that returns parts of the string. */
export const findCost: CostModel = {
  actual: ([text, pattern]) => Math.ceil((1 + sizeOf(text!)) * TRAVERSAL) * Math.ceil(sizeOf(pattern!) * REGEX),
  estimate({ target, args }) {
    const { size } = target!
    return { cost: multiply(scale(add(size, ONE), TRAVERSAL), scale(args[0]!.size, REGEX)), size: { min: 0, max: size.max } }
  },
}

/** Makes a list of this size, with so much work for each element. */
export const allocating = (factor: number, size: Size): { cost: Size; size: Size } => ({ cost: add(scale(size, factor), fixed(11)), size })
export const allocated = (factor: number, size: number): number => Math.floor(size * factor) + 11

/** A literal int argument; otherwise what is assumed. */
export const literalInt = (value: EstimatedValue | undefined, otherwise: number): number =>
  typeof value?.literal === 'number' ? Math.max(0, value.literal) : otherwise
export const ANY_SIZE = UNBOUNDED
