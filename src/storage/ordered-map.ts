import btree from 'sorted-btree'

/** A map in key order whose `clone` costs nothing until one of the copies is written to; keys compare by UTF-16 code units. */
export type OrderedMap<Value> = InstanceType<typeof btree.default<string, Value>>

/** An empty ordered map. */
export const orderedMap = <Value>(): OrderedMap<Value> => new btree.default<string, Value>(undefined, compareKeys)

const compareKeys = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
