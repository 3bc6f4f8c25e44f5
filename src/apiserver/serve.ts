import { status } from '../api/meta/status.ts'
import { clientCertificate } from '../host/http.ts'
import type { Wire } from '../host/wire.ts'
import { after, holding, type Awaitable } from '../machinery/awaitable.ts'
import { errorMessage } from '../machinery/log.ts'
import { StatusError } from '../machinery/status.ts'
import { ANONYMOUS, authenticate } from './authn/index.ts'
import type { Authenticator, Credentials } from './authn/authenticator.ts'
import { authorizeExchange } from './authorize.ts'
import { withinTime } from './deadline.ts'
import { Exchange, type Observation } from './exchange.ts'
import type { Fairness } from './flow/fairness.ts'
import { impersonate } from './impersonate.ts'
import { isLongRunning, type Observer } from './observation.ts'
import type { PathHandler } from './paths/path.ts'
import { bodyOf } from './representation/answer.ts'
import { negotiateError, prettyWanted } from './representation/negotiate.ts'
import { requestInfo, type RequestInfo } from './request-info.ts'
import { serveResource } from './resource-handler.ts'
import { NoSuchPath } from './router.ts'
import { LargeAnswers } from './send.ts'
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
export function createHandler(parts: ServeParts): (wire: Wire) => void {
  const large = new LargeAnswers()
  return wire => handle(parts, new Exchange(wire, auditIdOf(parts, wire), large))
}

const AUDIT_ID_LIMIT = 64

/** What a proxy before this server has called the request, or a name of its own. */
export const auditIdOf = ({ server }: ServeParts, { headers }: Wire): string => (headers['audit-id'] as string | undefined)?.slice(0, AUDIT_ID_LIMIT) || server.random.uuid()

/** Requests whose answer is in memory are answered before this returns; only those that wait for something are promised. */
function handle(parts: ServeParts, exchange: Exchange): void {
  const info = requestInfo(exchange)
  exchange.observations = observe(parts, exchange, info)
  let working: Promise<void>
  try {
    const work = serve(parts, exchange, info)
    if (!(work instanceof Promise)) return tellDone(exchange)
    working = withinTime(parts.server.clock, exchange, info, work)
  } catch (error) {
    working = Promise.reject(error)
  }
  void working.catch(error => answerError(parts, exchange, error)).finally(() => tellDone(exchange))
}

export const observe = ({ observers = [] }: ServeParts, exchange: Exchange, info: RequestInfo): readonly Observation[] => observers.map(observer => observer.begin(exchange, info))

export function tellDone({ observations, status }: Exchange): void {
  for (const observation of observations) observation.done(status)
}

function serve(parts: ServeParts, exchange: Exchange, info: RequestInfo): Awaitable<void> {
  const { server, fairness } = parts
  return after(admitUser(parts, exchange, info), () => {
    const answer = (): Awaitable<void> => (info.type === 'resource' ? serveResource(server, exchange, info) : servePath(parts.paths, exchange))
    if (!fairness || isLongRunning(info)) return answer()
    return after(fairness.enter(exchange.user!, info, exchange), seat => {
      exchange.seat = seat
      return holding(seat, answer)
    })
  })
}

/** Authenticate, impersonate, authorize. */
export function admitUser({ server, authenticators, isOpen }: ServeParts, exchange: Exchange, info: RequestInfo): Awaitable<void> {
  return after(authenticate(authenticators, credentialsOf(exchange)), requester => {
    if (requester === ANONYMOUS && isOpen?.(exchange.path) === false) throw new StatusError('Unauthorized', 'Unauthorized')
    exchange.requester = requester
    return after(tellKnown(exchange.observations), () => after(impersonate(exchange, requester, server.authorizer, info), user => {
      exchange.user = user
      return authorizeExchange(server.authorizer, exchange, info)
    }))
  })
}

/** Waits for those who need time to take note. */
function tellKnown(observations: readonly Observation[]): Awaitable<unknown> {
  const waits = observations.map(observation => observation.known?.()).filter(wait => wait !== undefined)
  return waits.length > 0 ? Promise.all(waits) : undefined
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
    exchange.fault = errorMessage(error)
    server.log.error('A request failed for a reason that nobody foresaw', { method: exchange.method, path: exchange.path, error: errorMessage(error), stack: error instanceof Error ? error.stack : undefined })
  }
  const told = error instanceof StatusError ? error : new StatusError('InternalError', 'Internal error occurred: see the log of the API server')
  exchange.told = told.toJSON()
  const format = negotiateError(exchange.header('accept'), prettyWanted(exchange.query, exchange.header('user-agent')))
  const retry = told.details?.retryAfterSeconds
  const body = bodyOf({ object: told.toJSON() }, { resource: undefined as never, format, include: 'None', now: 0, schema: status })
  await exchange.send(told.code, format.mediaType, body, { ...(retry !== undefined && { 'retry-after': String(retry) }) })
}

/** What is known of connections, so that a certificate is looked at once. */
const certificates = new WeakMap<object, { readonly certificate: Credentials['certificate'] }>()

function credentialsOf(exchange: Exchange): Credentials {
  const { request: { connection, socket }, headers } = exchange
  let known = certificates.get(connection)
  if (!known) certificates.set(connection, (known = { certificate: clientCertificate(socket) }))
  const { certificate } = known
  const bearerToken = bearerTokenOf(headers['authorization'] as string | undefined)
  return {
    headers, ...(certificate && { certificate }),
    ...(bearerToken !== undefined && { bearerToken, annotate: (key: string, value: string) => void (exchange.annotations[key] = value), warn: (text: string) => void exchange.warnings.add(text) }),
  }
}

const bearerTokenOf = (authorization: string | undefined): string | undefined => (authorization === undefined ? undefined : /^Bearer +(.+)$/i.exec(authorization)?.[1]?.trim())
