import { decode } from '../../machinery/schema/decode.ts'
import type { Schema } from '../../machinery/schema/schema.ts'
import { badRequest, StatusError, type Cause } from '../../machinery/status.ts'
import { parseYaml } from '../../machinery/yaml.ts'

/** A kind of configuration file: one form whatever its version. */
export interface ConfigurationKind<T> {
  readonly kind: string
  readonly group: string
  readonly versions: readonly string[]
  readonly schema: Schema<T>
  /** What refusals begin with. */
  readonly failure: string
}

/** Reads a configuration file strictly: what nobody knows, and what is said twice, is refused. Throws a StatusError worded as upstream. */
export function readConfiguration<T>(text: string, { kind, group, versions, schema, failure }: ConfigurationKind<T>): T {
  const fail = (why: string): never => { throw badRequest(`${failure}: ${why}`) }
  const parsed = parseYaml(text)
  const said = (parsed.value ?? {}) as { kind?: unknown; apiVersion?: unknown }
  if (!said.kind) return fail("Object 'Kind' is missing")
  if (!said.apiVersion) return fail("Object 'apiVersion' is missing")
  if (said.kind !== kind || !versions.some(version => said.apiVersion === `${group}/${version}`)) {
    return fail(`no kind ${JSON.stringify(said.kind)} is registered for version ${JSON.stringify(said.apiVersion)}`)
  }
  try {
    const { object, problems } = decode(schema, parsed.value, parsed)
    return problems.length > 0 ? fail(`strict decoding error: ${problems.sort().join(', ')}`) : object
  } catch (error) {
    if (error instanceof StatusError && !error.message.startsWith(failure)) fail(error.message)
    throw error
  }
}

/** Refuses a configuration that is well-formed and wrong, naming everything that is wrong with it. */
export function refuseConfiguration(causes: readonly Cause[], others: readonly string[] = [], before = ''): void {
  const lines = [...new Set([...causes.map(({ field, message }) => (field ? `${field}: ${message}` : message)), ...others])]
  if (lines.length > 0) throw badRequest(`${before}${lines.length === 1 ? lines[0]! : `[${lines.join(', ')}]`}`)
}
