import { canonicalQuantity } from '../../../../machinery/quantity.ts'
import { dnsLabel, dnsSubdomain, qualifiedName, rule } from '../../../../machinery/names.ts'
import type { Cause } from '../../../../machinery/status.ts'
import { invalid, invalidBy, notFound, notSupported, required } from '../../../validation.ts'
import type { ObjectFieldSelector, ResourceFieldSelector } from '../../references.ts'
import type { EnvFromSource, EnvVar, EnvVarSource } from '../container.ts'
import type { PodSpec } from '../pod-spec.ts'

const ENV_FIELDS = ['metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName', 'status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs']
const KNOWN_FIELDS = new Set([...ENV_FIELDS, 'metadata.annotations', 'metadata.labels', 'spec.restartPolicy', 'spec.schedulerName', 'spec.hostNetwork', 'status.phase', 'status.nominatedNodeName'])
const RESOURCES = ['limits.cpu', 'limits.ephemeral-storage', 'limits.memory', 'requests.cpu', 'requests.ephemeral-storage', 'requests.memory']
const BYTE_DIVISORS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei']
const ENV_NAME = "a valid environment variable name must consist only of printable ASCII characters other than '='"

/** KEP-4369: everything printable but `=`. */
export const envNameProblems = (name: string): string[] => (/^[ -<>-~]+$/.test(name) ? [] : [ENV_NAME])

/** A key in a ConfigMap or Secret. */
export function configKeyProblems(key: string): string[] {
  const problems: string[] = []
  if (key.length > 253) problems.push('must be no more than 253 characters')
  if (!/^[-._a-zA-Z0-9]+$/.test(key)) problems.push(rule("a valid config key must consist of alphanumeric characters, '-', '_' or '.'", '[-._a-zA-Z0-9]+', 'key.name', 'KEY_NAME', 'key-name'))
  if (key === '.') problems.push("must not be '.'")
  else if (key === '..') problems.push("must not be '..'")
  else if (key.startsWith('..')) problems.push("must not start with '..'")
  return problems
}

export function validateEnv(env: readonly EnvVar[] | undefined, field: string): Cause[] {
  return (env ?? []).flatMap(({ name, value, valueFrom }, index) => {
    const path = `${field}[${index}]`
    const causes = name ? invalidBy(`${path}.name`, name, envNameProblems) : [required(`${path}.name`)]
    return valueFrom ? [...causes, ...validateSource(valueFrom, value, `${path}.valueFrom`)] : causes
  })
}

