import type { Schema, TypeNode } from '../machinery/schema/schema.ts'
import { resolve } from '../machinery/schema/schema.ts'

/** Field names whose Go form is more than a capital letter; kinds may know others. */
const NAMES: Readonly<Record<string, string>> = { cel: 'CEL', seLinuxOptions: 'SELinuxOptions', seLinuxChangePolicy: 'SELinuxChangePolicy', uid: 'UID', ips: 'IPs', cidrs: 'CIDRs', apiGroup: 'APIGroup', apiVersion: 'APIVersion' }

/** A value as messages show it where upstream prints its internal type: Go's field names, and nothing left out. */
export function goForm(schema: Schema, value: object, names: Readonly<Record<string, string>> = {}): Record<string, unknown> {
  const given = value as Readonly<Record<string, unknown>>
  return Object.fromEntries(Object.entries(schema.fields).map(([name, field]) => {
    const goName = names[name] ?? NAMES[name] ?? name[0]!.toUpperCase() + name.slice(1)
    return [goName, given[name] === undefined || given[name] === null ? absent(field.node, field.options.pointer ?? false, names) : present(field.node, given[name], names)]
  }))
}

function present(node: TypeNode, value: unknown, names: Readonly<Record<string, string>>): unknown {
  const target = resolve(node)
  if (target.type === 'object') return goForm(target, value as object, names)
  if (target.type === 'list') return (value as unknown[]).map(item => present(target.element, item, names))
  if (target.type === 'map') return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, present(target.value, item, names)]))
  return value
}

/** What Go writes for a field that nobody set. */
function absent(node: TypeNode, pointer: boolean, names: Readonly<Record<string, string>>): unknown {
  const target = resolve(node)
  if (pointer || target.type === 'list' || target.type === 'map' || target.type === 'time') return null
  if (target.type === 'object') return goForm(target, {}, names)
  if (target.type === 'bool') return false
  return target.type === 'int32' || target.type === 'int64' || target.type === 'double' ? 0 : ''
}

/** The package in which upstream keeps a kind's internal type: events are core's in either group. */
export const goPackage = ({ group, kind }: { readonly group: string; readonly kind: string }): string => (group === '' || kind === 'Event' ? 'core' : group.split('.')[0]!)
