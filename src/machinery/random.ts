/** Chance, handed in: a seeded `Random` makes a run repeatable. */
export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** A version 4 UUID. */
  uuid(): string
}

/** The characters of generated names: no vowels and no look-alikes, so that no words appear. */
const NAME_CHARACTERS = 'bcdfghjklmnpqrstvwxz2456789'

/** The operating system's randomness; the one home of `Math.random`. */
export const systemRandom: Random = { next: () => Math.random(), uuid: () => crypto.randomUUID() }

/** A small repeatable generator (mulberry32) for tests and simulations. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const hex = (digits: number): string => Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join('')
  const uuid = (): string => `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[Math.floor(next() * 4)]}${hex(3)}-${hex(12)}`
  return { next, uuid }
}

/** `length` random characters fit for the end of an object's name. */
export const nameSuffix = (random: Random, length = 5): string =>
  Array.from({ length }, () => NAME_CHARACTERS[Math.floor(random.next() * NAME_CHARACTERS.length)]).join('')

/** A duration spread over [base, base * (1 + factor)), so that many waiters do not wake together. */
export const jitter = (random: Random, baseMs: number, factor: number): number => baseMs * (1 + random.next() * factor)
