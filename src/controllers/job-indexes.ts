/** Reads `0-2,5` as the indexes that it means, below `limit`. */
export function parseIndexes(text: string | undefined, limit: number): Set<number> {
  const indexes = new Set<number>()
  for (const part of (text ?? '').split(',').filter(Boolean)) {
    const [first, last = first] = part.split('-').map(Number)
    for (let index = first!; index <= last! && index < limit; index++) indexes.add(index)
  }
  return indexes
}

/** Writes indexes as `0-2,5`; two neighbours are `3,4`. */
export function formatIndexes(indexes: ReadonlySet<number>): string {
  const sorted = [...indexes].sort((a, b) => a - b)
  const parts: string[] = []
  for (let at = 0; at < sorted.length;) {
    let end = at
    while (sorted[end + 1] === sorted[end]! + 1) end++
    parts.push(end === at ? `${sorted[at]}` : end === at + 1 ? `${sorted[at]},${sorted[end]}` : `${sorted[at]}-${sorted[end]}`)
    at = end + 1
  }
  return parts.join(',')
}
