import { ANY, BOOL, STRING, compile, extend, kubernetesEnvironment, mapType, typeName } from '../../machinery/cel/index.ts'
import { estimateCost } from '../../machinery/cel/estimate.ts'
import { bindings } from '../../machinery/cel/library/bindings.ts'
import { QUANTITY_TYPE } from '../../machinery/cel/library/quantity.ts'
import { forbidden, invalid } from '../validation.ts'
import type { Environment, Type } from '../../machinery/cel/index.ts'
import type { Cause } from '../../machinery/status.ts'

/** Limits of the API: of domains, names and values of attributes, of how many there are. */
const LONGEST = { domain: 63, id: 32, driver: 63, value: 64 } as const
const MOST_ATTRIBUTES = 32
const MOST_COST = 1_000_000

const text = (longest: number): Type => ({ ...STRING, maxSize: longest })
const byName = (name: Type, value: Type): Type => ({ ...mapType(name, value), maxSize: MOST_ATTRIBUTES })
const byDomain = (value: Type): Type => byName(text(LONGEST.domain), byName(text(LONGEST.id), value))

const attribute: Type = { ...ANY, maxSize: LONGEST.value }
const fields: ReadonlyMap<string, Type> = new Map([
  ['driver', text(LONGEST.driver)], ['attributes', byDomain(attribute)], ['capacity', byDomain(QUANTITY_TYPE)], ['allowMultipleAllocations', { ...BOOL, maxSize: 1 }],
])
const device: Type = {
  kind: 'object', name: 'kubernetes.DRADevice', params: [],
  field(name) {
    const type = fields.get(name)
    return type && { type }
  },
}
const place: Environment = extend(kubernetesEnvironment, { libraries: [bindings], variables: { device } })

/** Attributes may be selected by name; all are bounded alike. */
function boundAlong(path: readonly string[]): number | undefined {
  let type: Type | undefined = path[0] === 'device' ? device : undefined
  for (const step of path.slice(1)) {
    if (step === '@items' || step === '@values') type = type?.params.at(-1)
    else if (step === '@keys') type = type?.kind === 'map' ? type.params[0] : undefined
    else if (type?.params.at(-1) === attribute) type = attribute
    else type = type?.field?.(step)?.type
    if (!type) return undefined
  }
  return type && (type.maxSize ?? 0)
}

/** An expression that chooses among devices: it must be sound, say yes or no, and not cost too much. */
export function validateDeviceExpression(expression: string, field: string): Cause[] {
  const { program, error } = compile(expression, place)
  if (error?.stage === 'instantiation') return [{ reason: 'InternalError', message: `Internal error: program instantiation failed: ${error.message}`, field }]
  if (error) return [invalid(field, expression, `compilation failed: ${error.message}`)]
  const { resultType, checked } = program
  if (resultType.kind !== 'bool' && resultType.kind !== 'any') return [invalid(field, expression, `must evaluate to bool or the unknown type, not ${typeName(resultType)}`)]
  return estimateCost(checked, boundAlong).max > MOST_COST ? [forbidden(field, 'too complex, exceeds cost limit')] : []
}
