import { badRequest } from '../machinery/status.ts'
import { parseYaml } from '../machinery/yaml.ts'

/** apiserver.config.k8s.io TracingConfiguration. */
export interface TracingConfig {
  /** `host:port`, `dns:…`, `unix:…`: where the OTLP collector listens. */
  readonly endpoint: string
  /** Of a million requests that belong to no trace yet, how many begin one. */
  readonly samplingRatePerMillion: number
}

const DEFAULT_ENDPOINT = 'localhost:4317'
const MILLION = 1_000_000
const VERSIONS = ['v1', 'v1beta1', 'v1alpha1'].map(version => `apiserver.config.k8s.io/${version}`)
const SCHEMES = ['dns', 'unix', 'unix-abstract']

/** Reads the file given with `--tracing-config-file`. Throws what is wrong with it in upstream's words. */
export function readTracingConfig(text: string): TracingConfig {
  const value = parse(text)
  const { endpoint = DEFAULT_ENDPOINT, samplingRatePerMillion = 0 } = value as { endpoint?: unknown; samplingRatePerMillion?: unknown }
  const faults: string[] = []
  if (typeof samplingRatePerMillion !== 'number' || !Number.isInteger(samplingRatePerMillion) || typeof endpoint !== 'string') {
    throw badRequest('failed to read tracing config: unable to decode tracing configuration data: endpoint is a text, and samplingRatePerMillion a whole number')
  }
  if (samplingRatePerMillion < 0) faults.push(`samplingRatePerMillion: Invalid value: ${samplingRatePerMillion}: sampling rate must be positive`)
  if (samplingRatePerMillion > MILLION) faults.push(`samplingRatePerMillion: Invalid value: ${samplingRatePerMillion}: sampling rate per million must be less than or equal to one million`)
  const scheme = endpoint.includes('//') ? (/^([^:/]*):/.exec(endpoint)?.[1] ?? '') : 'dns'
  if (!SCHEMES.includes(scheme)) {
    faults.push(`endpoint: Invalid value: ${JSON.stringify(endpoint)}: unsupported scheme: ${scheme}.  Options are none, dns, unix, or unix-abstract.  See https://github.com/grpc/grpc/blob/master/doc/naming.md`)
  }
  if (faults.length > 0) throw badRequest(`failed to validate tracing configuration: ${faults.length > 1 ? `[${faults.join(', ')}]` : faults[0]}`)
  return { endpoint, samplingRatePerMillion }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = parseYaml(text).value
  } catch (error) {
    throw badRequest(`failed to read tracing config: unable to decode tracing configuration data: ${(error as Error).message}`)
  }
  const config = (value ?? {}) as Readonly<Record<string, unknown>>
  if (config['kind'] !== 'TracingConfiguration' || !VERSIONS.includes(String(config['apiVersion']))) {
    throw badRequest('failed to read tracing config: unable to decode tracing configuration data: it has apiVersion apiserver.config.k8s.io/v1 and kind TracingConfiguration')
  }
  const unknown = Object.keys(config).find(field => !['apiVersion', 'kind', 'endpoint', 'samplingRatePerMillion'].includes(field))
  if (unknown) throw badRequest(`failed to read tracing config: unable to decode tracing configuration data: strict decoding error: unknown field ${JSON.stringify(unknown)}`)
  return config
}
