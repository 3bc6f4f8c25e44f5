import { dnsLabel } from '../../../../machinery/names.ts'
import type { Cause } from '../../../../machinery/status.ts'
import { duplicate, forbidden, inRange, invalid, invalidBy, notFound, notSupported, required, tooMany } from '../../../validation.ts'
import type { Container, ContainerPort, VolumeDevice, VolumeMount } from '../container.ts'
import type { PodSpec } from '../pod-spec.ts'
import { isSidecar } from '../predicates.ts'
import type { Volume } from '../volumes.ts'
import { validateEnv, validateEnvFrom, validateLocalPath } from './env.ts'
import { portNameProblems, validateHandlers } from './handlers.ts'
import { validateResources } from './resources.ts'
import { validateSecurityContext } from './security.ts'

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never']
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']
const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None']
const RECURSIONS = ['Disabled', 'Enabled', 'IfPossible']
const RESTART_POLICIES = ['Always', 'Never', 'OnFailure']

/** What a container's rules need to know of its pod. */
export interface PodFacts {
  readonly spec: PodSpec
  readonly volumes: readonly Volume[]
  readonly claimNames: ReadonlySet<string>
}

/** The containers that run side by side. */
export function validateContainers(pod: PodFacts, field: string): Cause[] {
  const containers = pod.spec.containers ?? []
  if (containers.length === 0) return [required(field)]
  const causes: Cause[] = []
  const names = new Set<string>()
  for (const [index, container] of containers.entries()) {
    const path = `${field}[${index}]`
    causes.push(...validateContainer(container, pod, path))
    if (names.has(container.name)) causes.push(duplicate(`${path}.name`, container.name))
    names.add(container.name)
    causes.push(...validateHandlers(container, path, pod.spec.terminationGracePeriodSeconds), ...validateRestart(container, path))
  }
  return [...causes, ...validateHostPorts(containers, field)]
}

/** The containers that run one after the other before them. */
export function validateInitContainers(pod: PodFacts, field: string): Cause[] {
  const causes: Cause[] = []
  const names = new Set((pod.spec.containers ?? []).map(({ name }) => name))
  for (const [index, container] of (pod.spec.initContainers ?? []).entries()) {
    const path = `${field}[${index}]`
    causes.push(...validateContainer(container, pod, path), ...validateRestart(container, path))
    if (names.has(container.name)) causes.push(duplicate(`${path}.name`, container.name))
    else if (container.name) names.add(container.name)
    causes.push(...validateHostPorts([container], field))
    causes.push(...(isSidecar(container) ? validateHandlers(container, path, pod.spec.terminationGracePeriodSeconds) : validateOneShot(container, path)))
  }
  return causes
}

/** An init container that ends has nothing to probe. */
function validateOneShot(container: Container, field: string): Cause[] {
  const causes: Cause[] = []
  for (const name of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    if (container[name]) causes.push(forbidden(`${field}.${name}`, 'may not be set for init containers without restartPolicy=Always'))
  }
  for (const [index, { restartPolicy }] of (container.resizePolicy ?? []).entries()) {
    if (restartPolicy === 'RestartContainer') causes.push(invalid(`${field}.resizePolicy[${index}].restartPolicy`, restartPolicy, "must not be set to 'RestartContainer' for non-sidecar initContainers"))
  }
  return causes
}

/** Images of pods are written without blanks around them; templates may have some. */
export const validateImage = ({ image }: Container, field: string): Cause[] =>
  (image !== undefined && image.trim() !== image ? [invalid(`${field}.image`, image, 'must not have leading or trailing whitespace')] : [])

export const validateImages = (containers: readonly Container[] | undefined, field: string): Cause[] =>
  (containers ?? []).flatMap((container, index) => validateImage(container, `${field}[${index}]`))

/** What holds for every container. */
export function validateContainer(container: Container, { spec, volumes, claimNames }: PodFacts, field: string): Cause[] {
  const { name, image, imagePullPolicy, terminationMessagePolicy } = container
  const causes = name ? invalidBy(`${field}.name`, name, dnsLabel) : [required(`${field}.name`)]
  if (!image) causes.push(required(`${field}.image`))
  if (terminationMessagePolicy !== 'File' && terminationMessagePolicy !== 'FallbackToLogsOnError') {
    causes.push(terminationMessagePolicy ? notSupported(`${field}.terminationMessagePolicy`, terminationMessagePolicy, ['File', 'FallbackToLogsOnError']) : required(`${field}.terminationMessagePolicy`))
  }
  causes.push(...validatePorts(container.ports, `${field}.ports`), ...validateEnv(container.env, `${field}.env`), ...validateEnvFrom(container.envFrom, `${field}.envFrom`))
  causes.push(...validateMounts(container, volumes, `${field}.volumeMounts`), ...validateDevices(container, volumes, `${field}.volumeDevices`))
  if (!imagePullPolicy) causes.push(required(`${field}.imagePullPolicy`))
  else if (!PULL_POLICIES.includes(imagePullPolicy)) causes.push(notSupported(`${field}.imagePullPolicy`, imagePullPolicy, PULL_POLICIES))
  causes.push(...validateResources(container.resources, `${field}.resources`, claimNames), ...validateResizePolicy(container, field, spec.restartPolicy))
  return [...causes, ...validateSecurityContext(container.securityContext, `${field}.securityContext`, spec.hostUsers)]
}

