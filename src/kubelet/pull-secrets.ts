import type { Secret } from '../api/core/secret.ts'
import { parseReference } from './images/reference.ts'
import type { RegistryAuth } from './runtime.ts'

interface DockerEntry {
  username?: string
  password?: string
  auth?: string
  identitytoken?: string
  registrytoken?: string
}

/** A registry, or a part of one, with what opens it. */
export interface PullCredential {
  readonly registry: string
  readonly auth: RegistryAuth
}

const DOCKER_HUB = new Set(['index.docker.io', 'registry-1.docker.io', 'docker.io'])

function parseJson(base64: string | undefined): unknown {
  if (base64 === undefined) return undefined
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString())
  } catch {
    return undefined
  }
}

/** Key of a docker configuration as `host/path`: without scheme, version and trailing slash. */
const normalize = (key: string): string => key.replace(/^https?:\/\//, '').replace(/\/v[12]\/?$/, '').replace(/\/$/, '')

/** The credentials of image pull secrets; a secret of another type or without sense holds none. */
export function pullCredentials(secrets: readonly Secret[]): PullCredential[] {
  return secrets.flatMap(({ data }) => {
    const config = parseJson(data?.['.dockerconfigjson']) as { auths?: Record<string, DockerEntry> } | undefined
    const entries = config?.auths ?? (parseJson(data?.['.dockercfg']) as Record<string, DockerEntry> | undefined) ?? {}
    return Object.entries(entries).map(([key, entry]) => ({ registry: normalize(key), auth: authOf(key, entry) }))
  })
}

function authOf(key: string, { username, password, auth, identitytoken, registrytoken }: DockerEntry): RegistryAuth {
  const [user = '', ...rest] = auth ? Buffer.from(auth, 'base64').toString().split(':') : []
  return {
    username: username ?? user, password: password ?? rest.join(':'), serverAddress: key,
    ...(identitytoken && { identityToken: identitytoken }), ...(registrytoken && { registryToken: registrytoken }),
  }
}

/** Labels of a host match one by one; `*` stands for any part of one. */
function hostMatches(pattern: string, host: string): boolean {
  const [wanted, found] = [pattern.split('.'), host.split('.')]
  if (wanted.length !== found.length) return false
  return wanted.every((part, index) => {
    const pieces = part.split('*')
    const text = found[index]!
    if (pieces.length === 1) return part === text
    return text.startsWith(pieces[0]!) && text.endsWith(pieces.at(-1)!) && text.length >= part.length - (pieces.length - 1)
  })
}

/** What may open an image's registry, the most specific first; without any, the pull is tried with no credentials. */
export function credentialsFor(image: string, credentials: readonly PullCredential[]): RegistryAuth[] {
  const reference = parseReference(image)
  if (!reference) return []
  const matches = credentials.filter(({ registry }) => {
    const [host = '', ...path] = registry.split('/')
    const sameHost = DOCKER_HUB.has(host) ? reference.registry === 'docker.io' : hostMatches(host, reference.registry)
    return sameHost && (path.length === 0 || `${reference.repository}/`.startsWith(`${path.join('/')}/`) || reference.repository.startsWith(path.join('/')))
  })
  return matches.sort((a, b) => b.registry.length - a.registry.length).map(({ auth }) => auth)
}
