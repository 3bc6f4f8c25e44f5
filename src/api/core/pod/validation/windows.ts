import type { Cause } from '../../../../machinery/status.ts'
import { forbidden, notSupported, required } from '../../../validation.ts'
import type { PodSpec } from '../pod-spec.ts'

/** What a windows pod may not ask for, in the order in which it is told. */
const OF_POD = [
  'securityContext.appArmorProfile', 'securityContext.seLinuxOptions', 'hostUsers', 'hostPID', 'hostIPC', 'securityContext.seccompProfile', 'securityContext.fsGroup', 'securityContext.fsGroupChangePolicy',
  'securityContext.sysctls', 'shareProcessNamespace', 'securityContext.runAsUser', 'securityContext.runAsGroup', 'securityContext.supplementalGroups', 'securityContext.supplementalGroupsPolicy',
  'securityContext.seLinuxChangePolicy',
] as const
const OF_CONTAINER = ['appArmorProfile', 'seLinuxOptions', 'seccompProfile', 'capabilities', 'readOnlyRootFilesystem', 'privileged', 'allowPrivilegeEscalation', 'procMount', 'runAsUser', 'runAsGroup'] as const

/** KEP-2802: a pod that names its operating system may not ask for what the other one has. */
export function validateOS(spec: PodSpec, field: string): Cause[] {
  if (!spec.os) return []
  const causes: Cause[] = []
  const { name } = spec.os
  if (!name) causes.push(required(`${field}.os.name`))
  else if (name !== 'linux' && name !== 'windows') causes.push(notSupported(`${field}.os`, name, ['linux', 'windows']))
  const containers = [
    ...(spec.initContainers ?? []).map((each, index) => ({ context: each.securityContext, path: `${field}.initContainers[${index}].securityContext` })),
    ...(spec.containers ?? []).map((each, index) => ({ context: each.securityContext, path: `${field}.containers[${index}].securityContext` })),
  ]
  const refuse = (path: string, value: unknown, why: string): void => {
    if (value !== undefined && value !== false) causes.push(forbidden(path, why))
  }
  if (name === 'linux') {
    for (const { context, path } of [{ context: spec.securityContext, path: `${field}.securityContext` }, ...containers]) {
      refuse(`${path}.windowsOptions`, context?.windowsOptions, 'windows options cannot be set for a linux pod')
    }
  }
  if (name !== 'windows') return causes
  const why = 'cannot be set for a windows pod'
  for (const part of OF_POD) if (isSet(spec, part)) causes.push(forbidden(`${field}.${part}`, why))
  for (const { context, path } of containers) for (const part of OF_CONTAINER) if (context?.[part] !== undefined) causes.push(forbidden(`${path}.${part}`, why))
  return causes
}

/** Switches are set when they are on, lists of sysctls when they have any; the rest when it is there. */
function isSet(spec: PodSpec, path: (typeof OF_POD)[number]): boolean {
  const [first, second] = path.split('.') as ['securityContext', string] | [keyof PodSpec, undefined]
  const value = second === undefined ? spec[first] : (spec.securityContext as Record<string, unknown> | undefined)?.[second]
  if (path === 'hostPID' || path === 'hostIPC') return value === true
  return path === 'securityContext.sysctls' ? (value as unknown[] | undefined ?? []).length > 0 : value !== undefined
}
