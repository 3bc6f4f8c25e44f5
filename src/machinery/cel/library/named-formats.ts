import { nominal } from './costs.ts'
import { parseRequestUrl } from '../go-url.ts'
import { declare, method, overload } from '../declarations.ts'
import { REGEX, TRAVERSAL, scale } from '../sizes.ts'
import { dns1035Label, dnsLabel, dnsSubdomain, labelValue, qualifiedName } from '../../names.ts'
import { STRING, listType, handleType, optionalType } from '../types.ts'
import { ArrayList, Opaque, Optional, sizeOf } from '../values.ts'
import type { CostModel, Library } from '../declarations.ts'
import type { Type } from '../types.ts'

export const FORMAT_TYPE = handleType('kubernetes.NamedFormat')

/** A named form of strings; `check` answers what is wrong. */
class Format extends Opaque {
  readonly name: string
  readonly check: (text: string) => readonly string[]
  /** How long its regular expression is at most: the base of its cost. */
  readonly patternSize: number
  constructor(name: string, patternSize: number, check: (text: string) => readonly string[]) {
    super()
    this.name = name
    this.patternSize = patternSize
    this.check = check
  }
  get type(): Type {
    return FORMAT_TYPE
  }
  override equals(other: Opaque): boolean {
    return other instanceof Format && other.name === this.name
  }
}

/** A prefix of a name may end in a dash: something follows it. */
const asPrefix = (check: (text: string) => readonly string[]) => (text: string): readonly string[] => check(text.endsWith('-') ? `${text.slice(0, -1)}a` : text)

const must = (holds: (text: string) => boolean, message: string) => (text: string): readonly string[] => (holds(text) ? [] : [message])

function uri(text: string): readonly string[] {
  try {
    parseRequestUrl(text)
    return []
  } catch (error) {
    return [(error as Error).message]
  }
}

function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  return match !== null && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text)
}
const isSoundDate = (text: string): boolean => !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) && isDate(text)

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/
const DATE_TIME = /^(\d{4}-\d\d-\d\d)[Tt](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-]\d\d:?\d\d)$/

const FORMATS: Readonly<Record<string, Format>> = {
  dns1123Label: new Format('DNS1123Label', 30, dnsLabel),
  dns1123Subdomain: new Format('DNS1123Subdomain', 60, dnsSubdomain),
  dns1035Label: new Format('DNS1035Label', 30, dns1035Label),
  qualifiedName: new Format('QualifiedName', 60, qualifiedName),
  dns1123LabelPrefix: new Format('DNS1123LabelPrefix', 30, asPrefix(dnsLabel)),
  dns1123SubdomainPrefix: new Format('DNS1123SubdomainPrefix', 60, asPrefix(dnsSubdomain)),
  dns1035LabelPrefix: new Format('DNS1035LabelPrefix', 30, asPrefix(dns1035Label)),
  labelValue: new Format('LabelValue', 40, labelValue),
  uri: new Format('URI', 1103, uri),
  uuid: new Format('uuid', 79, must(text => UUID.test(text), 'does not match the UUID format')),
  byte: new Format('byte', 84, must(text => BASE64.test(text), 'invalid base64')),
  date: new Format('date', 135, must(isSoundDate, 'invalid date')),
  datetime: new Format('datetime', 135, must(text => isSoundDate(DATE_TIME.exec(text)?.[1] ?? ''), 'invalid datetime')),
}

const LONGEST_PATTERN = 128
const validateCost: CostModel = {
  actual: ([format, text]) => Math.ceil((1 + sizeOf(text!)) * TRAVERSAL) * Math.ceil((format as Format).patternSize * REGEX),
  estimate: ({ args: [text] }) => ({ cost: scale(scale(text!.size, TRAVERSAL), LONGEST_PATTERN * REGEX) }),
}

function validate({ check }: Format, text: string): Optional {
  const problems = check(text)
  return new Optional(problems.length === 0 ? undefined : new ArrayList(problems))
}

/** Forms of strings by name. */
export const namedFormats: Library = {
  name: 'kubernetes.format',
  functions: [
    declare('validate', method('format-validate', [FORMAT_TYPE, STRING], optionalType(listType(STRING)), validate, validateCost)),
    declare('format.named', overload('format-named', [STRING], optionalType(FORMAT_TYPE), (name: string) => new Optional(Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined), nominal)),
    ...Object.entries(FORMATS).map(([name, format]) => declare(`format.${name}`, overload(`format.${name}`, [], FORMAT_TYPE, () => format))),
  ],
}
