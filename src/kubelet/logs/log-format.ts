/** One line of a container's log file: `2026-11-21T12:00:00.123456789Z stdout F text`. */
export interface LogLine {
  /** As written, with nanoseconds. */
  readonly time: string
  readonly stream: 'stdout' | 'stderr'
  /** The line goes on in the next one of its stream. */
  readonly partial: boolean
  readonly text: string
}

/** Reads a line without its line feed; `undefined` for what is no log line (a half-written one). */
export function parseLogLine(line: string): LogLine | undefined {
  const first = line.indexOf(' ')
  const second = line.indexOf(' ', first + 1)
  if (first <= 0 || second < 0) return undefined
  const third = line.indexOf(' ', second + 1)
  const stream = line.slice(first + 1, second)
  if (stream !== 'stdout' && stream !== 'stderr') return undefined
  const tags = third < 0 ? line.slice(second + 1) : line.slice(second + 1, third)
  return { time: line.slice(0, first), stream, partial: tags.split(':')[0] === 'P', text: third < 0 ? '' : line.slice(third + 1) }
}
