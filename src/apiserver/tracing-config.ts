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

const undecodable = (why: string): Error => badRequest(`failed to read tracing config: unable to decode tracing configuration data: ${why}`)

/** Reads the file given with `--tracing-config-file`. Throws what is wrong with it in upstream's words. */
export function readTracingConfig(text: string): TracingConfig {
  const { endpoint, samplingRatePerMillion } = parse(text)
  const faults: string[] = []
  if (samplingRatePerMillion < 0) faults.push(`samplingRatePerMillion: Invalid value: ${samplingRatePerMillion}: sampling rate must be positive`)
  if (samplingRatePerMillion > MILLION) faults.push(`samplingRatePerMillion: Invalid value: ${samplingRatePerMillion}: sampling rate per million must be less than or equal to one million`)
  const scheme = endpoint.includes('//') ? (/^([^:/]*):/.exec(endpoint)?.[1] ?? '') : 'dns'
  if (!SCHEMES.includes(scheme)) {
    faults.push(`endpoint: Invalid value: ${JSON.stringify(endpoint)}: unsupported scheme: ${scheme}.  Options are none, dns, unix, or unix-abstract.  See https://github.com/grpc/grpc/blob/master/doc/naming.md`)
  }
  if (faults.length > 0) throw badRequest(`failed to validate tracing configuration: ${faults.length > 1 ? `[${faults.join(', ')}]` : faults[0]}`)
  return { endpoint, samplingRatePerMillion }
}

function parse(text: string): TracingConfig {
  let value: unknown
  try {
    value = text.trim() === '' ? undefined : parseYaml(text).value
  } catch (error) {
    throw undecodable((error as Error).message)
  }
  // A file that says nothing asks for tracing as it is by default.
  if (value === undefined) return { endpoint: DEFAULT_ENDPOINT, samplingRatePerMillion: 0 }
  const config = value as Readonly<Record<string, unknown>>
  const { kind, apiVersion, endpoint = DEFAULT_ENDPOINT, samplingRatePerMillion = 0 } = config
  if (!kind) throw undecodable(`Object 'Kind' is missing in '${text}'`)
  if (kind !== 'TracingConfiguration' || !VERSIONS.includes(String(apiVersion))) {
    throw undecodable(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(String(apiVersion))} in scheme "k8s.io/apiserver/pkg/server/options/tracing.go:49"`)
  }
  if (typeof endpoint !== 'string') throw undecodable(wrongType(endpoint, 'endpoint', 'string'))
  if (typeof samplingRatePerMillion !== 'number' || !Number.isInteger(samplingRatePerMillion)) throw undecodable(wrongType(samplingRatePerMillion, 'samplingRatePerMillion', 'int32'))
  const unknown = Object.keys(config).filter(field => !['apiVersion', 'kind', 'endpoint', 'samplingRatePerMillion'].includes(field))
  if (unknown.length > 0) throw undecodable(`strict decoding error: ${unknown.map(field => `unknown field ${JSON.stringify(field)}`).join(', ')}`)
  return { endpoint, samplingRatePerMillion }
}

function wrongType(value: unknown, field: string, wanted: string): string {
  const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value === 'number' && wanted === 'int32' ? `number ${value}` : typeof value
  return `json: cannot unmarshal ${found} into Go struct field TracingConfiguration.TracingConfiguration.${field} of type ${wanted}`
}
