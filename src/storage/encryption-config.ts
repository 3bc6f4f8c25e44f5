import { badRequest } from '../machinery/status.ts'
import { parseDuration } from '../machinery/schema/duration.ts'
import { parseYaml } from '../machinery/yaml.ts'
import type { NamedKey } from './encryption-plan.ts'

/** A provider as the configuration file tells of it. */
export type ProviderConfig =
  | { readonly type: 'identity' }
  | { readonly type: 'aesgcm' | 'aescbc' | 'secretbox'; readonly keys: readonly NamedKey[] }
  | { readonly type: 'kms'; readonly name: string; readonly endpoint: string; readonly timeoutMs: number }

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
  if (text === '') throw refused(`error while loading file: encryption provider configuration file ${JSON.stringify(path)} is empty`)
  let value: unknown
  try {
    value = parseYaml(text).value
  } catch (error) {
    throw refused(`error decoding encryption provider configuration file ${JSON.stringify(path)}: ${(error as Error).message}`)
  }
  if (!isRaw(value) || value['kind'] !== 'EncryptionConfiguration' || (value['apiVersion'] !== 'apiserver.config.k8s.io/v1' && value['apiVersion'] !== 'v1')) {
    throw refused(`error decoding encryption provider configuration file ${JSON.stringify(path)}: it has apiVersion apiserver.config.k8s.io/v1 and kind EncryptionConfiguration`)
  }
  const unknown = unknownField(value, ['apiVersion', 'kind', 'resources'])
    ?? list(value['resources']).map((rule, at) => isRaw(rule) ? unknownField(rule, ['resources', 'providers'], `resources[${at}].`)
      ?? list(rule['providers']).map((provider, j) => unknownInProvider(provider, `resources[${at}].providers[${j}]`)).find(Boolean) : undefined).find(Boolean)
  if (unknown) throw refused(`error decoding encryption provider configuration file ${JSON.stringify(path)}: strict decoding error: unknown field ${JSON.stringify(unknown)}`)
  return value
}

const unknownField = (value: Raw, known: readonly string[], prefix = ''): string | undefined => {
  const name = Object.keys(value).find(each => !known.includes(each))
  return name === undefined ? undefined : `${prefix}${name}`
}

function unknownInProvider(provider: unknown, path: string): string | undefined {
  if (!isRaw(provider)) return undefined
  const own = unknownField(provider, KINDS, `${path}.`)
  if (own) return own
  const { kms } = provider
  return isRaw(kms) ? unknownField(kms, ['apiVersion', 'name', 'cachesize', 'endpoint', 'timeout'], `${path}.kms.`) : undefined
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
  if (named.length === 0) faults.push(`${path}: Invalid value: {}: provider does not contain any of the expected providers: KMS, AESGCM, AESCBC, Secretbox, Identity`)
  if (named.length > 1) faults.push(`${path}: Invalid value: ${shown(named)}: more than one provider specified in a single element, should split into different list elements`)
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
  const timeout = parseDuration(String(kms['timeout'] ?? DEFAULT_TIMEOUT))
  if (timeout === undefined || timeout <= 0n) faults.push(`${path}.timeout: Invalid value: ${JSON.stringify(String(kms['timeout']))}: timeout should be a positive value`)
  if (!endpoint) faults.push(`${path}.endpoint: Invalid value: "": endpoint is a mandatory field for a kms`)
  else if (!endpoint.startsWith('unix:')) {
    faults.push(`${path}.endpoint: Invalid value: ${JSON.stringify(endpoint)}: unsupported scheme ${JSON.stringify(/^([a-z][a-z0-9+.-]*):/i.exec(endpoint)?.[1] ?? '')} for KMS provider, only unix is supported`)
  }
  if (version !== 'v1' && kms['cachesize'] !== undefined) faults.push(`${path}.cachesize: Invalid value: ${String(kms['cachesize'])}: cachesize is not supported in v2`)
  if (version !== 'v1' && version !== 'v2') faults.push(`${path}.apiVersion: Invalid value: ${JSON.stringify(version)}: unsupported apiVersion apiVersion for KMS provider, only v1 and v2 are supported`)
  if (version === 'v1') {
    faults.push(`${path}.apiVersion: Invalid value: "v1": KMSv1 is deprecated and will only receive security updates going forward. Use KMSv2 instead.  Upstream turns it on with --feature-gates=KMSv1=true; k8ts has version v2 only`)
  }
  return { type: 'kms', name, endpoint, timeoutMs: Number((timeout ?? 0n) / NANOS_PER_MS) }
}

/** A rule that an earlier one with a star leaves nothing to. */
function refuseMasked(rules: EncryptionConfig['resources']): void {
  const seen = new Set<string>()
  const shownName = ({ resource, group }: { resource: string; group: string }): string => (group === '' && resource !== '*' ? resource : `${resource}.${group}`)
  for (const { resources } of rules) {
    for (const name of resources) {
      const parts = partsOf(name)
      const mask = [{ resource: '*', group: parts.group }, { resource: '*', group: '*' }].find(each => seen.has(`${each.resource}.${each.group}`))
      if (mask) throw badRequest(`error while building transformers: resource ${JSON.stringify(shownName(parts))} is masked by earlier rule ${JSON.stringify(shownName(mask))}`)
      seen.add(`${parts.resource}.${parts.group}`)
    }
  }
}
