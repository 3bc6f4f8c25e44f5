import { addQuantities, compareQuantities, roundToMilli } from '../../../machinery/quantity.ts'
import type { Container } from './container.ts'
import type { Pod } from './schema.ts'
import type { PodSpec, PodTemplateSpec } from './pod-spec.ts'
import type { Lifecycle, Probe } from './probes.ts'
import { parseImage } from './image-name.ts'
import type { Volume } from './volumes.ts'

const FILE_MODE = 0o644

/** Fills in what a pod leaves open. */
export function defaultPod(pod: Pod): void {
  const { spec } = pod
  for (const container of [...spec.containers ?? [], ...spec.initContainers ?? []]) limitsBecomeRequests(container.resources)
  defaultPodResources(spec)
  // Ports of templates are left alone: pods get theirs when they are made.
  if (spec.hostNetwork) hostPortsAreContainerPorts(spec)
  spec.enableServiceLinks ??= true
  defaultPodSpec(spec)
}

/** Fills in what the pods of a template leave open. */
export const defaultPodTemplate = (template: PodTemplateSpec): void => defaultPodSpec(template.spec)

/** What pods and pod templates have in common. */
export function defaultPodSpec(spec: PodSpec): void {
  spec.dnsPolicy ??= 'ClusterFirst'
  spec.restartPolicy ??= 'Always'
  spec.securityContext ??= {}
  spec.terminationGracePeriodSeconds ??= 30
  spec.schedulerName ??= 'default-scheduler'
  // `serviceAccount` is the old name of the field; both are always shown.
  const serviceAccount = spec.serviceAccountName || spec.serviceAccount
  if (serviceAccount) spec.serviceAccountName = spec.serviceAccount = serviceAccount
  if (spec.overhead) roundUp(spec.overhead)
  for (const volume of spec.volumes ?? []) defaultVolume(volume)
  for (const container of [...spec.containers ?? [], ...spec.initContainers ?? [], ...(spec.ephemeralContainers ?? []) as Container[]]) defaultContainer(container)
}

/** What a container leaves open. */
export function defaultContainer(container: Container): void {
  container.imagePullPolicy ??= pullPolicyFor(container.image)
  container.terminationMessagePath ??= '/dev/termination-log'
  container.terminationMessagePolicy ??= 'File'
  for (const list of [container.resources?.limits, container.resources?.requests]) if (list) roundUp(list)
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) if (probe) defaultProbe(probe)
  if (container.lifecycle) defaultLifecycle(container.lifecycle)
  for (const { valueFrom } of container.env ?? []) if (valueFrom?.fieldRef) valueFrom.fieldRef.apiVersion ??= 'v1'
}

/** Images that name no tag, or `latest`, may change: they are pulled each time. */
export function pullPolicyFor(image: string | undefined): 'Always' | 'IfNotPresent' {
  const parsed = parseImage(image ?? '')
  if (!parsed) return 'IfNotPresent'
  const { tag, digest } = parsed
  return tag === 'latest' || (!tag && !digest) ? 'Always' : 'IfNotPresent'
}

function defaultProbe(probe: Probe): void {
  probe.timeoutSeconds ??= 1
  probe.periodSeconds ??= 10
  probe.successThreshold ??= 1
  probe.failureThreshold ??= 3
  if (probe.httpGet) defaultHttpGet(probe.httpGet)
}

function defaultHttpGet(action: { path?: string | undefined; scheme?: 'HTTP' | 'HTTPS' | undefined }): void {
  action.path ??= '/'
  action.scheme ??= 'HTTP'
}

function defaultLifecycle({ postStart, preStop }: Lifecycle): void {
  for (const handler of [postStart, preStop]) if (handler?.httpGet) defaultHttpGet(handler.httpGet)
}

/** Which fields of a volume name its source. */
const hasSource = (volume: Volume): boolean => Object.keys(volume).some(key => key !== 'name')

