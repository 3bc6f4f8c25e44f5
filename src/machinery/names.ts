/**
 * The forms that names, label keys and label values must have, with the messages that Kubernetes gives for what has another form.
 * Each function answers what is wrong; an empty list: nothing.
 */
const LABEL_PATTERN = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const SUBDOMAIN_PATTERN = String.raw`[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*`
const LABEL_1035_PATTERN = '[a-z]([-a-z0-9]*[a-z0-9])?'
const QUALIFIED_PATTERN = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const VALUE_PATTERN = '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?'

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const LABEL_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/

const LABEL_RULE = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character"
const SUBDOMAIN_RULE = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
const LABEL_1035_RULE = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character"
const QUALIFIED_RULE = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
const VALUE_RULE = `a valid label must be an empty string or consist of ${QUALIFIED_RULE.slice('must consist of '.length)}`

/** A message that ends with examples and the pattern. */
export const rule = (text: string, pattern: string, ...examples: string[]): string =>
  `${text} (${examples.length ? `e.g. ${examples.map(example => `'${example}'`).join(',  or ')}, ` : ''}regex used for validation is '${pattern}')`
export const tooLong = (limit: number): string => `must be no more than ${limit} characters`
const bytesTooLong = (limit: number): string => `must be no more than ${limit} bytes`
const ASCII = /^[\x00-\x7f]*$/
/** The text's length in UTF-8, as Go counts. */
export const byteLength = (text: string): number => (ASCII.test(text) ? text.length : new TextEncoder().encode(text).length)

/** Names that are as they should be are looked at in each request: nothing is made for them. */
const NO_PROBLEMS = Object.freeze<string[]>([]) as string[]

/** A DNS subdomain (RFC 1123): the form of most objects' names. */
export const dnsSubdomain = (name: string): string[] => (name.length <= 253 && SUBDOMAIN.test(name) ? NO_PROBLEMS : [
  ...(name.length > 253 ? [tooLong(253)] : []), ...(SUBDOMAIN.test(name) ? [] : [rule(SUBDOMAIN_RULE, SUBDOMAIN_PATTERN, 'example.com')]),
])

/** A DNS label (RFC 1123). */
export const dnsLabel = (name: string): string[] => (name.length <= 63 && LABEL.test(name) ? NO_PROBLEMS : [
  ...(name.length > 63 ? [tooLong(63)] : []),
  ...(LABEL.test(name) ? [] : [SUBDOMAIN.test(name) ? 'must not contain dots' : rule(LABEL_RULE, LABEL_PATTERN, 'my-name', '123-abc')]),
])

/** A DNS label that starts with a letter (RFC 1035): the form of services' names. */
export const dns1035Label = (name: string): string[] => [
  ...(name.length > 63 ? [tooLong(63)] : []), ...(LABEL_1035.test(name) ? [] : [rule(LABEL_1035_RULE, LABEL_1035_PATTERN, 'my-name', 'abc-123')]),
]

/** `name` or `prefix/name`: the form of label keys, annotation keys and finalizers. */
export function qualifiedName(text: string): string[] {
  if (text.length <= 63 && QUALIFIED.test(text)) return NO_PROBLEMS
  const parts = text.split('/')
  if (parts.length > 2) {
    return [`a valid label key ${rule(QUALIFIED_RULE, QUALIFIED_PATTERN, 'MyName', 'my.name', '123-abc')} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`]
  }
  const name = parts.at(-1)!
  const prefix = parts.length === 2 ? parts[0]! : undefined
  return [
    ...(prefix === undefined ? [] : prefix === '' ? ['prefix part must be non-empty'] : dnsSubdomain(prefix).map(problem => `prefix part ${problem}`)),
    ...(name === '' ? ['name part must be non-empty'] : byteLength(name) > 63 ? [`name part ${bytesTooLong(63)}`] : []),
    ...(QUALIFIED.test(name) ? [] : [`name part ${rule(QUALIFIED_RULE, QUALIFIED_PATTERN, 'MyName', 'my.name', '123-abc')}`]),
  ]
}

/** A label's value. */
export const labelValue = (value: string): string[] => (value.length <= 63 && (value === '' || QUALIFIED.test(value)) ? NO_PROBLEMS : [
  ...(byteLength(value) > 63 ? [bytesTooLong(63)] : []),
  ...(value === '' || QUALIFIED.test(value) ? [] : [rule(VALUE_RULE, VALUE_PATTERN, 'MyValue', 'my_value', '12345')]),
])

/** What can stand in a URL's path as one segment: the least that every name must be. */
export const pathSegment = (name: string): string[] => {
  if (name === '.' || name === '..') return [`may not be '${name}'`]
  if (!name.includes('/') && !name.includes('%')) return NO_PROBLEMS
  return ['/', '%'].filter(character => name.includes(character)).map(character => `may not contain '${character}'`)
}

/** What to check of the beginning of a generated name, where the random end is still missing. */
export const asPrefix = (name: string): string => (name.endsWith('-') ? `${name.slice(0, -1)}a` : name)
