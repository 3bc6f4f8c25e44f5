import type { Column, KubeObject } from './resource.ts'

/** How `kubectl get` shows a span of time: two units at most, coarser with age. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.trunc(seconds / 60)
  if (minutes < 10) return two(minutes, 'm', seconds % 60, 's')
  if (minutes < 180) return `${minutes}m`
  const hours = Math.trunc(minutes / 60)
  if (hours < 8) return two(hours, 'h', minutes % 60, 'm')
  if (hours < 48) return `${hours}h`
  const days = Math.trunc(hours / 24)
  if (hours < 192) return two(days, 'd', hours % 24, 'h')
  if (days < 730) return `${days}d`
  const years = Math.trunc(days / 365)
  return days < 2920 ? two(years, 'y', days % 365, 'd') : `${years}y`
}

const two = (large: number, unit: string, small: number, smallUnit: string): string => (small === 0 ? `${large}${unit}` : `${large}${unit}${small}${smallUnit}`)

/** How long ago a time was. */
export const since = (time: string | null | undefined, now: number): string => (time ? humanDuration(now - Date.parse(time)) : '<unknown>')

export const nameColumn: Column<KubeObject> = { name: 'Name', type: 'string', format: 'name', cell: ({ metadata }) => metadata.name }
export const ageColumn: Column<KubeObject> = { name: 'Age', type: 'string', cell: ({ metadata }, now) => since(metadata.creationTimestamp, now) }

/** `a=b,c=d` in order of the keys. */
export function labelsText(labels: Readonly<Record<string, string>> | null | undefined): string {
  const text = Object.keys(labels ?? {}).sort().map(key => `${key}=${labels![key]}`).join(',')
  return text || '<none>'
}

/** `a,b,c + 2 more...`. */
export function listWithMore(items: readonly string[], most = 3, empty = '<unset>'): string {
  const shown = items.slice(0, most).join(',')
  if (items.length > most) return `${shown} + ${items.length - most} more...`
  return shown || empty
}

interface WithContainers {
  readonly containers: readonly { readonly name: string; readonly image?: string | undefined }[]
}

/** The wide columns of everything that has a pod template. */
export const containerColumns = <T>(podSpec: (object: T) => WithContainers, priority = 1): readonly Column<T>[] => [
  { name: 'Containers', type: 'string', priority, cell: object => podSpec(object).containers.map(({ name }) => name).join(',') },
  { name: 'Images', type: 'string', priority, cell: object => podSpec(object).containers.map(({ image }) => image ?? '').join(',') },
]
