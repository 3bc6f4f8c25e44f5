import { byteLength, dnsSubdomain } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { validateLabelName, validateLabelValue } from '../meta/condition-validation.ts'
import { invalid, invalidBy, notSupported, required, tooLong } from '../validation.ts'
import { LONGEST, MOST, validateDriver, validateEach, validateFullKey, validateRaw, validateSet, validateShortName } from './checks.ts'
import { validateDeviceExpression } from './device-expression.ts'
import type { DeviceClaim, DeviceConstraint, DeviceRequest, DeviceSelector, DeviceSubRequest, DeviceToleration, ExactDeviceRequest, OpaqueDeviceConfiguration, ResourceClaimSpec } from './shared.ts'

const MODES = ['All', 'ExactCount']
const OPERATORS = ['Equal', 'Exists']
export const EFFECTS = ['NoExecute', 'NoSchedule', 'None']
const NO_REQUEST = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'"

/** What a claim asks for. `isNew` is false for what is stored already. */
export function validateClaimSpec({ devices }: ResourceClaimSpec, field: string, isNew = true): Cause[] {
  const known = requestNames(devices)
  const path = `${field}.devices`
  return [
    ...validateSet(devices.requests ?? [], `${path}.requests`, MOST.requests, validateRequest, ({ name }) => name),
    ...validateEach(devices.constraints, `${path}.constraints`, MOST.constraints, (constraint, at) => validateConstraint(constraint, at, known)),
    ...validateEach(devices.config, `${path}.config`, MOST.configs, (config, at) => [...validateRequestRefs(config.requests, `${at}.requests`, known), ...validateOpaque(config, at, isNew)]),
  ]
}

/** The requests by name, and those of their alternatives as `request/alternative`. */
export const requestNames = (devices: DeviceClaim): ReadonlySet<string> =>
  new Set((devices.requests ?? []).flatMap(({ name, firstAvailable }) => [name, ...(firstAvailable ?? []).map(sub => `${name}/${sub.name}`)]))

export function validateRequestRef(name: string, field: string, known: ReadonlySet<string>): Cause[] {
  const parts = name.split('/')
  if (parts.length > 2) return [invalid(field, name, NO_REQUEST)]
  return [...parts.flatMap(part => validateShortName(part, field)), ...(known.has(name) ? [] : [invalid(field, name, NO_REQUEST)])]
}

export const validateRequestRefs = (names: readonly string[] | undefined, field: string, known: ReadonlySet<string>): Cause[] =>
  validateSet(names, field, MOST.requests, (name, at) => validateRequestRef(name, at, known), name => name)

function validateRequest({ name, exactly, firstAvailable }: DeviceRequest, field: string): Cause[] {
  const causes = validateShortName(name, `${field}.name`)
  const hasAlternatives = (firstAvailable?.length ?? 0) > 0
  if (exactly && hasAlternatives) return [...causes, invalid(field, null, 'exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set')]
  if (hasAlternatives) return [...causes, ...validateSet(firstAvailable, `${field}.firstAvailable`, MOST.firstAvailable, validateSubRequest, sub => sub.name)]
  return [...causes, ...(exactly ? validateWanted(exactly, `${field}.exactly`) : [required(field, 'exactly one of `exactly` or `firstAvailable` is required')])]
}

const validateSubRequest = (request: DeviceSubRequest, field: string): Cause[] => [...validateShortName(request.name, `${field}.name`), ...validateWanted(request, field)]

function validateWanted({ deviceClassName, selectors, allocationMode, count, tolerations }: ExactDeviceRequest | DeviceSubRequest, field: string): Cause[] {
  return [
    ...(deviceClassName ? invalidBy(`${field}.deviceClassName`, deviceClassName, dnsSubdomain) : [required(`${field}.deviceClassName`)]),
    ...validateSelectors(selectors, `${field}.selectors`), ...validateMode(allocationMode, count ?? 0, field),
    ...validateEach(tolerations, `${field}.tolerations`, undefined, validateToleration),
  ]
}

