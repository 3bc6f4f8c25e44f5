import { qualifiedName } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { invalid, invalidBy, required, tooLong } from '../validation.ts'

const MOST_PARAMETERS = 512
const LARGEST_PARAMETERS = 256 * 1024

/** A provisioner's or driver's name where case does not matter. */
export const validateProvisioner = (name: string, field: string): Cause[] =>
  name === '' ? [required(field)] : invalidBy(field, name.toLowerCase(), qualifiedName)

/** What is handed to a driver as it is. */
export function validateParameters(parameters: Readonly<Record<string, string>> | undefined, field: string, mayBeEmpty: boolean): Cause[] {
  const entries = Object.entries(parameters ?? {})
  if (entries.length > MOST_PARAMETERS) return [tooLong(field, MOST_PARAMETERS)]
  const causes = entries.filter(([key]) => key === '').map(([key]) => invalid(field, key, 'field can not be empty.'))
  if (entries.reduce((size, [key, value]) => size + key.length + value.length, 0) > LARGEST_PARAMETERS) causes.push(tooLong(field, LARGEST_PARAMETERS))
  if (!mayBeEmpty && entries.length === 0) causes.push(required(field, 'must contain at least one key/value pair'))
  return causes
}