function validateSource(source: EnvVarSource, value: string | undefined, field: string): Cause[] {
  const causes: Cause[] = []
  if (source.fieldRef) causes.push(...validateFieldRef(source.fieldRef, `${field}.fieldRef`, ENV_FIELDS))
  if (source.resourceFieldRef) causes.push(...validateResourceRef(source.resourceFieldRef, `${field}.resourceFieldRef`, false))
  for (const kind of ['configMapKeyRef', 'secretKeyRef'] as const) {
    const ref = source[kind]
    if (!ref) continue
    causes.push(...(ref.name ? invalidBy(`${field}.${kind}.name`, ref.name, dnsSubdomain) : invalidBy(`${field}.${kind}.name`, '', dnsSubdomain)))
    causes.push(...(ref.key ? invalidBy(`${field}.${kind}.key`, ref.key, configKeyProblems) : [required(`${field}.${kind}.key`)]))
  }
  if (source.fileKeyRef) causes.push(...validateFileRef(source.fileKeyRef, `${field}.fileKeyRef`))
  const count = Object.values(source).filter(ref => ref !== undefined).length
  if (count === 0) causes.push(invalid(field, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'))
  else if (value) causes.push(invalid(field, '', 'may not be specified when `value` is not empty'))
  if (count > 1 && !value) causes.push(invalid(field, '', 'may not have more than one field specified at a time'))
  return causes
}

function validateFileRef({ volumeName, path, key }: NonNullable<EnvVarSource['fileKeyRef']>, field: string): Cause[] {
  return [
    ...(key ? invalidBy(`${field}.key`, key, envNameProblems) : [required(`${field}.key`)]),
    ...(volumeName ? invalidBy(`${field}.volumeName`, volumeName, dnsLabel) : [required(`${field}.volumeName`)]),
    ...(path ? validateNoBacksteps(`${field}.path`, path) : [required(`${field}.path`)]),
  ]
}

/** KEP-3721: files of variables are in volumes of the pod's own. */
export function validateEnvFiles({ volumes, containers, initContainers, ephemeralContainers }: PodSpec, field: string): Cause[] {
  const kinds = new Map((volumes ?? []).map(volume => [volume.name, volume.emptyDir !== undefined]))
  const lists = { initContainers, containers, ephemeralContainers }
  return Object.entries(lists).flatMap(([list, each]) => (each ?? []).flatMap(({ env }, index) => (env ?? []).flatMap(({ valueFrom }, at) => {
    const name = valueFrom?.fileKeyRef?.volumeName
    if (name === undefined) return []
    const path = `${field}.${list}[${index}].env[${at}].valueFrom.fileKeyRef.volumeName`
    return kinds.get(name) ? [] : kinds.has(name) ? [invalid(path, name, 'referenced volume must be of type emptyDir')] : [notFound(path, name)]
  })))
}

/** A field of the pod that the downward API can show. */
export function validateFieldRef({ apiVersion, fieldPath }: ObjectFieldSelector, field: string, supported: readonly string[]): Cause[] {
  if (!apiVersion) return [required(`${field}.apiVersion`)]
  if (!fieldPath) return [required(`${field}.fieldPath`)]
  const failed = (why: string): Cause[] => [invalid(`${field}.fieldPath`, fieldPath, `error converting fieldPath: ${why}`)]
  if (apiVersion !== 'v1') return failed(`unsupported pod version: ${apiVersion}`)
  const subscript = /^(.*)\['(.*)'\]$/.exec(fieldPath)
  if (!subscript) {
    if (!KNOWN_FIELDS.has(fieldPath)) return failed(`field label not supported: ${fieldPath}`)
    return supported.includes(fieldPath) ? [] : [notSupported(`${field}.fieldPath`, fieldPath, supported)]
  }
  const [, path, key] = subscript as unknown as [string, string, string]
  if (path === 'metadata.annotations') return qualifiedName(key.toLowerCase()).map(problem => invalid(field, key.toLowerCase(), problem))
  if (path === 'metadata.labels') return invalidBy(field, key, qualifiedName)
  return failed(`field label does not support subscript: ${fieldPath}`)
}

/** A container's resource that the downward API can show. */
export function validateResourceRef({ containerName, resource, divisor }: ResourceFieldSelector, field: string, inVolume: boolean): Cause[] {
  if (inVolume && !containerName) return [required(`${field}.containerName`)]
  if (!resource) return [required(`${field}.resource`)]
  const pages = /^(?:limits|requests)\.hugepages-/.test(resource)
  if (!RESOURCES.includes(resource) && !pages) return [notSupported(`${field}.resource`, resource, RESOURCES)]
  const unit = divisor === undefined || divisor === '0' ? '0' : canonicalQuantity(divisor)
  const kind = resource.split('.')[1]!
  if (unit === '0') return []
  if (kind === 'cpu') return unit === '1' || unit === '1m' ? [] : [invalid(`${field}.divisor`, resource, "only divisor's values 1m and 1 are supported with the cpu resource")]
  const shown = pages ? 'hugepages' : kind === 'ephemeral-storage' ? 'local ephemeral storage' : kind
  return BYTE_DIVISORS.includes(unit) ? [] : [invalid(`${field}.divisor`, resource, `only divisor's values ${BYTE_DIVISORS.join(', ')} are supported with the ${shown} resource`)]
}

export function validateEnvFrom(sources: readonly EnvFromSource[] | undefined, field: string): Cause[] {
  return (sources ?? []).flatMap(({ prefix, configMapRef, secretRef }, index) => {
    const path = `${field}[${index}]`
    const causes = prefix ? invalidBy(`${path}.prefix`, prefix, envNameProblems) : []
    for (const [kind, ref] of [['configMapRef', configMapRef], ['secretRef', secretRef]] as const) {
      if (ref) causes.push(...(ref.name ? invalidBy(`${path}.${kind}.name`, ref.name, dnsSubdomain) : [required(`${path}.${kind}.name`)]))
    }
    if (!configMapRef && !secretRef) causes.push(invalid(field, '', 'must specify one of: `configMapRef` or `secretRef`'))
    if (configMapRef && secretRef) causes.push(invalid(field, '', 'may not have more than one field specified at a time'))
    return causes
  })
}

/** A path below a folder: relative, and never leaving it. */
export function validateLocalPath(field: string, path: string, strictStart = false): Cause[] {
  const causes: Cause[] = []
  if (path.startsWith('/')) causes.push(invalid(field, path, 'must be a relative path'))
  if (path.split('/').includes('..')) causes.push(invalid(field, path, "must not contain '..'"))
  if (strictStart && path.startsWith('..') && !path.startsWith('../')) causes.push(invalid(field, path, "must not start with '..'"))
  return causes
}

/** A path that does not lead upwards. */
export const validateNoBacksteps = (field: string, path: string): Cause[] => (path.split('/').includes('..') ? [invalid(field, path, "must not contain '..'")] : [])
