const CONTEXT = 3

/** What differs between two values, as a patch of one hunk shows it: line by line, `-` before and `+` after. */
export function specDiff(before: unknown, after: unknown): string {
  const [old, next] = [before, after].map(value => JSON.stringify(value, null, 2).split('\n')) as [string[], string[]]
  let head = 0
  while (head < old.length && old[head] === next[head]) head++
  let tail = 0
  while (tail < Math.min(old.length, next.length) - head && old.at(-1 - tail) === next.at(-1 - tail)) tail++
  const from = Math.max(0, head - CONTEXT)
  const upTo = (lines: readonly string[]): number => Math.min(lines.length, lines.length - tail + CONTEXT)
  const shown = [
    ...old.slice(from, head).map(line => ` ${line}`), ...old.slice(head, old.length - tail).map(line => `-${line}`),
    ...next.slice(head, next.length - tail).map(line => `+${line}`), ...old.slice(old.length - tail, upTo(old)).map(line => ` ${line}`),
  ]
  return `@@ -${from + 1},${upTo(old) - from} +${from + 1},${upTo(next) - from} @@\n${shown.join('\n')}\n`
}
