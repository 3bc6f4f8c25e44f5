/**
 * Replaces `$(NAME)` by what `lookup` knows of it; what it does not know stays as written, and `$$` stands for `$`
 * (so that `$$(NAME)` is the text `$(NAME)`).
 */
export function expand(text: string, lookup: (name: string) => string | undefined): string {
  let out = ''
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== '$' || at + 1 === text.length) {
      out += text[at]
      continue
    }
    const next = text[at + 1]
    if (next === '$') {
      out += '$'
      at++
      continue
    }
    const end = next === '(' ? text.indexOf(')', at + 2) : -1
    if (end < 0) {
      out += next === '(' ? '$(' : `$${next}`
      at++
      continue
    }
    const name = text.slice(at + 2, end)
    out += lookup(name) ?? `$(${name})`
    at = end
  }
  return out
}

/** A lookup in maps, the first that has the name wins. */
export const lookupIn = (...maps: readonly ReadonlyMap<string, string>[]) => (name: string): string | undefined =>
  maps.find(map => map.has(name))?.get(name)
