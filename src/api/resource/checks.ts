import { byteLength, dnsLabel, dnsSubdomain, rule } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { duplicate, invalid, invalidBy, required, tooLong, tooMany } from '../validation.ts'

/** Limits of resource.k8s.io (constants of the API). */
export const MOST = {
  requests: 32, firstAvailable: 8, constraints: 32, configs: 32, selectors: 32, tolerations: 16, taints: 16, reservedFor: 256, results: 32, devices: 128, advancedDevices: 64,
  counterSets: 8, countersInSet: 32, consumptions: 2, attributes: 32, bindingConditions: 4, validValues: 10, deviceConditions: 8, addresses: 16,
} as const
export const LONGEST = { driver: 63, pool: 253, identifier: 32, attribute: 64, expression: 10_240, parameters: 10_240, interfaceName: 256, hardwareAddress: 128 } as const

const C_IDENTIFIER = '[A-Za-z_][A-Za-z0-9_]*'
const cIdentifier = new RegExp(`^${C_IDENTIFIER}$`)

/** Every item of a list, unless there are too many to look at. */
export function validateEach<T>(items: readonly T[] | undefined, field: string, most: number | undefined, validate: (item: T, field: string) => Cause[]): Cause[] {
  const list = items ?? []
  return most !== undefined && list.length > most ? [tooMany(field, list.length, most)] : list.flatMap((item, index) => validate(item, `${field}[${index}]`))
}

/** The same for a list whose items differ in a key. */
export function validateSet<T>(items: readonly T[] | undefined, field: string, most: number | undefined, validate: (item: T, field: string) => Cause[], keyOf: (item: T) => string): Cause[] {
  const causes = validateEach(items, field, most, validate)
  if (most !== undefined && (items?.length ?? 0) > most) return causes
  const keys = (items ?? []).map(keyOf)
  return [...causes, ...keys.flatMap((key, index) => (keys.indexOf(key) < index ? [duplicate(`${field}[${index}]`, key)] : []))]
}

/** The name of a driver: a DNS subdomain whose case does not matter. */
export function validateDriver(driver: string, field: string): Cause[] {
  if (!driver) return [required(field)]
  const causes = driver.length > LONGEST.driver ? [tooLong(field, LONGEST.driver)] : []
  return [...causes, ...dnsSubdomain(driver.toLowerCase()).map(problem => invalid(field, driver, problem))]
}

/** The name of a pool: DNS subdomains with slashes between. */
export function validatePool(pool: string, field: string): Cause[] {
  if (!pool) return [required(field)]
  return [...(byteLength(pool) > LONGEST.pool ? [tooLong(field, LONGEST.pool)] : []), ...pool.split('/').flatMap(part => invalidBy(field, part, dnsSubdomain))]
}

/** The name of a request, a device or a counter. */
export const validateShortName = (name: string, field: string): Cause[] => invalidBy(field, name, dnsLabel)

export const validateIdentifier = (name: string, field: string): Cause[] => [
  ...(byteLength(name) > LONGEST.identifier ? [tooLong(field, LONGEST.identifier)] : []),
  ...(cIdentifier.test(name) ? [] : [invalid(field, name, rule(
    "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'", C_IDENTIFIER, 'my_name', 'MY_NAME', 'MyName',
  ))]),
]

/** An attribute or a capacity: `name`, of the driver's own domain, or `domain/name`. */
export function validateAttributeKey(key: string, field: string): Cause[] {
  const parts = key.split('/')
  if (parts.length === 1) return validateIdentifier(key, field)
  if (parts.length > 2) return []
  const [domain, name] = parts as [string, string]
  return [
    ...(domain ? validateDriver(domain, field) : [invalid(field, '', 'the domain must not be empty')]),
    ...(name ? validateIdentifier(name, field) : [invalid(field, '', 'the name must not be empty')]),
  ]
}

/** `domain/name`. */
export const validateFullKey = (key: string, field: string): Cause[] =>
  [...validateAttributeKey(key, field), ...(key.includes('/') ? [] : [invalid(field, key, 'a fully qualified name must be a domain and a name separated by a slash')])]

/** What only the driver understands: a JSON object of bounded size. */
export function validateRaw(raw: unknown, field: string, isNew = true): Cause[] {
  if (raw === undefined || raw === null) return [required(field)]
  if (isNew && byteLength(JSON.stringify(raw)) > LONGEST.parameters) return [tooLong(field, LONGEST.parameters)]
  return typeof raw === 'object' && !Array.isArray(raw) ? [] : [invalid(field, '<value omitted>', 'must be a valid JSON object')]
}

/** An UUID in its normal form. */
export function validateUid(uid: string, field: string): Cause[] {
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(uid)) return []
  const known = UUID_LENGTHS.get(byteLength(uid))
  if (!known) return [invalid(field, uid, `error validating uid: invalid UUID length: ${byteLength(uid)}`)]
  if (!known.test(uid)) return [invalid(field, uid, 'error validating uid: invalid UUID format')]
  return [invalid(field, uid, 'uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters')]
}

/** The forms in which an UUID may be read, by their length. */
const UUID_LENGTHS: ReadonlyMap<number, RegExp> = new Map([
  [36, /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i], [45, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i],
  [38, /^\{[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}$/i], [32, /^[0-9a-f]{32}$/i],
])

/** Counters by name; any quantity will do. */
export function validateCounters(counters: Readonly<Record<string, unknown>> | undefined, field: string): Cause[] {
  const names = Object.keys(counters ?? {})
  if (names.length === 0) return [required(field)]
  return [...(names.length > MOST.countersInSet ? [tooMany(field, names.length, MOST.countersInSet)] : []), ...names.flatMap(name => validateShortName(name, field))]
}
