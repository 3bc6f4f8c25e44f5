import { NAMED_STRINGS } from './go-named-strings.ts'
import type { Field, TypeNode } from './schema.ts'
import { resolve } from './schema.ts'

const SCALARS: Readonly<Record<string, string>> = {
  bool: 'bool', int32: 'int32', int64: 'int64', double: 'float64', bytes: '[]uint8', intOrString: 'int32', time: 'string', microTime: 'string', duration: 'string',
}

/** Go's name for a type: `[]v1.Container`, `map[string]string`, `v1.ObjectMeta`. */
export function goTypeOf(node: TypeNode, struct: string, field: string): string {
  const target = resolve(node)
  switch (target.type) {
    case 'object': return target.name.split('.').slice(-2).join('.')
    case 'union': return target.name.split('.').slice(-2).join('.')
    case 'list': return `[]${goTypeOf(target.element, struct, field)}`
    case 'map': {
      const value = resolve(target.value)
      return value.type === 'quantity' ? 'v1.ResourceList' : `map[string]${value.type === 'bytes' ? '[]uint8' : goTypeOf(value, struct, field)}`
    }
    case 'string': return NAMED_STRINGS.get(`${struct}.${field}`) ?? 'string'
    default: return SCALARS[target.type] ?? 'string'
  }
}

/** Go structs embedded in others, by the outer one: their names stand in error paths. Protobuf knows the same places as `via`. */
const EMBEDDED: Readonly<Record<string, readonly string[]>> = {
  Volume: ['VolumeSource'], Probe: ['ProbeHandler'], PersistentVolumeSpec: ['PersistentVolumeSource'], EphemeralContainer: ['EphemeralContainerCommon'], IngressRule: ['IngressRuleValue'],
  NamedRuleWithOperations: ['RuleWithOperations', 'Rule'], RuleWithOperations: ['Rule'], DeviceAllocationConfiguration: ['DeviceConfiguration'],
  DeviceClaimConfiguration: ['DeviceConfiguration'], DeviceClassConfiguration: ['DeviceConfiguration'],
}

/** The names of the embedded structs that a field sits in, each with a dot behind it. */
export function inlinedIn(struct: string, field: Field): string {
  const via = field.options.via
  if (!via) return ''
  const names = EMBEDDED[struct] ?? ['LocalObjectReference']
  return names.slice(0, via.length).map(name => `${name}.`).join('')
}
