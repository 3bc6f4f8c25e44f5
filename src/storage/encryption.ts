import { StatusError } from '../machinery/status.ts'
import { createProvider, isSealed, startsWith, type Provider } from './encryption-ciphers.ts'
import { kindPrefix, providersByKind, type SealingPlan } from './encryption-plan.ts'

/** Seals and opens values by a plan, on whatever thread it is made. */
export interface Sealer {
  /** Whether values of this key may be sealed, or may have been. */
  covers(key: string): boolean
  seal(key: string, value: Uint8Array): Uint8Array
  /** Throws a StatusError when no key fits; undefined: only a KMS can tell. */
  open(key: string, value: Uint8Array): Uint8Array | undefined
  /** Whether a value as it was kept would be sealed in another way, or with another key, today. */
  isStale(key: string, kept: Uint8Array): boolean
}

/** The sealer of a plan. */
export async function createSealer(plan: SealingPlan): Promise<Sealer> {
  const made = new Map(await Promise.all(plan.rules.flatMap(rule => rule.providers).map(async each => [each, await createProvider(each)] as const)))
  const plansOf = providersByKind(plan)
  const byKind = new Map<string, readonly Provider[] | undefined>()
  const providersOf = (key: string): readonly Provider[] | undefined => {
    const kind = kindPrefix(key)
    if (byKind.has(kind)) return byKind.get(kind)
    const providers = plansOf(kind)?.map(each => made.get(each)!)
    byKind.set(kind, providers)
    return providers
  }
  return {
    covers: key => providersOf(key) !== undefined,
    seal(key, value) {
      const first = providersOf(key)?.[0]
      if (!first) return value
      try {
        return first.seal(value, key)
      } catch (error) {
        throw untransformable(key, error)
      }
    },
    open(key, value) {
      const providers = providersOf(key)
      if (!providers && !isSealed(value)) return value
      try {
        return openWithAny(providers ?? [], key, value)
      } catch (error) {
        throw untransformable(key, error)
      }
    },
    isStale(key, kept) {
      const first = providersOf(key)?.[0]
      if (!first) return isSealed(kept)
      const opener = first.openers[0]!
      if (!startsWith(kept, opener.prefix)) return true
      try {
        return opener.open(kept.subarray(opener.prefix.length), key) === undefined
      } catch {
        return true
      }
    },
  }
}

/** Two providers may bear the same name with different keys, so a failure of the first is no reason not to ask the next. */
function openWithAny(providers: readonly Provider[], key: string, value: Uint8Array): Uint8Array | undefined {
  let failure: unknown
  for (const { openers, prefixes, missingKey } of providers) {
    if (!prefixes.some(prefix => startsWith(value, prefix))) continue
    const fitting = openers.filter(({ prefix }) => startsWith(value, prefix))
    if (fitting.length === 0) failure ??= new Error(missingKey)
    for (const { prefix, open } of fitting) {
      try {
        return open(value.subarray(prefix.length), key)
      } catch (error) {
        // Of a value in the clear there is nothing to say: others may know how it was sealed.
        if (prefix.length > 0) failure ??= error
      }
    }
  }
  throw failure ?? new Error(providers.length > 0 ? 'no matching prefix found' : 'identity transformer tried to read encrypted data')
}

/** A value that cannot be sealed or opened: an error of the server's own, in upstream's words. */
export const untransformable = (key: string, error: unknown): StatusError =>
  error instanceof StatusError ? error : new StatusError('InternalError', `unable to transform key ${JSON.stringify(key)}: ${error instanceof Error ? error.message : String(error)}`)

/** What a store needs to know of encryption: the plan, which may change at any time, and who can open what the plan alone cannot. */
export interface Sealing {
  plan(): SealingPlan
  /** Calls back at each change of the plan, until the function returned is called. */
  onChange(listener: () => void): () => void
  /** Opens what only a KMS can. */
  openRemotely(key: string, value: Uint8Array): Promise<Uint8Array>
  /** Why values of this key cannot be written now, if so: a KMS that does not answer. */
  refusal(key: string): StatusError | undefined
}

/** A plan that never changes and needs no KMS. */
export const fixedSealing = (plan: SealingPlan): Sealing => ({
  plan: () => plan, onChange: () => () => undefined, refusal: () => undefined,
  openRemotely: async key => { throw untransformable(key, new Error('no matching prefix found')) },
})
