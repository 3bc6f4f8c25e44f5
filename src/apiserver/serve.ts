import { status } from '../api/meta/status.ts'
import { clientCertificate, type HttpHandler, type HttpRequest, type HttpResponse } from '../host/http.ts'
import { errorMessage } from '../machinery/log.ts'
import { StatusError } from '../machinery/status.ts'
import { ANONYMOUS, authenticate } from './authn/index.ts'
import type { Authenticator, Credentials } from './authn/authenticator.ts'
import { authorizeExchange } from './authorize.ts'
import { withinTime } from './deadline.ts'
import { Exchange } from './exchange.ts'
import type { Fairness } from './flow/fairness.ts'
import { impersonate } from './impersonate.ts'
import { isLongRunning, type Observer } from './observation.ts'
import type { PathHandler } from './paths/path.ts'
import { bodyOf } from './representation/answer.ts'
import { negotiateError } from './representation/negotiate.ts'
import { requestInfo, type RequestInfo } from './request-info.ts'
import { serveResource } from './resource-handler.ts'
import { NoSuchPath } from './router.ts'
import type { Server } from './verbs/verb.ts'

export interface ServeParts {
  readonly server: Server
  readonly authenticators: readonly Authenticator[]
  readonly paths: readonly PathHandler[]
  /** Who looks at requests from outside: metrics, the audit log. */
  readonly observers?: readonly Observer[]
  /** The paths that can be asked for without credentials; absent: authorization decides. */
  readonly isOpen?: (path: string) => boolean
  /** Absent: everybody is served at once. */
  readonly fairness?: Fairness
}

/** Answers HTTP requests: authenticate, audit, impersonate, authorize, and on to the resource or path that is asked for. */
export function createHandler(parts: ServeParts): HttpHandler {
  return (request, response) => void handle(parts, request, response)
}

async function handle(parts: ServeParts, request: HttpRequest, response: HttpResponse): Promise<void> {
  const exchange = new Exchange(request, response)
  const { server } = parts
  const info = requestInfo(exchange.method, exchange.path, exchange.query)
  exchange.observations = (parts.observers ?? []).map(observer => observer.begin(exchange, info))
  try {
    await withinTime(server.clock, exchange, info, () => serve(parts, exchange, info))
  } catch (error) {
    await answerError(parts, exchange, error)
  } finally {
    for (const observation of exchange.observations) await observation.done(exchange.status)
  }
}

async function serve(parts: ServeParts, exchange: Exchange, info: RequestInfo): Promise<void> {
  await admitUser(parts, exchange, info)
  using _seat = isLongRunning(info) ? undefined : await parts.fairness?.enter(exchange.user!, info, exchange)
  if (info.type === 'resource') await serveResource(parts.server, exchange, info)
  else await servePath(parts.paths, exchange)
}

/** Authenticate, impersonate, authorize. */
export async function admitUser({ server, authenticators, isOpen }: ServeParts, exchange: Exchange, info: RequestInfo): Promise<void> {
  const requester = await authenticate(authenticators, await credentialsOf(exchange))
  if (requester === ANONYMOUS && isOpen?.(exchange.path) === false) throw new StatusError('Unauthorized', 'Unauthorized')
  exchange.requester = requester
  for (const observation of exchange.observations) await observation.known?.()
  exchange.user = await impersonate(exchange, requester, server.authorizer, info)
  await authorizeExchange(server.authorizer, exchange, info)
}

async function servePath(paths: readonly PathHandler[], exchange: Exchange): Promise<void> {
  for (const each of paths) if (await each(exchange)) return
  throw new NoSuchPath()
}

/** Every failure as the API's Status; what nobody foresaw is logged and told as an internal error, without its insides. */
async function answerError({ server }: ServeParts, exchange: Exchange, error: unknown): Promise<void> {
  if (exchange.isGone) return
  if (exchange.answered) return exchange.cut()
  if (error instanceof NoSuchPath) return exchange.sendText(404, '404 page not found\n')
  if (!(error instanceof StatusError)) {
    server.log.error('A request failed for a reason that nobody foresaw', { method: exchange.method, path: exchange.path, error: errorMessage(error), stack: error instanceof Error ? error.stack : undefined })
  }
  const told = error instanceof StatusError ? error : new StatusError('InternalError', 'Internal error occurred: see the log of the API server')
  const format = negotiateError(exchange.header('accept'))
  const retry = told.details?.retryAfterSeconds
  const body = bodyOf({ object: told.toJSON() }, { resource: undefined as never, format, include: 'None', now: 0, schema: status })
  await exchange.send(told.code, format.mediaType, body, { ...(retry !== undefined && { 'retry-after': String(retry) }) })
}

/** What is known of connections, so that a certificate is looked at once. */
const certificates = new WeakMap<object, Promise<Credentials['certificate']>>()

async function credentialsOf(exchange: Exchange): Promise<Credentials> {
  const connection = connectionOf(exchange.request)
  let certificate = certificates.get(connection)
  if (!certificate) certificates.set(connection, (certificate = certificateOf(exchange.request)))
  const known = await certificate
  const authorization = exchange.header('authorization')
  const bearerToken = authorization === undefined ? undefined : /^Bearer +(.+)$/i.exec(authorization)?.[1]?.trim()
  return { headers: exchange.headers, ...(known && { certificate: known }), ...(bearerToken !== undefined && { bearerToken }) }
}

/** The session of HTTP/2, whose requests see its socket through a proxy of their own, or the socket. */
const connectionOf = (request: HttpRequest): object => (request as { stream?: { session?: object } }).stream?.session ?? request.socket

async function certificateOf(request: HttpRequest): Promise<Credentials['certificate']> {
  const found = clientCertificate(request)
  if (!found) return undefined
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(found.der)))
  return { ...found.subject, fingerprint: Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join(''), notAfter: Infinity }
}