function defaultVolume(volume: Volume): void {
  if (!hasSource(volume)) volume.emptyDir = {}
  if (volume.secret) volume.secret.defaultMode ??= FILE_MODE
  if (volume.configMap) volume.configMap.defaultMode ??= FILE_MODE
  if (volume.hostPath) volume.hostPath.type ??= ''
  if (volume.image) volume.image.pullPolicy ??= pullPolicyFor(volume.image.reference)
  if (volume.ephemeral?.volumeClaimTemplate) volume.ephemeral.volumeClaimTemplate.spec.volumeMode ??= 'Filesystem'
  if (volume.downwardAPI) {
    volume.downwardAPI.defaultMode ??= FILE_MODE
    for (const { fieldRef } of volume.downwardAPI.items ?? []) if (fieldRef) fieldRef.apiVersion ??= 'v1'
  }
  if (!volume.projected) return
  volume.projected.defaultMode ??= FILE_MODE
  for (const source of volume.projected.sources ?? []) {
    if (source.serviceAccountToken) source.serviceAccountToken.expirationSeconds ??= 3600
    for (const { fieldRef } of source.downwardAPI?.items ?? []) if (fieldRef) fieldRef.apiVersion ??= 'v1'
  }
}

function hostPortsAreContainerPorts({ containers, initContainers }: PodSpec): void {
  for (const { ports } of [...containers ?? [], ...initContainers ?? []]) for (const port of ports ?? []) port.hostPort ||= port.containerPort
}

interface Resources {
  limits?: Record<string, string> | undefined
  requests?: Record<string, string> | undefined
}

function limitsBecomeRequests(resources: Resources): void {
  if (!resources?.limits) return
  for (const [name, quantity] of Object.entries(resources.limits)) (resources.requests ??= {})[name] ??= quantity
}

/** Resources are counted in thousandths; finer ones are rounded up. */
function roundUp(list: Record<string, string>): void {
  for (const name in list) if (/[nue.]/.test(list[name]!)) list[name] = roundToMilli(list[name]!)
}

/** KEP-2837: the pod's own requests follow from what its containers ask for together, and then from its limits. */
function defaultPodResources(spec: PodSpec): void {
  const { resources } = spec
  if (!resources || (!hasKeys(resources.limits) && !hasKeys(resources.requests))) return
  for (const list of [resources.limits, resources.requests]) if (list) roundUp(list)
  fillIn(resources, 'requests', together(spec, 'requests'), name => isPodLevel(name) && !(name.startsWith('hugepages-') && resources.limits?.[name] !== undefined))
  fillIn(resources, 'limits', together(spec, 'limits'), name => name.startsWith('hugepages-'))
  fillIn(resources, 'requests', resources.limits ?? {}, isPodLevel)
}

const hasKeys = (list: object | undefined): boolean => list !== undefined && Object.keys(list).length > 0
const isPodLevel = (name: string): boolean => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-')

function fillIn(resources: Resources, kind: 'limits' | 'requests', from: Readonly<Record<string, string>>, wanted: (name: string) => boolean): void {
  for (const name in from) if (wanted(name)) (resources[kind] ??= {})[name] ??= from[name]!
}

/** The containers' quantities together: their sum, or what starting them takes where that is more. */
function together(spec: PodSpec, kind: 'limits' | 'requests'): Record<string, string> {
  const total: Record<string, string> = {}
  const sidecars: Record<string, string> = {}
  const starting: Record<string, string> = {}
  const add = (to: Record<string, string>, from: Readonly<Record<string, string>> | undefined): Record<string, string> => {
    for (const name in from) to[name] = addQuantities(to[name] ?? '0', from[name]!)
    return to
  }
  const raise = (to: Record<string, string>, from: Readonly<Record<string, string>>): void => {
    for (const name in from) if (to[name] === undefined || compareQuantities(to[name], from[name]!) < 0) to[name] = from[name]!
  }
  for (const { resources } of spec.containers ?? []) add(total, resources[kind])
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') {
      add(total, container.resources[kind])
      raise(starting, add(sidecars, container.resources[kind]))
    } else raise(starting, add({ ...sidecars }, container.resources[kind]))
  }
  raise(total, starting)
  return total
}
