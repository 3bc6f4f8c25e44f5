import { byteLength } from '../../machinery/names.ts'
import type { Cause } from '../../machinery/status.ts'
import { formatAddress, parseCidr } from '../cidr.ts'
import { validateNodeSelector } from '../core/pod/validation/scheduling.ts'
import { goForm } from '../go-form.ts'
import { validateConditions } from '../meta/condition-validation.ts'
import { forbidden, invalid, notSupported, required, sameJson, tooLong, tooMany } from '../validation.ts'
import { LONGEST, MOST, validateDriver, validateEach, validatePool, validateRaw, validateSet, validateShortName, validateUid } from './checks.ts'
import { requestNames, validateBindingConditions, validateOpaque, validateRequestRef, validateRequestRefs } from './claim-validation.ts'
import type { AllocatedDeviceStatus, AllocationResult, DeviceAllocationConfiguration, DeviceRequestAllocationResult, NetworkDeviceData, ResourceClaim } from './resource-claim-schema.ts'
import { allocationResult } from './resource-claim-schema.ts'

const SOURCES = ['FromClaim', 'FromClass']
const NOT_ALLOCATED = 'may not be specified when `allocated` is not set'

interface DeviceId {
  readonly driver: string
  readonly pool: string
  readonly device: string
  readonly shareID?: string | undefined
}
/** A device, or a share of it, in one text. */
export const deviceId = ({ driver, pool, device, shareID }: DeviceId): string => [driver, pool, device, ...(shareID ? [shareID] : [])].join('/')

export function validateClaimStatus({ metadata, spec, status }: ResourceClaim, old: ResourceClaim): Cause[] {
  const { allocation, reservedFor, devices } = status
  const known = requestNames(spec.devices)
  const allocated = new Set((allocation?.devices.results ?? []).map(deviceId))
  const causes = [
    ...validateSet(reservedFor, 'status.reservedFor', MOST.reservedFor, validateConsumer, ({ uid }) => uid),
    ...validateSet(devices, 'status.devices', undefined, (device, at) => validateDeviceStatus(device, at, allocated), deviceId),
  ]
  if (reservedFor?.length && !allocation) causes.push(forbidden('status.reservedFor', NOT_ALLOCATED))
  else if (metadata.deletionTimestamp && reservedFor?.some(each => !old.status.reservedFor?.some(before => sameJson(each, before)))) {
    causes.push(forbidden('status.reservedFor', 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set'))
  }
  if (!allocation) return causes
  if (!old.status.allocation) return [...causes, ...validateAllocation(allocation, 'status.allocation', known)]
  return sameJson(allocation, old.status.allocation) ? causes : [...causes, invalid('status.allocation', goForm(allocationResult, allocation), 'field is immutable')]
}

const validateConsumer = ({ resource, name, uid }: { resource: string; name: string; uid: string }, field: string): Cause[] =>
  Object.entries({ resource, name, uid }).flatMap(([part, value]) => (value ? [] : [required(`${field}.${part}`)]))

function validateAllocation({ devices, nodeSelector }: AllocationResult, field: string, known: ReadonlySet<string>): Cause[] {
  return [
    ...validateEach(devices.results, `${field}.devices.results`, MOST.results, (result, at) => validateResult(result, at, known)),
    ...validateEach(devices.config, `${field}.devices.config`, 2 * MOST.configs, (config, at) => validateConfig(config, at, known)),
    ...(nodeSelector ? validateNodeSelector(nodeSelector, `${field}.nodeSelector`) : []),
  ]
}

function validateResult(result: DeviceRequestAllocationResult, field: string, known: ReadonlySet<string>): Cause[] {
  return [
    ...validateRequestRef(result.request, `${field}.request`, known), ...validateDriver(result.driver, `${field}.driver`), ...validatePool(result.pool, `${field}.pool`),
    ...validateShortName(result.device, `${field}.device`), ...validateBindingConditions(result, field),
    ...(result.shareID === undefined ? [] : validateUid(result.shareID, `${field}.shareID`)),
  ]
}

function validateConfig(config: DeviceAllocationConfiguration, field: string, known: ReadonlySet<string>): Cause[] {
  const { source } = config
  return [
    ...(source ? SOURCES.includes(source) ? [] : [notSupported(`${field}.source`, source, SOURCES)] : [required(`${field}.source`)]),
    ...validateRequestRefs(config.requests, `${field}.requests`, known), ...validateOpaque(config, field),
  ]
}

function validateDeviceStatus(status: AllocatedDeviceStatus, field: string, allocated: ReadonlySet<string>): Cause[] {
  const { driver, pool, device, shareID, conditions, data, networkData } = status
  return [
    ...validateDriver(driver, `${field}.driver`), ...validatePool(pool, `${field}.pool`), ...validateShortName(device, `${field}.device`),
    ...(shareID === undefined ? [] : validateUid(shareID, `${field}.shareID`)),
    ...(allocated.has(deviceId(status)) ? [] : [invalid(field, goDeviceId(status), 'must be an allocated device in the claim')]),
    ...((conditions?.length ?? 0) > MOST.deviceConditions ? [tooMany(`${field}.conditions`, conditions!.length, MOST.deviceConditions)] : []),
    ...validateConditions(conditions, `${field}.conditions`), ...(data === undefined || data === null ? [] : validateRaw(data, `${field}.data`)),
    ...(networkData ? validateNetwork(networkData, `${field}.networkData`) : []),
  ]
}

const goDeviceId = ({ driver, pool, device, shareID }: AllocatedDeviceStatus): unknown => ({ Driver: driver, Pool: pool, Device: device, ShareID: shareID ?? '' })

function validateNetwork({ interfaceName = '', hardwareAddress = '', ips }: NetworkDeviceData, field: string): Cause[] {
  return [
    ...(byteLength(interfaceName) > LONGEST.interfaceName ? [tooLong(`${field}.interfaceName`, LONGEST.interfaceName)] : []),
    ...(byteLength(hardwareAddress) > LONGEST.hardwareAddress ? [tooLong(`${field}.hardwareAddress`, LONGEST.hardwareAddress)] : []),
    ...validateSet(ips, `${field}.ips`, MOST.addresses, validateInterfaceAddress, ip => ip),
  ]
}

/** An address of an interface with the length of its subnet, in the one form that it has. */
function validateInterfaceAddress(text: string, field: string): Cause[] {
  const cidr = parseCidr(text)
  if (!cidr) return [invalid(field, text, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')]
  const canonical = `${formatAddress(cidr)}/${cidr.prefix}`
  return text === canonical ? [] : [invalid(field, text, `must be in canonical form ("${canonical}")`)]
}
