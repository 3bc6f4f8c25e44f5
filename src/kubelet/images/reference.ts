/** An image's name in its parts: `registry/repository:tag@digest`. */
export interface ImageReference {
  registry: string
  repository: string
  tag?: string
  digest?: string
}

const PATTERN = /^(?:(?<registry>[A-Za-z0-9.-]+(?::\d+)?|\[[0-9a-fA-F:]+\](?::\d+)?)\/)?(?<repository>[a-z0-9]+(?:(?:\.|_{1,2}|-+|\/)[a-z0-9]+)*)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>[a-z0-9]+:[0-9a-f]{32,}))?$/

/** Whether the first part of a name is a registry: it has a dot or a port, or is `localhost`, or is not all in lower case. */
const isRegistry = (part: string): boolean => /[.:[]/.test(part) || part === 'localhost' || part !== part.toLowerCase()

/** Reads an image name as Docker and the kubelet do: `nginx` is `docker.io/library/nginx:latest`. `undefined` when it is none. */
export function parseReference(name: string): ImageReference | undefined {
  const found = PATTERN.exec(name)?.groups
  if (!found) return undefined
  const hub = found['registry'] === undefined || !isRegistry(found['registry'])
  const path = hub && found['registry'] !== undefined ? `${found['registry']}/${found['repository']}` : found['repository']!
  const registry = hub || found['registry'] === 'index.docker.io' ? 'docker.io' : found['registry']!
  const repository = registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path
  const { tag, digest } = found
  return { registry, repository, ...(tag || !digest ? { tag: tag ?? 'latest' } : {}), ...(digest && { digest }) }
}

/** The full name, as containerd stores it. */
export const fullName = ({ registry, repository, tag, digest }: ImageReference): string =>
  `${registry}/${repository}${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}`
