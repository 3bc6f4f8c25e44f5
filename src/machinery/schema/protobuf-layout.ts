import type { Plan } from './compile.ts'
import { plansOf } from './compile.ts'
import type { Field, ListNode, Schema, TypeNode } from './schema.ts'
import { resolve } from './schema.ts'

/** A field of a message, or a sub-message that JSON inlines. */
export type Entry =
  | { readonly number: number; readonly name: string; readonly index: number; readonly field: Field; readonly node: Exclude<TypeNode, { type: 'lazy' }> }
  | { readonly number: number; readonly inlined: Layout }

export interface Layout {
  /** By descending number: the order in which the writer wants them. */
  readonly descending: readonly Entry[]
  readonly byNumber: ReadonlyMap<number, Entry>
  /** How the schema's fields become JSON; an entry's index is that of its plan. */
  readonly plans: readonly Plan[]
}

const layouts = new WeakMap<Schema, Layout>()

/** Which field stands under which number, sub-messages included. */
export function layoutOf(schema: Schema): Layout {
  const known = layouts.get(schema)
  if (known) return known
  const names = Object.keys(schema.fields)
  const entries = names.map((name, index) => ({ name, index, field: schema.fields[name]! })).filter(({ field }) => field.number > 0)
  const layout = arrange(entries, 0, plansOf(schema))
  layouts.set(schema, layout)
  return layout
}

type Named = { name: string; index: number; field: Field }

function arrange(fields: readonly Named[], depth: number, plans: readonly Plan[]): Layout {
  const direct = fields.filter(({ field }) => (field.options.via?.length ?? 0) === depth)
  const nested = Map.groupBy(fields.filter(({ field }) => (field.options.via?.length ?? 0) > depth), ({ field }) => field.options.via![depth]!)
  const entries: Entry[] = [
    ...direct.map(({ name, index, field }) => ({ number: field.number, name, index, field, node: nodeOf(field) })),
    ...[...nested].map(([number, inner]) => ({ number, inlined: arrange(inner, depth + 1, plans) })),
  ]
  entries.sort((a, b) => b.number - a.number)
  return { descending: entries, byNumber: new Map(entries.map(entry => [entry.number, entry])), plans }
}

function nodeOf(field: Field): Exclude<TypeNode, { type: 'lazy' }> {
  const node = resolve(field.node)
  return field.options.message && node.type === 'list' && !node.message ? { ...node, message: true } satisfies ListNode : node
}
