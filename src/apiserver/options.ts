import type { RequestOptions } from '../api/request.ts'
import { forbidden } from '../api/validation.ts'
import { parseDuration } from '../machinery/schema/duration.ts'
import { badRequest, invalid, StatusError, type Cause } from '../machinery/status.ts'
import { validateFieldManager } from './object-meta.ts'
import { isTrue } from './request-info.ts'

const INTEGERS = ['limit', 'timeoutSeconds', 'gracePeriodSeconds'] as const
const BOOLEANS = ['watch', 'allowWatchBookmarks', 'sendInitialEvents', 'force', 'orphanDependents', 'ignoreStoreReadErrorWithClusterBreakingPotential'] as const
const TEXTS = ['resourceVersion', 'resourceVersionMatch', 'labelSelector', 'fieldSelector', 'continue', 'fieldManager', 'fieldValidation', 'propagationPolicy'] as const
const NUMBERS_READ: Readonly<Record<string, readonly string[]>> = { limit: ['list', 'watch', 'deletecollection'], timeoutSeconds: ['list', 'watch', 'deletecollection'], gracePeriodSeconds: ['delete', 'deletecollection'] }

/** Go's strconv.ParseInt, with its errors. */
export function integer(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  const value = BigInt(text.replace('+', ''))
  if (value >= 2n ** 63n || value < -(2n ** 63n)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`)
  return Number(value)
}

/** The options in a URL's query; parameters that a verb does not know are not looked at. */
export function optionsFrom(query: URLSearchParams, verb: string): RequestOptions {
  const options: Record<string, unknown> = {}
  if (query.size === 0) return options
  for (const name of TEXTS) {
    const value = query.get(name)
    if (value !== null && (value !== '' || name === 'propagationPolicy')) options[name] = value
  }
  for (const name of BOOLEANS) if (query.has(name)) options[name] = isTrue(query.get(name))
  for (const name of INTEGERS) {
    const value = query.get(name)
    if (value !== null && value !== '' && NUMBERS_READ[name]!.includes(verb)) options[name] = integer(value)
  }
  if (query.has('dryRun')) options['dryRun'] = query.getAll('dryRun')
  checkTimeout(query.get('timeout'))
  return options
}

function checkTimeout(timeout: string | null): void {
  if (timeout && parseDuration(timeout) === undefined) throw badRequest(`invalid timeout specified in the request URL - time: ${/^[-+]?\d+(\.\d*)?$/.test(timeout) ? 'missing unit in' : 'invalid'} duration ${JSON.stringify(timeout)}`)
}

/** Only `All` can be asked for. */
export const checkDryRun = (dryRun: readonly string[] | undefined): Cause[] =>
  dryRun && dryRun.some(each => each !== 'All')
    ? [{ reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify(dryRun)}: supported values: "All"`, field: 'dryRun' }] : []

const VALIDATIONS = ['', 'Ignore', 'Strict', 'Warn']

/** The options of a write, as upstream checks them. */
export function checkWriteOptions(kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions', options: RequestOptions, isApply = false): void {
  const causes: Cause[] = []
  if (kind === 'PatchOptions' && isApply && !options.fieldManager) {
    causes.push({ reason: 'FieldValueRequired', message: 'Required value: is required for apply patch', field: 'fieldManager' })
  }
  if (kind === 'PatchOptions' && !isApply && options.force !== undefined) causes.push(forbidden('force', 'may not be specified for non-apply patch'))
  causes.push(...validateFieldManager(options.fieldManager ?? '', 'fieldManager'), ...checkDryRun(options.dryRun))
  if (!VALIDATIONS.includes(options.fieldValidation ?? '')) {
    causes.push({ reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify(options.fieldValidation)}: supported values: ${VALIDATIONS.map(each => JSON.stringify(each)).join(', ')}`, field: 'fieldValidation' })
  }
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', causes)
}

/** The options of a list or watch, as upstream checks them. */
export function checkListOptions(options: RequestOptions, isWatch: boolean): void {
  const causes: Cause[] = []
  const match = options.resourceVersionMatch
  const initial = options.sendInitialEvents
  if (match !== undefined) {
    if (isWatch && initial === undefined) causes.push(forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'))
    if (!isWatch && !options.resourceVersion) causes.push(forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided'))
    if (!isWatch && options.continue) causes.push(forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'))
    if (isWatch ? match !== 'NotOlderThan' && initial === undefined : match !== 'Exact' && match !== 'NotOlderThan') causes.push(unsupportedMatch(match, isWatch))
    if (!isWatch && match === 'Exact' && options.resourceVersion === '0') causes.push(forbidden('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'))
  }
  if (initial !== undefined) {
    if (!isWatch) causes.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'))
    else if (match === undefined) causes.push(forbidden('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'))
    else if (match !== 'NotOlderThan') causes.push(forbidden('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'), unsupportedMatch(match, true))
  }
  if (isWatch && options.continue) causes.push(forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'))
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', causes)
}

const unsupportedMatch = (match: string, isWatch: boolean): Cause => ({
  reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify(match)}: supported values: ${isWatch ? '"NotOlderThan"' : '"Exact", "NotOlderThan", ""'}`, field: 'resourceVersionMatch',
})

/** A revision as a number; 0 when none is stated. */
export function revisionOf(text: string | undefined, refuse: (why: string) => StatusError): number {
  if (!text || text === '0') return 0
  if (!/^\d+$/.test(text)) throw refuse(`resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`)
  if (BigInt(text) >= 2n ** 64n) throw refuse(`resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: value out of range`)
  return Number(text)
}