function validateMode(mode: string | undefined, count: number, field: string): Cause[] {
  if (mode === 'All') return count === 0 ? [] : [invalid(`${field}.count`, count, "must not be specified when allocationMode is 'All'")]
  if (mode === 'ExactCount') return count > 0 ? [] : [invalid(`${field}.count`, count, 'must be greater than zero')]
  return [notSupported(`${field}.allocationMode`, mode ?? '', MODES)]
}

/** Selectors: their form, and that their expressions are sound. */
export const validateSelectors = (selectors: readonly DeviceSelector[] | undefined, field: string): Cause[] => validateEach(selectors, field, MOST.selectors, ({ cel }, at) => {
  if (!cel) return [required(`${at}.cel`)]
  const path = `${at}.cel.expression`
  return byteLength(cel.expression) > LONGEST.expression ? [tooLong(path, LONGEST.expression)] : validateDeviceExpression(cel.expression, path)
})

export function validateToleration({ key, operator, value = '', effect }: DeviceToleration, field: string): Cause[] {
  const causes = key ? validateLabelName(key, `${field}.key`) : []
  if (!operator) causes.push(required(`${field}.operator`))
  else if (!OPERATORS.includes(operator)) causes.push(notSupported(`${field}.operator`, operator, OPERATORS))
  else if (operator === 'Equal') causes.push(...validateLabelValue(value, `${field}.value`))
  else if (value) causes.push(invalid(`${field}.value`, value, 'must be empty for operator `Exists`'))
  return effect && !EFFECTS.includes(effect) ? [...causes, notSupported(`${field}.effect`, effect, EFFECTS)] : causes
}

function validateConstraint({ requests, matchAttribute, distinctAttribute }: DeviceConstraint, field: string, known: ReadonlySet<string>): Cause[] {
  const causes = validateRequestRefs(requests, `${field}.requests`, known)
  if (matchAttribute !== undefined) return [...causes, ...validateFullKey(matchAttribute, `${field}.matchAttribute`)]
  if (distinctAttribute !== undefined) return [...causes, ...validateFullKey(distinctAttribute, `${field}.distinctAttribute`)]
  return [...causes, required(field, 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set')]
}

/** What a driver is told. */
export function validateOpaque({ opaque }: { opaque?: OpaqueDeviceConfiguration | undefined }, field: string, isNew = true): Cause[] {
  if (!opaque) return [required(`${field}.opaque`)]
  return [...validateDriver(opaque.driver, `${field}.opaque.driver`), ...validateRaw(opaque.parameters, `${field}.opaque.parameters`, isNew)]
}

/** Conditions that a device must have before its pod starts, and those that let it fail. */
export function validateBindingConditions({ bindingConditions: wanted = [], bindingFailureConditions: failures = [] }: {
  bindingConditions?: string[] | undefined
  bindingFailureConditions?: string[] | undefined
}, field: string): Cause[] {
  const causes = [
    ...validateSet(wanted, `${field}.bindingConditions`, MOST.bindingConditions, validateLabelName, name => name),
    ...validateSet(failures, `${field}.bindingFailureConditions`, MOST.bindingConditions, validateLabelName, name => name),
  ]
  for (const [index, name] of failures.entries()) {
    if (wanted.includes(name)) causes.push(invalid(`${field}.bindingFailureConditions[${index}]`, name, 'bindingFailureConditions must not overlap with bindingConditions'))
  }
  if (wanted.length === 0 && failures.length > 0) causes.push(invalid(`${field}.bindingConditions`, null, 'bindingConditions are required to use bindingFailureConditions'))
  if (wanted.length > 0 && failures.length === 0) causes.push(invalid(`${field}.bindingFailureConditions`, null, 'bindingFailureConditions are required to use bindingConditions'))
  return causes
}

/** What a claim leaves open. */
export function defaultClaimSpec({ devices }: ResourceClaimSpec): void {
  for (const { exactly, firstAvailable } of devices.requests ?? []) {
    for (const wanted of [...(exactly ? [exactly] : []), ...(firstAvailable ?? [])]) {
      wanted.allocationMode ||= 'ExactCount'
      if (wanted.allocationMode === 'ExactCount') wanted.count ||= 1
    }
  }
}