function validatePorts(ports: readonly ContainerPort[] | undefined, field: string): Cause[] {
  const causes: Cause[] = []
  const names = new Set<string>()
  for (const [index, { name, containerPort, hostPort, protocol }] of (ports ?? []).entries()) {
    const path = `${field}[${index}]`
    if (name) {
      const problems = portNameProblems(name)
      if (problems.length) causes.push(...problems.map(problem => invalid(`${path}.name`, name, problem)))
      else if (names.has(name)) causes.push(duplicate(`${path}.name`, name))
      else names.add(name)
    }
    causes.push(...(containerPort ? inRange(`${path}.containerPort`, containerPort, 1, 65535) : [required(`${path}.containerPort`)]))
    if (hostPort) causes.push(...inRange(`${path}.hostPort`, hostPort, 1, 65535))
    if (!protocol) causes.push(required(`${path}.protocol`))
    else if (!PROTOCOLS.includes(protocol)) causes.push(notSupported(`${path}.protocol`, protocol, PROTOCOLS))
  }
  return causes
}

/** A port of the node can be taken once. */
function validateHostPorts(containers: readonly Container[], field: string): Cause[] {
  const causes: Cause[] = []
  const taken = new Set<string>()
  for (const [index, { ports }] of containers.entries()) {
    for (const [at, { hostPort, protocol, hostIP = '' }] of (ports ?? []).entries()) {
      if (!hostPort) continue
      const port = `${protocol}/${hostIP}/${hostPort}`
      if (taken.has(port)) causes.push(duplicate(`${field}[${index}].ports[${at}].hostPort`, port))
      taken.add(port)
    }
  }
  return causes
}

function validateMounts({ volumeMounts, volumeDevices, securityContext }: Container, volumes: readonly Volume[], field: string): Cause[] {
  const causes: Cause[] = []
  const paths = new Set<string>()
  const devices: readonly VolumeDevice[] = volumeDevices ?? []
  for (const [index, mount] of (volumeMounts ?? []).entries()) {
    const path = `${field}[${index}]`
    if (!mount.name) causes.push(required(`${path}.name`))
    const volume = volumes.find(({ name }) => name === mount.name)
    if (!volume) causes.push(notFound(`${path}.name`, mount.name))
    if (!mount.mountPath) causes.push(required(`${path}.mountPath`))
    if (paths.has(mount.mountPath)) causes.push(invalid(`${path}.mountPath`, mount.mountPath, 'must be unique'))
    paths.add(mount.mountPath)
    if (devices.some(({ name }) => name === mount.name)) causes.push(invalid(`${path}.name`, mount.name, 'must not already exist in volumeDevices'))
    if (devices.some(({ devicePath }) => devicePath === mount.mountPath)) causes.push(invalid(`${path}.mountPath`, mount.mountPath, 'must not already exist as a path in volumeDevices'))
    causes.push(...validateSubPath(mount, path, field), ...validatePropagation(mount, field, securityContext?.privileged ?? false), ...validateRecursion(mount, `${field}.recursiveReadOnly`))
  }
  return causes
}

/** Upstream does not say which mount it means here, and in what follows. */
function validatePropagation({ mountPropagation }: VolumeMount, field: string, privileged: boolean): Cause[] {
  const path = `${field}.mountPropagation`
  if (mountPropagation === undefined) return []
  if (!PROPAGATIONS.includes(mountPropagation)) return [notSupported(path, mountPropagation, PROPAGATIONS)]
  return mountPropagation === 'Bidirectional' && !privileged ? [forbidden(path, 'Bidirectional mount propagation is available only to privileged containers')] : []
}

