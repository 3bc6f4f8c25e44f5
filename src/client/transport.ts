import type { ApiRequest, LocalApi, User, WatchEvent } from '../api/request.ts'
import { apiVersionOf, type AnyResource, type KubeObject } from '../api/resource.ts'
import { StatusError, type StatusBody } from '../machinery/status.ts'
import { methodOf, pathOf, queryOf } from './path.ts'

/** A request before anybody has said who asks. */
export type ClientRequest = Omit<ApiRequest, 'user' | 'userAgent'>

/** How requests reach an API server. */
export interface Transport {
  call(request: ClientRequest): Promise<unknown>
  watch(request: ClientRequest): AsyncIterable<WatchEvent>
}

/** Calls the API server of this process as `user`: no TLS, no HTTP, no JSON; answers are the server's own objects. */
export const localTransport = (api: LocalApi, user: User, userAgent: string): Transport => ({
  call: request => api.call({ ...request, user, userAgent }),
  watch: request => api.watch({ ...request, user, userAgent }),
})

export interface HttpSendRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly signal?: AbortSignal
}

export interface HttpSendAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Must be read to its end or left early, or the connection leaks. */
  readonly body: AsyncIterable<Uint8Array>
}

/** Sends one request to one server; connections, certificates and tokens are its business. `host/http-client.ts` makes one. */
export type HttpSend = (request: HttpSendRequest) => Promise<HttpSendAnswer>

/** Reaches an API server over HTTP, in JSON. */
export function httpTransport(send: HttpSend, userAgent: string): Transport {
  const request = (call: ClientRequest): HttpSendRequest => ({
    method: methodOf(call.verb),
    path: pathOf(call) + queryOf(call.options, call.verb === 'watch'),
    headers: {
      accept: 'application/json', 'user-agent': userAgent, ...(call.body !== undefined && { 'content-type': call.patchType ?? 'application/json' }),
    },
    ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
    ...(call.signal && { signal: call.signal }),
  })
  return {
    async call(call) {
      const answer = await send(request(call))
      const text = await textOf(answer.body)
      if (answer.status >= 400) throw failure(answer.status, text)
      return withKinds(JSON.parse(text), call.resource)
    },
    watch: call => watchOver(send, request(call)),
  }
}

async function* watchOver(send: HttpSend, request: HttpSendRequest): AsyncIterable<WatchEvent> {
  try {
    const answer = await send(request)
    if (answer.status >= 400) throw failure(answer.status, await textOf(answer.body))
    for await (const line of linesOf(answer.body)) {
      const event = JSON.parse(line) as { type: string; object: unknown }
      if (event.type === 'ERROR') throw StatusError.from(event.object as StatusBody)
      yield event as WatchEvent
    }
  } catch (error) {
    // An aborted watch ends; it does not fail.
    if (!request.signal?.aborted) throw error
  }
}

/** Items of a list do not repeat kind and apiVersion on the wire. */
function withKinds(answer: unknown, resource: AnyResource): unknown {
  const list = answer as { kind?: string; items?: KubeObject[] | null }
  if (list.kind !== resource.listKind) return answer
  const [kind, apiVersion] = [resource.kind, apiVersionOf(resource)]
  return { ...list, items: (list.items ?? []).map(item => (item.kind ? item : { ...item, kind, apiVersion })) }
}

function failure(code: number, text: string): StatusError {
  try {
    const body = JSON.parse(text) as StatusBody
    if (body.kind === 'Status') return StatusError.from({ ...body, code: body.code ?? code })
  } catch {
    // Not a Status: a proxy's page, say. Its text is the message.
  }
  return new StatusError('', `the server answered ${code}: ${text.slice(0, 1000).trim()}`, undefined, { code })
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) text += decoder.decode(chunk, { stream: true })
  return text + decoder.decode()
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder()
  let parts: string[] = []
  for await (const chunk of body) {
    const lines = decoder.decode(chunk, { stream: true }).split('\n')
    parts.push(lines[0]!)
    for (const next of lines.slice(1)) {
      const line = parts.join('')
      if (line.trim()) yield line
      parts = [next]
    }
  }
}
