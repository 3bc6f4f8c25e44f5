import { stringify } from 'yaml'

/** An object as YAML, keys in alphabetical order. */
export const toYaml = (value: unknown): string => stringify(value, { sortMapEntries: true, lineWidth: 80, version: '1.1', indentSeq: false, aliasDuplicateObjects: false })
