import { memo } from '../../machinery/memo.ts'
import { StatusError } from '../../machinery/status.ts'
import { JSON_TYPE, PROTOBUF_TYPE, YAML_TYPE } from './media-types.ts'

/** What an answer looks like. */
export interface Format {
  readonly mediaType: typeof JSON_TYPE | typeof YAML_TYPE | typeof PROTOBUF_TYPE
  readonly pretty: boolean
  /** Another kind that the objects are shown as. */
  readonly as?: { readonly kind: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList'; readonly version: 'v1' | 'v1beta1' }
}

export const PLAIN: Format = { mediaType: JSON_TYPE, pretty: false }

const OBJECT_TYPES = [JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE] as const
const STREAM_TYPES = [`${JSON_TYPE};stream=watch`, `${PROTOBUF_TYPE};stream=watch`]
const TRANSFORMS = new Set(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList'])

interface Clause {
  readonly type: string
  readonly quality: number
  readonly parameters: ReadonlyMap<string, string>
}

const clausesOf = memo((accept: string): readonly Clause[] => {
  const clauses = accept.split(',').map(part => {
    const [type = '', ...rest] = part.split(';').map(piece => piece.trim())
    const parameters = new Map(rest.filter(Boolean).map(piece => [piece.split('=')[0]!.trim(), piece.slice(piece.indexOf('=') + 1).trim()] as const))
    const quality = Number(parameters.get('q') ?? 1)
    return { type, quality: Number.isFinite(quality) ? quality : 1, parameters }
  }).filter(({ type }) => type !== '')
  return clauses.sort((a, b) => b.quality - a.quality || specificity(b) - specificity(a))
})

/** The types of a header as the router looks at them. */
const namesOf = memo((accept: string): readonly string[] => accept.split(',').map(part => part.split(';')[0]!.trim()))

const specificity = ({ type }: Clause): number => (type === '*/*' ? 0 : type.endsWith('/*') ? 1 : 2)
const matches = (pattern: string, type: string): boolean => pattern === type || pattern === '*/*' || (pattern.endsWith('/*') && type.startsWith(pattern.slice(0, -1)))

export interface Offer {
  readonly types?: readonly Format['mediaType'][]
  /** A resource: it can be asked for as a Table or as metadata only. */
  readonly transforms?: boolean
  readonly watch?: boolean
  /** The route also serves watches, which its list of types tells. */
  readonly watchable?: boolean
}

/** The 406 of the router: not even the names of the types fit. */
export function checkRoute(accept: string | undefined, offer: Offer): void {
  if (!accept) return
  const types: readonly string[] = offer.types ?? OBJECT_TYPES
  if (namesOf(accept).some(name => name === '*/*' || types.includes(name) || (offer.watchable && STREAM_TYPES.includes(name)))) return
  throw new StatusError('NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${[...types, ...(offer.watchable ? STREAM_TYPES : [])].join(', ')}`, {})
}

/** What the client gets of what it accepts; 406 when that is nothing. */
export function negotiate(accept: string | undefined, offer: Offer = {}, prettyWanted = false): Format {
  const types = offer.types ?? OBJECT_TYPES
  if (!accept) return types === OBJECT_TYPES && !prettyWanted ? PLAIN : { mediaType: types[0]!, pretty: prettyWanted }
  for (const clause of clausesOf(accept)) {
    const mediaType = types.find(type => matches(clause.type, type))
    if (!mediaType || (offer.watch && mediaType === YAML_TYPE)) continue
    const as = transformOf(clause, offer)
    if (as === 'refused') continue
    if (offer.watch && clause.parameters.has('stream') && clause.parameters.get('stream') !== 'watch') continue
    const pretty = prettyWanted || (clause.parameters.has('pretty') && clause.parameters.get('pretty') !== '0')
    return { mediaType, pretty, ...(as && { as }) }
  }
  throw notAcceptable(offer.watch && !accept.includes('as=') ? STREAM_TYPES : types)
}

/** Whether JSON is written for people: when they ask for it, and otherwise for the programs that show it as it is. */
export function prettyWanted(query: URLSearchParams, userAgent = ''): boolean {
  const asked = query.get('pretty')
  return asked ? TRUE.has(asked) : /^(curl|Wget|Mozilla\/5\.0)/.test(userAgent)
}
/** As Go reads it. */
const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True'])

/** What an error looks like: as the answer would have, and JSON for clients that accept nothing. */
export function negotiateError(accept: string | undefined, pretty = false): Format {
  try {
    return negotiate(accept, {}, pretty)
  } catch {
    return PLAIN
  }
}

function transformOf({ parameters }: Clause, offer: Offer): Format['as'] | 'refused' {
  const kind = parameters.get('as')
  if (kind === undefined) return parameters.has('v') || parameters.has('g') ? 'refused' : undefined
  const version = parameters.get('v')
  if (!offer.transforms || !TRANSFORMS.has(kind) || parameters.get('g') !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return 'refused'
  return { kind: kind as 'Table', version }
}

export const notAcceptable = (types: readonly string[]): StatusError =>
  new StatusError('NotAcceptable', `only the following media types are accepted: ${types.join(', ')}`)
