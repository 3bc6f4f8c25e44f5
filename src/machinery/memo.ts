/** How many answers are kept at most: what clients make up must not grow the memory. */
const LIMIT = 256

/** A function of a text that remembers its answers; they are shared, so nobody may change them. */
export function memo<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return text => {
    let answer = known.get(text)
    if (answer !== undefined) return answer
    answer = make(text)
    if (known.size >= LIMIT) known.clear()
    known.set(text, answer)
    return answer
  }
}
