import { listOf, literal } from '../macros.ts'
import type { Library } from '../declarations.ts'
import type { Macro } from '../macros.ts'

/** `cel.bind(x, value, expression)`: the value is made when x is first read. */
const bind: Macro = {
  name: 'bind', args: 3, method: true,
  expand({ offset, target, args: [variable, value, body], fail }) {
    if (target.kind !== 'ident' || target.name !== 'cel') return undefined
    if (variable?.kind !== 'ident') return fail('cel.bind() variable names must be simple identifiers', variable!.offset)
    return {
      kind: 'comprehension', range: listOf(offset), variable: '#unused', accumulator: variable.name, initial: value!, condition: literal(offset, false),
      step: { kind: 'ident', name: variable.name, offset }, result: body!, offset,
    }
  },
}

/** Local names; Kubernetes has them in DRA's selectors only. */
export const bindings: Library = { name: 'bindings', macros: [bind] }
