import { dns1035Label } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { invalid, required } from '../validation.ts'
import type { CustomResourceDefinitionNames } from './custom-resource-definition-schema.ts'

/** Names that a definition must have; its accepted names may be missing. */
export const requireNames = (names: CustomResourceDefinitionNames, field: string): Cause[] =>
  (['plural', 'singular', 'kind', 'listKind'] as const).flatMap(part => (names[part] ? [] : [required(`${field}.${part}`)]))

export function validateNames(names: CustomResourceDefinitionNames, field: string): Cause[] {
  const { kind, listKind, shortNames, categories } = names
  const label = (value: string | undefined, path: string): Cause[] => joined(value, path, dns1035Label(value ?? ''))
  const mixed = (value: string | undefined, path: string): Cause[] => joined(value, path, dns1035Label((value ?? '').toLowerCase()), 'may have mixed case, but should otherwise match: ')
  return [
    ...label(names.plural, `${field}.plural`), ...label(names.singular, `${field}.singular`), ...mixed(kind, `${field}.kind`), ...mixed(listKind, `${field}.listKind`),
    ...(shortNames ?? []).flatMap((name, index) => label(name, `${field}.shortNames[${index}]`)),
    ...(kind && kind === listKind ? [invalid(`${field}.listKind`, listKind, 'kind and listKind may not be the same')] : []),
    ...(categories ?? []).flatMap((name, index) => label(name, `${field}.categories[${index}]`)),
  ]
}

/** All that is wrong with a name in one cause. */
const joined = (value: string | undefined, field: string, problems: readonly string[], before = ''): Cause[] =>
  (value && problems.length > 0 ? [invalid(field, value, before + problems.join(','))] : [])
