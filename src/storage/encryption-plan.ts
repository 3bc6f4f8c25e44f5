/** A key and the name that stands before every value that it sealed. */
export interface NamedKey {
  readonly name: string
  readonly secret: Uint8Array
}

/** What keys of values are derived from, and its form that only the KMS can open: kept beside each value. */
export interface EnvelopeSeed {
  readonly keyId: string
  readonly encryptedSource: Uint8Array
  readonly annotations: Readonly<Record<string, Uint8Array>>
  readonly seed: Uint8Array
}

/** One way of sealing values, as it crosses between threads. */
export type ProviderPlan =
  | { readonly type: 'identity' }
  | { readonly type: 'aesgcm' | 'aescbc' | 'secretbox'; readonly keys: readonly NamedKey[] }
  /** Without a seed nothing can be sealed: the KMS has not answered yet, or not for too long. */
  | { readonly type: 'kms'; readonly name: string; readonly seed?: EnvelopeSeed; readonly refusal?: string }

/** The first provider seals, all open. Resources are named as upstream's configuration names them: `secrets`, `deployments.apps`, `*.apps`, `*.`, `*.*`. */
export interface SealingRule {
  readonly resources: readonly string[]
  readonly providers: readonly ProviderPlan[]
}

/** What is sealed and how: plain data. */
export interface SealingPlan {
  readonly rules: readonly SealingRule[]
  /** The resource (`plural.group`) of keys below `/registry/<prefix>/`, where that cannot be told from the prefix. */
  readonly resources: Readonly<Record<string, string>>
}

const ROOT = '/registry/'
/** Prefixes of two segments: services keep their endpoints apart, custom resources begin with their group. */
const isTwofold = (segment: string): boolean => segment === 'services' || segment.includes('.')

/** The part of a storage key that tells its kind: `secrets`, `services/specs`, `example.com/widgets`. */
export function kindPrefix(key: string): string {
  if (!key.startsWith(ROOT)) return ''
  const end = key.indexOf('/', ROOT.length)
  if (end < 0) return key.slice(ROOT.length)
  const segment = key.slice(ROOT.length, end)
  if (!isTwofold(segment)) return segment
  const next = key.indexOf('/', end + 1)
  return next < 0 ? key.slice(ROOT.length) : key.slice(ROOT.length, next)
}

/** The providers for each kind of key; undefined: what is not named is kept in the clear. */
export function providersByKind({ rules, resources }: SealingPlan): (kind: string) => readonly ProviderPlan[] | undefined {
  const named = new Map<string, ProviderPlan[]>()
  for (const rule of rules) {
    for (const resource of rule.resources) named.set(canonical(resource), [...(named.get(canonical(resource)) ?? []), ...rule.providers])
  }
  return kind => {
    const { resource, group } = partsOf(kind, resources)
    return named.get(`${resource}.${group}`) ?? named.get(`*.${group}`) ?? named.get('*.*')
  }
}

/** `secrets` and `secrets.` are the same resource. */
const canonical = (resource: string): string => (resource.includes('.') ? resource : `${resource}.`)

function partsOf(kind: string, resources: SealingPlan['resources']): { resource: string; group: string } {
  const known = resources[kind]
  if (known !== undefined) {
    const dot = known.indexOf('.')
    return dot < 0 ? { resource: known, group: '' } : { resource: known.slice(0, dot), group: known.slice(dot + 1) }
  }
  const slash = kind.indexOf('/')
  return slash < 0 ? { resource: kind, group: '' } : { resource: kind.slice(slash + 1), group: kind.slice(0, slash) }
}
