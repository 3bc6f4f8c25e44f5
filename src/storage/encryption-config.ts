import { badRequest } from '../machinery/status.ts'
import { parseDuration } from '../machinery/schema/duration.ts'
import { parseYaml } from '../machinery/yaml.ts'
import type { NamedKey } from './encryption-plan.ts'

/** A provider as the configuration file tells of it. */
export type ProviderConfig =
  | { readonly type: 'identity' }
  | { readonly type: 'aesgcm' | 'aescbc' | 'secretbox'; readonly keys: readonly NamedKey[] }
  | { readonly type: 'kms'; readonly name: string; readonly endpoint: string; readonly timeoutMs: number; /** Only until it is refused. */ readonly isV1?: true }

/** apiserver.config.k8s.io/v1 EncryptionConfiguration. */
export interface EncryptionConfig {
  readonly resources: readonly { readonly resources: readonly string[]; readonly providers: readonly ProviderConfig[] }[]
}

const KINDS = ['kms', 'aesgcm', 'aescbc', 'secretbox', 'identity'] as const
const AES_SIZES = [16, 24, 32]
const BOX_SIZES = [32]
const DEFAULT_TIMEOUT = '3s'
const NANOS_PER_MS = 1_000_000n

type Raw = Readonly<Record<string, unknown>>
const isRaw = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value)
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** Reads the file given with `--encryption-provider-config`. Throws what is wrong with it, all at once and in upstream's words. */
export function readEncryptionConfig(text: string, path: string): EncryptionConfig {
  const value = decode(text, path)
  const faults: string[] = []
  const known = new Set<string>()
  const rules = list(value['resources'])
  if (rules.length === 0) faults.push('resources: Required value: at least one resources is required')
  const resources = rules.map((rule, index) => readRule(isRaw(rule) ? rule : {}, `resources[${index}]`, faults, known))
  if (faults.length > 0) throw refused(faults.length > 1 ? `[${faults.join(', ')}]` : faults[0]!)
  refuseMasked(resources)
  return { resources }
}

const refused = (why: string): Error => badRequest(`error while parsing file: ${why}`)

