import type { Amounts } from '../pod/predicates.ts'
import { addQuantities, compareQuantities, fromMilli, fromNumber, subtractQuantities } from '../../../machinery/quantity.ts'

/** Quantities by resource name. */
export type Quantities = Readonly<Record<string, string>>

const isBytes = (name: string): boolean => name === 'memory' || name === 'ephemeral-storage' || name === 'storage' || name.startsWith('hugepages-')

/** Amounts as canonical quantities: bytes in binary units, the rest in decimal ones. */
export const quantitiesOf = (amounts: Amounts): Record<string, string> =>
  Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, name === 'cpu' ? fromMilli(amount) : fromNumber(amount, isBytes(name) ? 'binary' : 'decimal')]))

/** Sums, name by name. */
export function add(a: Quantities, b: Quantities): Record<string, string> {
  const sum: Record<string, string> = { ...a }
  for (const [name, quantity] of Object.entries(b)) sum[name] = sum[name] === undefined ? quantity : addQuantities(sum[name], quantity)
  return sum
}

/** What `a` has more than `b`; names of which it has no more are left out. */
export function excess(a: Quantities, b: Quantities): Record<string, string> {
  const more: Record<string, string> = {}
  for (const [name, quantity] of Object.entries(a)) {
    const rest = b[name] === undefined ? quantity : subtractQuantities(quantity, b[name])
    if (compareQuantities(rest, '0') > 0) more[name] = rest
  }
  return more
}

/** Only the named ones. */
export const pick = (quantities: Quantities, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.filter(name => quantities[name] !== undefined).map(name => [name, quantities[name]!]))

/** `cpu=1,memory=2Gi`. */
export const format = (quantities: Quantities): string => Object.keys(quantities).sort().map(name => `${name}=${quantities[name]}`).join(',')
