import { parse } from 'yaml'
import { badRequest } from '../machinery/status.ts'

/** Where an API server is and how to prove who asks. Certificates and keys are PEM text. */
export interface Connection {
  readonly server: string
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly token?: string
  readonly username?: string
  readonly password?: string
  /** The server's certificate is not checked. */
  readonly insecure?: boolean
  readonly tlsServerName?: string
  readonly namespace: string
}

export interface KubeconfigOptions {
  /** Use this context instead of the file's current one. */
  readonly context?: string
  /** Reads a file that the kubeconfig names; relative to the kubeconfig's folder is the caller's business. */
  readonly readFile?: (path: string) => string
}

interface Named { name: string }
interface Cluster { server?: string; 'certificate-authority'?: string; 'certificate-authority-data'?: string; 'insecure-skip-tls-verify'?: boolean; 'tls-server-name'?: string }
interface AuthInfo {
  'client-certificate'?: string; 'client-certificate-data'?: string; 'client-key'?: string; 'client-key-data'?: string
  token?: string; tokenFile?: string; username?: string; password?: string; exec?: unknown; 'auth-provider'?: unknown
}
interface File {
  'current-context'?: string
  clusters?: (Named & { cluster?: Cluster })[] | null
  users?: (Named & { user?: AuthInfo })[] | null
  contexts?: (Named & { context?: { cluster?: string; user?: string; namespace?: string } })[] | null
}

const decode = (base64: string): string => new TextDecoder().decode(Uint8Array.from(atob(base64), character => character.charCodeAt(0)))

/** The connection that a kubeconfig's text means. Throws a sentence that says what is missing. */
export function readKubeconfig(text: string, { context: chosen, readFile }: KubeconfigOptions = {}): Connection {
  const file = (parse(text, { version: '1.1' }) ?? {}) as File
  const contextName = chosen ?? file['current-context']
  if (!contextName) throw badRequest('the kubeconfig has no current-context')
  const context = named(file.contexts, contextName, 'context').context ?? {}
  const cluster = named(file.clusters, context.cluster ?? '', 'cluster').cluster ?? {}
  const user = context.user ? named(file.users, context.user, 'user').user ?? {} : {}
  if (!cluster.server) throw badRequest(`the cluster "${context.cluster}" of the kubeconfig has no server`)
  if (user.exec || user['auth-provider']) throw badRequest(`the user "${context.user}" of the kubeconfig needs an external program, which is not supported here`)
  const content = (data: string | undefined, path: string | undefined): string | undefined => {
    if (data) return decode(data)
    if (!path) return undefined
    if (!readFile) throw badRequest(`the kubeconfig names the file ${path}, but files cannot be read here`)
    return readFile(path)
  }
  const parts = {
    ca: content(cluster['certificate-authority-data'], cluster['certificate-authority']),
    cert: content(user['client-certificate-data'], user['client-certificate']),
    key: content(user['client-key-data'], user['client-key']),
    token: user.token || content(undefined, user.tokenFile)?.trim(),
    username: user.username, password: user.password, tlsServerName: cluster['tls-server-name'], insecure: cluster['insecure-skip-tls-verify'],
  }
  const stated = Object.fromEntries(Object.entries(parts).filter(([, value]) => value))
  return { server: cluster.server.replace(/\/+$/, ''), namespace: context.namespace ?? 'default', ...stated }
}

function named<T extends Named>(list: T[] | null | undefined, name: string, what: string): T {
  const found = list?.find(entry => entry.name === name)
  if (!found) throw badRequest(`the kubeconfig has no ${what} "${name}"`)
  return found
}