function decode(text: string, path: string): Raw {
  const file = JSON.stringify(path)
  if (text === '') throw refused(`error while loading file: encryption provider configuration file ${file} is empty`)
  const undecodable = (why: string): Error => refused(`error decoding encryption provider configuration file ${file}: ${why}`)
  let value: unknown
  try {
    value = parseYaml(text).value
  } catch (error) {
    // Upstream reads what begins like JSON as JSON, and tells of that.
    const why = text.trimStart().startsWith('{') ? jsonFault(text) : undefined
    throw undecodable(why === undefined ? (error as Error).message : `couldn't get version/kind; json parse error: ${why}`)
  }
  if (!isRaw(value)) throw undecodable(`couldn't get version/kind; json parse error: json: cannot unmarshal ${goType(value)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`)
  const { kind, apiVersion } = value
  if (!kind) throw undecodable(`Object 'Kind' is missing in '${text}'`)
  if (!apiVersion) throw undecodable(`Object 'apiVersion' is missing in '${text}'`)
  if (kind !== 'EncryptionConfiguration' || apiVersion !== 'apiserver.config.k8s.io/v1') {
    throw undecodable(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "k8s.io/apiserver/pkg/server/options/encryptionconfig/config.go:142"`)
  }
  const fault = shapeFault(value)
  if (fault) throw undecodable(fault)
  const unknown = unknownFields(value, CONFIG, '')
  if (unknown.length > 0) throw undecodable(`strict decoding error: ${unknown.map(each => `unknown field ${JSON.stringify(each)}`).join(', ')}`)
  return value
}

function jsonFault(text: string): string {
  try {
    JSON.parse(text)
    return ''
  } catch (error) {
    return /Unexpected end|Expected property name or '}' in JSON at position \d+ \(line \d+ column \d+\)$/.test((error as Error).message) ? 'unexpected end of JSON input' : (error as Error).message
  }
}

const goType = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value)

/** The fields of each part of the file; a list of parts stands for its items. */
interface Shape {
  readonly [field: string]: Shape | 'any'
}
const KEYS: Shape = { keys: { name: 'any', secret: 'any' } }
const CONFIG: Shape = {
  apiVersion: 'any', kind: 'any',
  resources: { resources: 'any', providers: { aesgcm: KEYS, aescbc: KEYS, secretbox: KEYS, identity: {}, kms: { apiVersion: 'any', name: 'any', cachesize: 'any', endpoint: 'any', timeout: 'any' } } },
}

function unknownFields(value: unknown, shape: Shape, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => unknownFields(each, shape, `${path}[${index}]`))
  if (!isRaw(value)) return []
  const at = (field: string): string => (path === '' ? field : `${path}.${field}`)
  return Object.entries(value).flatMap(([field, inner]) => {
    const known = Object.hasOwn(shape, field) ? shape[field] : undefined
    return known === undefined ? [at(field)] : known === 'any' ? [] : unknownFields(inner, known, at(field))
  })
}

/** The first value that is of another type than its field, in the words of Go's decoder. */
function shapeFault(value: Raw): string | undefined {
  const wrong = (found: unknown, wanted: string, where: string): string => `json: cannot unmarshal ${goType(found)} into Go struct field ${where} of type ${wanted}`
  const { resources } = value
  if (resources != null && !Array.isArray(resources)) return wrong(resources, '[]v1.ResourceConfiguration', 'EncryptionConfiguration.resources')
  for (const rule of list(resources)) {
    if (!isRaw(rule)) return wrong(rule, 'v1.ResourceConfiguration', 'EncryptionConfiguration.resources')
    if (rule['resources'] != null && !Array.isArray(rule['resources'])) return wrong(rule['resources'], '[]string', 'ResourceConfiguration.resources.resources')
    const name = list(rule['resources']).find(each => typeof each !== 'string')
    if (name !== undefined) return wrong(name, 'string', 'ResourceConfiguration.resources.resources')
    if (rule['providers'] != null && !Array.isArray(rule['providers'])) return wrong(rule['providers'], '[]v1.ProviderConfiguration', 'ResourceConfiguration.resources.providers')
    for (const provider of list(rule['providers'])) {
      const timeout = isRaw(provider) && isRaw(provider['kms']) ? provider['kms']['timeout'] : undefined
      if (timeout != null && parseDuration(String(timeout)) === undefined) return `time: invalid duration ${JSON.stringify(String(timeout))}`
    }
  }
  return undefined
}

function readRule(rule: Raw, path: string, faults: string[], known: Set<string>): EncryptionConfig['resources'][number] {
  const names = list(rule['resources']).map(String)
  if (names.length === 0) faults.push(`${path}.resources: Required value: at least one ${path}.resources is required`)
  checkOverlap(names, `${path}.resources`, faults)
  names.forEach((name, index) => checkName(name, `${path}.resources[${index}]`, faults))
  const stated = list(rule['providers'])
  if (stated.length === 0) faults.push(`${path}.providers: Required value: at least one ${path}.providers is required`)
  const providers = stated.map((each, index) => readProvider(isRaw(each) ? each : {}, `${path}.providers[${index}]`, faults, known))
  return { resources: names, providers }
}

const shown = (names: readonly string[]): string => JSON.stringify(names)

function checkOverlap(names: readonly string[], path: string, faults: string[]): void {
  const parts = names.map(partsOf)
  let [isDouble, isOverlap] = [false, false]
  for (const [i, one] of parts.entries()) {
    for (const [j, other] of parts.entries()) {
      if (i === j) continue
      if (one.resource === other.resource && one.group === other.group) {
        // The first of two equal ones is told as such; a third shows as an overlap only where there is a star.
        if (!isDouble) {
          isDouble = true
          continue
        }
      }
      if (one.resource === '*' && one.group === '*') isOverlap = true
      else if (one.group === other.group && (one.resource === '*' || other.resource === '*')) isOverlap = true
    }
  }
  if (isDouble) faults.push(`${path}: Invalid value: ${shown(names)}: the same resource cannot be specified multiple times`)
  if (isOverlap) faults.push(`${path}: Invalid value: ${shown(names)}: using overlapping resources such as 'secrets' and '*.' in the same resource list is not allowed as they will be masked`)
}

function partsOf(name: string): { resource: string; group: string } {
  const dot = name.indexOf('.')
  return dot < 0 ? { resource: name, group: '' } : { resource: name.slice(0, dot), group: name.slice(dot + 1) }
}

/** A provider of nothing, as Go shows it. */
const EMPTY = '{"AESGCM":null,"AESCBC":null,"Secretbox":null,"Identity":null,"KMS":null}'
const NOT_REST = ['apiserveripinfo', 'serviceipallocations', 'servicenodeportallocations']

function checkName(name: string, path: string, faults: string[]): void {
  const { resource, group } = partsOf(name)
  const why = name.toLowerCase() !== name ? 'resource name should not contain capital letters'
    : name === '*' ? "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources"
    : NOT_REST.includes(name) ? 'resources which do not have REST API/s cannot be encrypted'
    : group === 'events.k8s.io' ? "'*.events.k8s.io' objects are stored using the 'events' API group in etcd. Use 'events' instead in the config file"
    : group === 'extensions' ? "'extensions' group has been removed and cannot be used for encryption"
    : group === '*' && resource !== '*' ? 'encrypting the same resource across groups is not supported' : undefined
  if (why) faults.push(`${path}: Invalid value: ${JSON.stringify(name)}: ${why}`)
}

function readProvider(provider: Raw, path: string, faults: string[], known: Set<string>): ProviderConfig {
  const named = KINDS.filter(kind => provider[kind] !== undefined && provider[kind] !== null)
  if (named.length === 0) faults.push(`${path}: Invalid value: ${EMPTY}: provider does not contain any of the expected providers: KMS, AESGCM, AESCBC, Secretbox, Identity`)
  // Upstream shows the whole provider here, its secrets included.
  if (named.length > 1) faults.push(`${path}: Invalid value: "REDACTED": more than one provider specified in a single element, should split into different list elements`)
  const type = named[0] ?? 'identity'
  const own = isRaw(provider[type]) ? provider[type] : {}
  if (type === 'identity') return { type }
  if (type === 'kms') return readKms(own, `${path}.kms`, faults, known)
  return { type, keys: readKeys(own['keys'], `${path}.${type}.keys`, type === 'secretbox' ? BOX_SIZES : AES_SIZES, faults) }
}

function readKeys(value: unknown, path: string, sizes: readonly number[], faults: string[]): NamedKey[] {
  const keys = list(value)
  if (keys.length === 0) faults.push(`${path}: Required value: at least one keys is required`)
  return keys.map((key, index) => {
    const { name, secret } = (isRaw(key) ? key : {}) as { name?: unknown; secret?: unknown }
    const at = `${path}[${index}]`
    if (!name) faults.push(`${at}.name: Required value: name is a mandatory field for a key`)
    if (!secret) faults.push(`${at}.secret: Required value: secret is a mandatory field for a key`)
    const bytes = secret ? fromBase64(String(secret)) : undefined
    if (secret && !bytes) faults.push(`${at}.secret: Invalid value: "REDACTED": secrets must be base64 encoded`)
    if (bytes && !sizes.includes(bytes.length)) faults.push(`${at}.secret: Invalid value: "REDACTED": secret is not of the expected length, got ${bytes.length}, expected one of [${sizes.join(' ')}]`)
    return { name: String(name ?? ''), secret: bytes ?? new Uint8Array() }
  })
}

/** Standard base64 with its padding, as Go reads it: line ends do not count. */
function fromBase64(text: string): Uint8Array | undefined {
  const plain = text.replace(/[\r\n]/g, '')
  return plain.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(plain) ? new Uint8Array(Buffer.from(plain, 'base64')) : undefined
}

function readKms(kms: Raw, path: string, faults: string[], known: Set<string>): ProviderConfig {
  const [name, endpoint, version] = [String(kms['name'] ?? ''), String(kms['endpoint'] ?? ''), String(kms['apiVersion'] || 'v1')]
  if (!name) faults.push(`${path}.name: Required value: name is a mandatory field for a provider`)
  if (version !== 'v1' && name.includes(':')) faults.push(`${path}.name: Invalid value: ${JSON.stringify(name)}: invalid KMS provider name ${name}, must not contain ':'`)
  if (version !== 'v1' && known.has(name)) faults.push(`${path}.name: Invalid value: ${JSON.stringify(name)}: duplicate KMS provider name ${name}, names must be unique`)
  known.add(name)
  const timeout = parseDuration(String(kms['timeout'] ?? DEFAULT_TIMEOUT)) ?? 0n
  if (timeout <= 0n) faults.push(`${path}.timeout: Invalid value: ${JSON.stringify(String(kms['timeout']))}: timeout should be a positive value`)
  if (!endpoint) faults.push(`${path}.endpoint: Invalid value: "": endpoint is a mandatory field for a kms`)
  else if (!endpoint.startsWith('unix:')) {
    faults.push(`${path}.endpoint: Invalid value: ${JSON.stringify(endpoint)}: unsupported scheme ${JSON.stringify(/^([a-z][a-z0-9+.-]*):/i.exec(endpoint)?.[1] ?? '')} for KMS provider, only unix is supported`)
  }
  if (version !== 'v1' && kms['cachesize'] !== undefined) faults.push(`${path}.cachesize: Invalid value: ${String(kms['cachesize'])}: cachesize is not supported in v2`)
  if (version !== 'v1' && version !== 'v2') faults.push(`${path}.apiVersion: Invalid value: ${JSON.stringify(version)}: unsupported apiVersion apiVersion for KMS provider, only v1 and v2 are supported`)
  return { type: 'kms', name, endpoint, timeoutMs: Number(timeout / NANOS_PER_MS), ...(version === 'v1' && { isV1: true }) }
}

/** A rule that an earlier one with a star leaves nothing to, and what was given up. */
function refuseMasked(rules: EncryptionConfig['resources']): void {
  const seen = new Set<string>()
  const shownName = ({ resource, group }: { resource: string; group: string }): string => (group === '' && resource !== '*' ? resource : `${resource}.${group}`)
  for (const { resources, providers } of rules) {
    if (providers.some(provider => provider.type === 'kms' && provider.isV1)) {
      throw badRequest('error while building transformers: KMSv1 is deprecated and will only receive security updates going forward. Use KMSv2 instead.  It is off upstream, and k8ts has none')
    }
    for (const name of resources) {
      const parts = partsOf(name)
      const mask = [{ resource: '*', group: parts.group }, { resource: '*', group: '*' }].find(each => seen.has(`${each.resource}.${each.group}`))
      if (mask) throw badRequest(`error while building transformers: resource ${JSON.stringify(shownName(parts))} is masked by earlier rule ${JSON.stringify(shownName(mask))}`)
      seen.add(`${parts.resource}.${parts.group}`)
    }
  }
}
