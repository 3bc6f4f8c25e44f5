import type { Tracing } from '../apiserver/tracing.ts'
import type { TracingConfig } from '../apiserver/tracing-config.ts'
import type { Clock } from '../machinery/clock.ts'
import { VERSION } from './version.ts'

/** What spans are sent as. */
const SERVICE = 'apiserver'
const MILLION = 1_000_000
const SHUTDOWN_MS = 2_000

export interface TracingParts {
  readonly config: TracingConfig
  readonly clock: Clock
  /** Which server of several. */
  readonly instance: string
}

/** Starts tracing: spans go to a collector by OTLP over gRPC, without TLS, as upstream sends them. The libraries are loaded only here. */
export async function startTracing({ config, clock, instance }: TracingParts): Promise<Tracing> {
  const [grpc, { BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler, AlwaysOffSampler, TracerProvider }, { OTLPTraceExporter }, { resourceFromAttributes }, { otelTracing }] = await Promise.all([
    import('@grpc/grpc-js'), import('@opentelemetry/sdk-trace'), import('@opentelemetry/exporter-trace-otlp-grpc'), import('@opentelemetry/resources'), import('../apiserver/tracing-otel.ts'),
  ])
  const exporter = new OTLPTraceExporter({ url: targetOf(config.endpoint), credentials: grpc.credentials.createInsecure(), timeoutMillis: SHUTDOWN_MS })
  const { samplingRatePerMillion } = config
  const provider = new TracerProvider({
    // Whoever calls with a trace of its own decides; otherwise the rate does.
    sampler: new ParentBasedSampler({ root: samplingRatePerMillion > 0 ? new TraceIdRatioBasedSampler(samplingRatePerMillion / MILLION) : new AlwaysOffSampler() }),
    resource: resourceFromAttributes({ 'service.name': SERVICE, 'service.instance.id': instance, 'service.version': VERSION }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  })
  return otelTracing({ clock, tracer: provider.getTracer('k8s.io/component-base/tracing', VERSION), close: () => provider.shutdown() })
}

/** gRPC's own names stay; `host:port` needs a scheme here. */
const targetOf = (endpoint: string): string => (/^(unix|unix-abstract|dns):/.test(endpoint) ? endpoint.replace(/^dns:(\/\/)?/, 'http://') : `http://${endpoint}`)
