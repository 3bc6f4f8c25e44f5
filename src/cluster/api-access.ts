import type { LocalApi, User } from '../api/request.ts'
import { serviceAccountUser } from '../apiserver/authn/service-account-token.ts'
import { API_SERVER } from '../apiserver/bootstrap/index.ts'
import type { Cache } from '../client/cache.ts'
import { createCache } from '../client/cache.ts'
import type { Client } from '../client/client.ts'
import { createClient } from '../client/client.ts'
import { readKubeconfig, type Connection } from '../client/kubeconfig.ts'
import { httpTransport, localTransport } from '../client/transport.ts'
import type { Host } from '../host/host.ts'
import { httpClient } from '../host/http-client.ts'
import { assert } from '../machinery/assert.ts'
import type { Clock } from '../machinery/clock.ts'
import type { Log } from '../machinery/log.ts'
import type { Random } from '../machinery/random.ts'
import { StatusError } from '../machinery/status.ts'
import { accountToken } from './account-tokens.ts'
import { followFile } from './follow-file.ts'
import { VERSION } from './version.ts'

const DNS_ACCOUNT = 'coredns'
/** How long a connection is kept whose certificate was replaced. */
const OLD_CONNECTION_MS = 60_000
const AUTHENTICATED = 'system:authenticated'
const component = (name: string, ...groups: readonly string[]): User => ({ name, groups: [...groups, AUTHENTICATED] })

/** Who the cluster's parts are: the users that RBAC's bootstrap bindings know. */
export const identities = {
  'controller-manager': component('system:kube-controller-manager'),
  scheduler: component('system:kube-scheduler'),
  proxy: component('system:kube-proxy'),
  dns: { ...serviceAccountUser('kube-system', DNS_ACCOUNT), groups: [...serviceAccountUser('kube-system', DNS_ACCOUNT).groups, AUTHENTICATED] },
  kubelet: (node: string): User => component(`system:node:${node}`, 'system:nodes'),
  controller: (name: string): User => component(`system:serviceaccount:kube-system:${name}`, 'system:serviceaccounts', 'system:serviceaccounts:kube-system'),
} as const

/** How the parts of one process reach the API: by a function call when the API server is in this process, over HTTPS otherwise. */
export interface ApiAccess {
  /** A client that speaks as `user`. Over HTTPS it is the kubeconfig's user, but for controllers: they have their own tokens. */
  client(user: User): Promise<Client>
  /** The same for many users, once the API can be reached. */
  clients(): Promise<(user: User) => Client>
  /** The process's informers, shared by all its parts. */
  cache(): Promise<Cache>
  /** Hands over the API server of this process; whoever waits for a client goes on. */
  provide(api: LocalApi): void
  /** Tells whoever still waits for the API server of this process that it does not come. */
  abandon(): void
  close(): void
}

/** The program that a client calls itself, as upstream's does: what managed fields name as their manager. */
function programOf({ name }: User): string {
  if (name.startsWith('system:node:')) return 'kubelet'
  if (name.startsWith('system:serviceaccount:kube-system:') && !name.endsWith(`:${DNS_ACCOUNT}`)) return 'kube-controller-manager'
  return name.split(':').at(-1)!
}

export interface ApiAccessOptions {
  readonly host: Host
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Absent: the API server is in this process and is handed over with `provide`. */
  readonly kubeconfig?: string
}

/** The way to the API for one process. Nothing is connected or read before somebody asks for it. */
export function createApiAccess({ host, clock, random, log, kubeconfig }: ApiAccessOptions): ApiAccess {
  const local = Promise.withResolvers<LocalApi>()
  local.promise.catch(() => undefined)
  const closing: (() => void)[] = []
  const userAgent = (user: User): string => `${programOf(user)}/${VERSION} k8ts/${user.name}`

  /** Over HTTPS a controller shows a token of its own service account; everybody else is the kubeconfig's user. */
  const speakAs = (user: User, own: Client, connection: Connection): Client => {
    const account = /^system:serviceaccount:kube-system:(.+)$/.exec(user.name)?.[1]
    if (account === undefined || account === DNS_ACCOUNT) return own
    const { cert: _cert, key: _key, ...server } = connection
    const token = accountToken(own, account, clock)
    let shown = ''
    const http = httpClient({ ...server, token: () => shown })
    closing.push(() => http.close())
    return createClient(httpTransport(async request => {
      shown = await token()
      return http.send(request)
    }, userAgent(user)))
  }

  const connect = async (): Promise<(user: User) => Client> => {
    if (kubeconfig === undefined) {
      const api = await local.promise
      return user => createClient(localTransport(api, user, userAgent(user)))
    }
    let connection = readKubeconfig(await host.files.readText(kubeconfig))
    let http = httpClient(connection)
    const ended = new AbortController()
    const changed = (text: string): void => {
      const before = http
      connection = readKubeconfig(text)
      http = httpClient(connection)
      // What is under way comes to its end; watches begin again with the new certificate.
      clock.after(OLD_CONNECTION_MS, () => before.close(), { background: true })
    }
    void followFile({ files: host.files, log, path: kubeconfig, signal: ended.signal, changed })
    closing.push(() => {
      ended.abort()
      http.close()
    })
    return user => speakAs(user, createClient(httpTransport(request => http.send(request), userAgent(user))), connection)
  }
  const connected = once(connect)
  const cache = once(async () => {
    const client = (await connected())(API_SERVER)
    const shared = createCache({ client, clock, random, log, initialEvents: true })
    closing.push(() => shared.stop())
    return shared
  })
  return {
    client: async user => (await connected())(user),
    clients: connected,
    cache,
    provide(api) {
      assert(kubeconfig === undefined, 'this process reaches the API over HTTPS')
      local.resolve(api)
    },
    abandon: () => local.reject(new StatusError('ServiceUnavailable', 'the API server of this process did not start')),
    close() {
      for (const close of closing.reverse()) close()
    },
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}
