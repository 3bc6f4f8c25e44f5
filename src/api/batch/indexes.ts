/** The numbers of a text such as `1,3-5`; throws an Error worded as Kubernetes words it. */
export function parseIndexes(text: string, completions: number): { start: number; end: number }[] {
  if (text === '') return []
  const intervals: { start: number; end: number }[] = []
  let last: number | undefined
  for (const part of text.split(',')) {
    const ends = part.split('-')
    if (ends.length > 2) throw new Error(`the fragment ${JSON.stringify(part)} violates the requirement that an index interval can have at most two parts separated by '-'`)
    const start = parseIndex(ends[0]!, completions)
    if (last !== undefined && last >= start) throw new Error(`non-increasing order, previous: ${last}, current: ${start}`)
    const end = ends.length > 1 ? parseIndex(ends[1]!, completions) : start
    if (ends.length > 1 && start >= end) throw new Error(`non-increasing order, previous: ${start}, current: ${end}`)
    intervals.push({ start, end })
    last = end
  }
  return intervals
}

function parseIndex(text: string, completions: number): number {
  if (!/^[-+]?[0-9]+$/.test(text)) throw new Error(`cannot convert string to integer for index: ${JSON.stringify(text)}`)
  const index = Number(text)
  if (index >= completions) throw new Error(`too large index: ${JSON.stringify(text)}`)
  return index
}
