import { conversions } from './conversions.ts'
import { moments } from './moments.ts'
import { operators } from './operators.ts'
import { text } from './text.ts'
import { standardMacros } from '../macros.ts'
import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, NULL, STRING, TIMESTAMP, TYPE, UINT, listType, mapType } from '../types.ts'
import type { Library } from '../declarations.ts'

/** What the language has without any extension. */
export const standard: Library = {
  name: 'standard',
  functions: [...operators, ...conversions, ...text, ...moments],
  macros: standardMacros,
  types: [BOOL, INT, UINT, DOUBLE, STRING, BYTES, NULL, TYPE, TIMESTAMP, DURATION, listType(DYN), mapType(DYN, DYN)],
}
