/** Characters of a generated name's end, none of which spells a word. */
const SAFE = 'bcdfghjklmnpqrstvwxz2456789'

/** Writes JSON with sorted keys, so that equal values read the same. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const entries = Object.entries(value).filter(([, item]) => item !== undefined).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`
}

/** FNV-1a over the text's UTF-8, 32 bits. */
export function fnv32(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}

/** A short digest of a value that is fit for names and labels. `collisions` gives another one for the same value. */
export const stableHash = (value: unknown, collisions = 0): string =>
  [...String(fnv32(canonicalJson(value) + (collisions ? `#${collisions}` : '')))].map(digit => SAFE[digit.charCodeAt(0) % SAFE.length]).join('')
