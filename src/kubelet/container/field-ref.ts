import type { Container } from '../../api/core/pod/container.ts'
import type { Pod } from '../../api/core/pod/pod.ts'
import type { ResourceFieldSelector } from '../../api/core/references.ts'
import { milliValue, value } from '../../machinery/quantity.ts'

/** Facts about the running pod that its object may not say yet. */
export interface PodFacts {
  readonly podIPs: readonly string[]
  readonly hostIPs: readonly string[]
  readonly nodeName: string
  /** What the node has for pods, for limits that a container does not state. */
  readonly allocatable: Readonly<Record<string, string>>
}

/** A map as a downward API file has it: sorted `key="value"` lines. */
export const formatMap = (map: Readonly<Record<string, string>> | undefined): string =>
  Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${goQuote(value)}`).join('\n')

/** A string as Go's %q prints it, for what labels and annotations hold. */
export const goQuote = (text: string): string => {
  const named: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\x07': '\\a', '\b': '\\b', '\f': '\\f', '\v': '\\v' }
  return `"${[...text].map(character => named[character] ?? (character < ' ' || character === '\x7f' ? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}` : character)).join('')}"`
}

/** The value of a `fieldRef`; throws when there is no such field. */
export function fieldValue(pod: Pod, path: string, facts: PodFacts): string {
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path)
  if (subscript) return pod.metadata[subscript[1] as 'labels' | 'annotations']?.[subscript[2]!] ?? ''
  switch (path) {
    case 'metadata.name': return pod.metadata.name
    case 'metadata.namespace': return pod.metadata.namespace
    case 'metadata.uid': return pod.metadata.uid
    case 'metadata.labels': return formatMap(pod.metadata.labels)
    case 'metadata.annotations': return formatMap(pod.metadata.annotations)
    case 'spec.nodeName': return pod.spec.nodeName ?? facts.nodeName
    case 'spec.serviceAccountName': return pod.spec.serviceAccountName ?? ''
    case 'spec.host': return facts.nodeName
    case 'status.hostIP': return facts.hostIPs[0] ?? ''
    case 'status.hostIPs': return facts.hostIPs.join(',')
    case 'status.podIP': return facts.podIPs[0] ?? ''
    case 'status.podIPs': return facts.podIPs.join(',')
    default: throw new Error(`unsupported fieldPath: ${path}`)
  }
}

/** The value of a `resourceFieldRef`: in units of its divisor, rounded up; a limit that is not stated is what the node has. */
export function resourceFieldValue(container: Container, { resource, divisor }: ResourceFieldSelector, facts: PodFacts): string {
  const match = /^(limits|requests)\.(.+)$/.exec(resource)
  if (!match) throw new Error(`unsupported container resource : ${resource}`)
  const [kind, name] = [match[1] as 'limits' | 'requests', match[2]!]
  const stated = container.resources[kind]?.[name]
  const quantity = stated ?? (kind === 'limits' ? facts.allocatable[name] : undefined) ?? '0'
  const measure = name === 'cpu' ? milliValue : value
  const unit = measure(divisor || '1') || measure('1')
  return String(Math.ceil(measure(quantity) / unit))
}
