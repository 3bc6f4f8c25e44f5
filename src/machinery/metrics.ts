/** Names and values of labels. */
export type Labels = Readonly<Record<string, string>>

/** One value that only rises, its labels looked up beforehand. */
export interface CounterSeries {
  add(amount?: number): void
}

/** A value that only rises. */
export interface Counter {
  with(labels: Labels): CounterSeries
  add(labels: Labels, amount?: number): void
}

/** A value that goes up and down. */
export interface Gauge {
  with(labels: Labels): CounterSeries
  set(labels: Labels, value: number): void
  add(labels: Labels, amount: number): void
}

/** One spread, its labels looked up beforehand. */
export interface HistogramSeries {
  observe(value: number): void
}

/** How values are spread. */
export interface Histogram {
  with(labels: Labels): HistogramSeries
  observe(labels: Labels, value: number): void
}

interface Family {
  lines(): Iterable<string>
}

/** The metrics of one component, in Prometheus' text form. */
export interface Metrics {
  /** `collect` is called before each exposition, for values that somebody else counts. */
  counter(name: string, help: string, collect?: (values: Gauge) => void): Counter
  /** `collect` is called before each exposition, for values that are looked up and not booked. */
  gauge(name: string, help: string, collect?: (gauge: Gauge) => void): Gauge
  histogram(name: string, help: string, buckets: readonly number[]): Histogram
  /** Everything, as `text/plain; version=0.0.4`. */
  text(): string
}

/** The content type of `Metrics.text`. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

const escaped = (value: string): string => value.replace(/[\\"\n]/g, character => (character === '\n' ? '\\n' : `\\${character}`))
const shown = (labels: Labels): string => Object.keys(labels).map(name => `${name}="${escaped(labels[name]!)}"`).join(',')
const braced = (text: string): string => (text ? `{${text}}` : '')
/** Numbers as Go writes them, so that a bucket is called what upstream's is: `1e+06`, `5e-06`. */
function number(value: number): string {
  if (value === Infinity) return '+Inf'
  const size = Math.abs(value)
  if (size === 0 || (size >= 1e-4 && size < 1e6)) return String(value)
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string]
  return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`
}

/** Small and without dependencies: prom-client keeps its registry in a module, which two servers in one process would share. */
export function createMetrics(): Metrics {
  const families: Family[] = []
  const head = (name: string, help: string, type: string): string[] => [`# HELP ${name} ${help.replaceAll('\n', ' ')}`, `# TYPE ${name} ${type}`]

  function values(name: string, help: string, type: 'counter' | 'gauge', collect?: (gauge: Gauge) => void): Gauge {
    const series = new Map<string, { value: number }>()
    const of = (labels: Labels): { value: number } => {
      const key = shown(labels)
      let own = series.get(key)
      if (!own) series.set(key, (own = { value: 0 }))
      return own
    }
    const gauge: Gauge = {
      with(labels) {
        const own = of(labels)
        return { add: (amount = 1) => { own.value += amount } }
      },
      set: (labels, value) => { of(labels).value = value },
      add: (labels, amount) => { of(labels).value += amount },
    }
    families.push({
      *lines() {
        collect?.(gauge)
        if (series.size === 0) return
        yield* head(name, help, type)
        for (const [labels, { value }] of series) yield `${name}${braced(labels)} ${number(value)}`
      },
    })
    return gauge
  }

  return {
    counter(name, help, collect) {
      const series = values(name, help, 'counter', collect)
      return { with: series.with, add: (labels, amount = 1) => series.add(labels, amount) }
    },
    gauge: (name, help, collect) => values(name, help, 'gauge', collect),
    histogram(name, help, buckets) {
      const series = new Map<string, { counts: number[]; sum: number; count: number }>()
      families.push({
        *lines() {
          if (series.size === 0) return
          yield* head(name, help, 'histogram')
          for (const [labels, { counts, sum, count }] of series) {
            const prefix = labels ? `${labels},` : ''
            let total = 0
            for (const [index, bound] of buckets.entries()) yield `${name}_bucket{${prefix}le="${number(bound)}"} ${number((total += counts[index]!))}`
            yield `${name}_bucket{${prefix}le="+Inf"} ${number(count)}`
            yield `${name}_sum${braced(labels)} ${number(sum)}`
            yield `${name}_count${braced(labels)} ${number(count)}`
          }
        },
      })
      const withLabels: Histogram['with'] = labels => {
        const key = shown(labels)
        let own = series.get(key)
        if (!own) series.set(key, (own = { counts: buckets.map(() => 0), sum: 0, count: 0 }))
        const { counts } = own
        return {
          observe(value) {
            let index = 0
            while (index < buckets.length && value > buckets[index]!) index++
            if (index < buckets.length) counts[index]! += 1
            own.sum += value
            own.count += 1
          },
        }
      }
      return { with: withLabels, observe: (labels, value) => withLabels(labels).observe(value) }
    },
    text: () => `${families.flatMap(family => [...family.lines()]).join('\n')}\n`,
  }
}
