import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace, type Context, type Span, type SpanContext, type Tracer } from '@opentelemetry/api'
import { asyncContext, outgoingHeaders } from '../host/async-context.ts'
import type { Clock } from '../machinery/clock.ts'
import { errorMessage } from '../machinery/log.ts'
import type { Exchange, Observation } from './exchange.ts'
import type { RequestInfo } from './request-info.ts'
import { whenEnded, type SpanAttributes, type Tracing } from './tracing.ts'

/** Whoever may do everything, or watches the server, may also say that a request is part of a larger trace; what others say is only linked to. */
const TRUSTED_GROUPS = ['system:masters', 'system:monitoring']

interface Current {
  context: Context | undefined
}

export interface OtelTracingOptions {
  readonly tracer: Tracer
  readonly clock: Clock
  /** Sends what is left. */
  close(): Promise<void>
}

/** Tracing with OpenTelemetry, whose spans are called as upstream calls its own. */
export function otelTracing({ tracer, clock, close }: OtelTracingOptions): Tracing {
  const current = asyncContext<Current>()
  const within = <T>(own: Current, action: () => T): T => current.run(own, () => outgoingHeaders.run(() => headersOf(own.context), action))
  return {
    enter: action => within({ context: undefined }, action),
    observer: { begin: (exchange, info) => observation(tracer, clock, current.get(), exchange, info) },
    step<T>(name: string, attributes: SpanAttributes, action: () => T): T {
      const parent = current.get()?.context
      if (!parent) return action()
      const span = tracer.startSpan(name, { attributes }, parent)
      return within({ context: trace.setSpan(parent, span) }, () => whenEnded(action, error => endSpan(span, error)))
    },
    close,
  }
}

function endSpan(span: Span, error: unknown): void {
  if (error !== undefined) {
    span.recordException(error instanceof Error ? error : errorMessage(error))
    span.setStatus({ code: SpanStatusCode.ERROR, message: errorMessage(error) })
  }
  span.end()
}

function observation(tracer: Tracer, clock: Clock, own: Current | undefined, exchange: Exchange, info: RequestInfo): Observation {
  const startedMs = clock.now()
  let span: Span | undefined
  const begin = (): void => {
    const remote = remoteContext(exchange.header('traceparent'))
    const trusted = exchange.requester?.groups?.some(group => TRUSTED_GROUPS.includes(group)) ?? false
    const parent = remote && trusted ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT
    const links = remote && !trusted ? [{ context: remote }] : []
    span = tracer.startSpan(spanName(exchange.method, info), { kind: SpanKind.SERVER, startTime: startedMs, links, attributes: attributesOf(exchange) }, parent)
    if (!own) return
    own.context = trace.setSpan(parent, span)
    tracer.startSpan('authentication', { startTime: startedMs }, own.context).end()
  }
  return {
    known: begin,
    done(status) {
      if (!span) begin()
      span!.setAttribute('http.status_code', status)
      if (status >= 500) span!.setStatus({ code: SpanStatusCode.ERROR })
      span!.end()
    },
  }
}

const attributesOf = (exchange: Exchange): SpanAttributes => ({
  'http.method': exchange.method, 'http.target': exchange.query.size > 0 ? `${exchange.path}?${exchange.query}` : exchange.path, 'http.scheme': 'https', ...(exchange.header('user-agent') !== undefined && { 'http.user_agent': exchange.header('user-agent')! }),
  'audit-id': exchange.auditId,
})

/** Upstream's names: the request with its names left out, so that equal requests are called alike. */
function spanName(method: string, info: RequestInfo): string {
  if (info.type === 'path') return method
  const { group, version, namespace, resource, name, subresource } = info
  return `${method} ${group ? `/apis/${group}` : '/api'}/${version}${namespace ? '/namespaces/{:namespace}' : ''}/${resource}${name ? '/{:name}' : ''}${subresource ? `/${subresource}` : ''}`
}

/** W3C Trace Context: where a request comes from. Undefined for what is no such thing. */
export function remoteContext(traceparent: string | undefined): SpanContext | undefined {
  const [, version, traceId, spanId, flags, more] = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(traceparent?.trim() ?? '') ?? []
  if (!traceId || !spanId || version === 'ff' || (version === '00' && more) || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  return { traceId, spanId, traceFlags: parseInt(flags!, 16) & TraceFlags.SAMPLED, isRemote: true }
}

function headersOf(context: Context | undefined): Readonly<Record<string, string>> {
  const span = context && trace.getSpanContext(context)
  return span ? { traceparent: `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}` } : {}
}