/** KEP-3857: read-only all the way down. */
function validateRecursion({ readOnly, recursiveReadOnly, mountPropagation }: VolumeMount, field: string): Cause[] {
  if (recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return []
  if (!RECURSIONS.includes(recursiveReadOnly)) return [notSupported(field, recursiveReadOnly, RECURSIONS)]
  const causes = readOnly ? [] : [forbidden(field, 'may only be specified when readOnly is true')]
  if (mountPropagation !== undefined && mountPropagation !== 'None') causes.push(forbidden(field, 'may only be specified when mountPropagation is None or not specified'))
  return causes
}

function validateSubPath({ subPath, subPathExpr }: VolumeMount, field: string, list: string): Cause[] {
  const causes = subPath ? validateLocalPath(`${list}.subPath`, subPath) : []
  if (!subPathExpr) return causes
  if (subPath) causes.push(invalid(`${field}.subPathExpr`, subPathExpr, 'subPathExpr and subPath are mutually exclusive'))
  return [...causes, ...validateLocalPath(`${list}.subPathExpr`, subPathExpr)]
}

function validateDevices({ volumeMounts, volumeDevices }: Container, volumes: readonly Volume[], field: string): Cause[] {
  const causes: Cause[] = []
  const [names, paths] = [new Set<string>(), new Set<string>()]
  for (const [index, { name, devicePath }] of (volumeDevices ?? []).entries()) {
    const at = `${field}[${index}]`
    if (!name) causes.push(required(`${at}.name`))
    if (names.has(name)) causes.push(invalid(`${at}.name`, name, 'must be unique'))
    names.add(name)
    const volume = volumes.find(each => each.name === name)
    if (volume && !volume.persistentVolumeClaim && !volume.ephemeral) causes.push(invalid(`${at}.name`, name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'))
    if (!volume) causes.push(notFound(`${at}.name`, name))
    if (!devicePath) causes.push(required(`${at}.devicePath`))
    if (paths.has(devicePath)) causes.push(invalid(`${at}.devicePath`, devicePath, 'must be unique'))
    paths.add(devicePath)
    if (devicePath.split('/').includes('..')) causes.push(invalid(`${at}.devicePath`, devicePath, "can not contain backsteps ('..')"))
    if (volumeMounts?.some(({ name: other }) => other === name)) causes.push(invalid(`${at}.name`, name, 'must not already exist in volumeMounts'))
    if (volumeMounts?.some(({ mountPath }) => mountPath === devicePath)) causes.push(invalid(`${at}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts'))
  }
  return causes
}

function validateResizePolicy({ resizePolicy }: Container, field: string, podPolicy: string | undefined): Cause[] {
  const causes: Cause[] = []
  const path = `${field}.resizePolicy`
  const seen = new Set<string>()
  for (const [index, { resourceName, restartPolicy }] of (resizePolicy ?? []).entries()) {
    if (seen.has(resourceName)) causes.push(duplicate(`${path}[${index}]`, resourceName))
    seen.add(resourceName)
    if (!resourceName) causes.push(required(path))
    else if (resourceName !== 'cpu' && resourceName !== 'memory') causes.push(notSupported(path, resourceName, ['cpu', 'memory']))
    if (!restartPolicy) causes.push(required(path))
    else if (restartPolicy !== 'NotRequired' && restartPolicy !== 'RestartContainer') causes.push(notSupported(path, restartPolicy, ['NotRequired', 'RestartContainer']))
    if (podPolicy === 'Never' && restartPolicy !== 'NotRequired') causes.push(invalid(path, restartPolicy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'"))
  }
  return causes
}

/** KEP-5307: what becomes of a container that ends, by its exit code. */
function validateRestart({ restartPolicy, restartPolicyRules }: Container, field: string): Cause[] {
  const causes: Cause[] = []
  if (restartPolicy === undefined) {
    if (restartPolicyRules?.length) causes.push(required(`${field}.restartPolicy`, 'must specify restartPolicy when restart rules are used'))
  } else if (!RESTART_POLICIES.includes(restartPolicy)) causes.push(notSupported(`${field}.restartPolicy`, restartPolicy, RESTART_POLICIES))
  const rules = restartPolicyRules ?? []
  if (rules.length > 20) causes.push(tooMany(`${field}.restartPolicyRules`, rules.length, 20))
  for (const [index, { action, exitCodes }] of rules.entries()) {
    const path = `${field}.restartPolicyRules[${index}]`
    if (action !== 'Restart' && action !== 'RestartAllContainers') causes.push(notSupported(`${path}.action`, action ?? '', ['Restart', 'RestartAllContainers']))
    if (!exitCodes) {
      causes.push(required(`${path}.exitCodes`, 'must be specified'))
      continue
    }
    if (exitCodes.operator !== 'In' && exitCodes.operator !== 'NotIn') causes.push(notSupported(`${path}.exitCodes.operator`, exitCodes.operator ?? '', ['In', 'NotIn']))
    if ((exitCodes.values?.length ?? 0) > 255) causes.push(tooMany(`${path}.exitCodes.values`, exitCodes.values!.length, 255))
  }
  return causes
}
