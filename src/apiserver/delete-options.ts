import type { DeleteOptions } from '../api/meta/options.ts'
import { deleteOptions } from '../api/meta/options.ts'
import { decode } from '../machinery/schema/decode.ts'
import { badRequest, invalid, type Cause } from '../machinery/status.ts'
import type { Call } from './call.ts'
import { checkDryRun } from './options.ts'
import { readText } from './representation/read.ts'

const POLICIES = ['Foreground', 'Background', 'Orphan']

/** The options of a deletion: the body's, or without a body those of the query. Checked. */
export function deleteOptionsOf(call: Call): DeleteOptions {
  const options = call.encoded && call.encoded.bytes.length > 0 ? fromBody(call) : call.body ? decode(deleteOptions, call.body).object : fromQuery(call)
  const causes: Cause[] = []
  if (options.propagationPolicy !== undefined && options.orphanDependents !== undefined) {
    causes.push({ reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(options.propagationPolicy)}: orphanDependents and deletionPropagation cannot be both set`, field: 'propagationPolicy' })
  } else if (options.propagationPolicy !== undefined && !POLICIES.includes(options.propagationPolicy)) {
    causes.push({ reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify(options.propagationPolicy)}: supported values: ${[...POLICIES, 'nil'].map(policy => JSON.stringify(policy)).join(', ')}`, field: 'propagationPolicy' })
  }
  causes.push(...checkDryRun(options.dryRun))
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', causes)
  const { orphanWarning } = call.resource
  if (orphanWarning && options.propagationPolicy === undefined && options.orphanDependents === undefined) call.warnings.add(orphanWarning)
  return options
}

/** Parameters of a DELETE's query, as the API server takes them. */
function fromQuery({ options }: Call): DeleteOptions {
  const taken = ['gracePeriodSeconds', 'propagationPolicy', 'orphanDependents', 'dryRun', 'preconditions'] as const
  return decode(deleteOptions, Object.fromEntries(taken.filter(name => options[name] !== undefined).map(name => [name, options[name]]))).object
}

/** What DeleteOptions may call itself. */
const isOptionsKind = (kind: unknown, apiVersion: unknown): boolean => (kind === undefined || kind === '' || kind === 'DeleteOptions') && (apiVersion === undefined || typeof apiVersion === 'string')

function fromBody(call: Call): DeleteOptions {
  const read = readText(call.encoded!, { kind: 'DeleteOptions', schema: deleteOptions, plain: true })
  const said = (read.value ?? {}) as { kind?: unknown; apiVersion?: unknown }
  if (!isOptionsKind(said.kind, said.apiVersion)) {
    throw badRequest(`no kind ${JSON.stringify(said.kind)} is registered for version ${JSON.stringify(said.apiVersion ?? 'v1')} in scheme "k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27"`)
  }
  return decode(deleteOptions, read.value, read).object
}
