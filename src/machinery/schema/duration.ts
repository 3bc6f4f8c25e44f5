const UNITS: Readonly<Record<string, bigint>> = { ns: 1n, us: 1000n, 'µs': 1000n, 'μs': 1000n, ms: 1000000n, s: 1000000000n, m: 60000000000n, h: 3600000000000n }
const LONGEST = 2n ** 63n - 1n

/** Nanoseconds of a Go duration (`1h30m`, `1.5s`), or undefined when the text is none. */
export function parseDuration(text: string): bigint | undefined {
  const [, sign, body] = /^([+-]?)(.*)$/s.exec(text)!
  if (body === '0') return 0n
  if (!body || !/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(body)) return undefined
  let total = 0n
  for (const [, whole, fraction, unit] of body.matchAll(/(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g)) {
    const scale = UNITS[unit!]!
    const digits = (fraction ?? '').slice(0, 18)
    total += BigInt(whole || '0') * scale + (digits ? (BigInt(digits) * scale) / 10n ** BigInt(digits.length) : 0n)
    if (total > LONGEST) return undefined
  }
  return sign === '-' ? -total : total
}

const decimals = (value: bigint, unit: bigint): string => {
  const rest = (value % unit).toString().padStart(unit.toString().length - 1, '0').replace(/0+$/, '')
  return rest ? `${value / unit}.${rest}` : `${value / unit}`
}

/** Writes nanoseconds as Go's `Duration.String` does. */
export function formatDuration(nanos: bigint): string {
  if (nanos === 0n) return '0s'
  const size = nanos < 0n ? -nanos : nanos
  const sign = nanos < 0n ? '-' : ''
  if (size < 1000n) return `${sign}${size}ns`
  if (size < UNITS.ms!) return `${sign}${decimals(size, 1000n)}µs`
  if (size < UNITS.s!) return `${sign}${decimals(size, UNITS.ms!)}ms`
  const minutes = size / UNITS.m!
  const seconds = `${decimals(size % UNITS.m!, UNITS.s!)}s`
  if (minutes === 0n) return `${sign}${seconds}`
  return minutes < 60n ? `${sign}${minutes}m${seconds}` : `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`
}
