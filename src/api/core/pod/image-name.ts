const DOMAIN = String.raw`(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?`
const PART = String.raw`[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`
const TAG = String.raw`\w[\w.-]{0,127}`
const DIGEST = String.raw`[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}`
const reference = new RegExp(`^(${DOMAIN}/${PART}(?:/${PART})*)(?::(${TAG}))?(?:@(${DIGEST}))?$`)
const LONGEST_NAME = 255
const HUB = 'docker.io'

export interface ImageName {
  /** With its registry: `docker.io/library/nginx`. */
  readonly name: string
  readonly tag: string | undefined
  readonly digest: string | undefined
}

/** The name of an image in its parts; undefined when it is none. What names no registry is the hub's. */
export function parseImage(image: string): ImageName | undefined {
  if (/^[a-f0-9]{64}$/.test(image)) return undefined
  const slash = image.indexOf('/')
  const first = slash < 0 ? '' : image.slice(0, slash)
  const isDomain = slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first)
  const domain = isDomain && first !== `index.${HUB}` ? first : HUB
  const rest = isDomain ? image.slice(slash + 1) : image
  const match = reference.exec(`${domain}/${domain === HUB && !rest.includes('/') ? 'library/' : ''}${rest}`)
  if (!match || match[1]!.length > LONGEST_NAME) return undefined
  return { name: match[1]!, tag: match[2], digest: match[3] }
}
