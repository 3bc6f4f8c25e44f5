import type { Namespace } from '../../api/core/namespace.ts'
import { Namespaces } from '../../api/core/namespace.ts'
import type { Pod } from '../../api/core/pod/pod.ts'
import { Pods } from '../../api/core/pod/pod.ts'
import type { PodTemplateSpec } from '../../api/core/pod/pod-spec.ts'
import type { KubeObject } from '../../api/resource.ts'
import { sameJson } from '../../api/validation.ts'
import { forbidden, invalid } from '../../machinery/status.ts'
import type { AdmissionContext, AdmissionPlugin, AdmissionRequest } from './admission.ts'
import { inDetail, isStricter, named, policyOf, validateLabels, violationsOf, type LevelVersion, type Policy } from './pod-security/policy.ts'

export interface PodSecurityOptions {
  /** For namespaces whose labels say nothing. */
  readonly defaults?: Partial<Policy>
  readonly exemptions?: { readonly usernames?: readonly string[]; readonly namespaces?: readonly string[]; readonly runtimeClasses?: readonly string[] }
}

/** How many of a namespace's pods are looked at when its policy changes. */
const PODS_LOOKED_AT = 3000
const PRIVILEGED: LevelVersion = { level: 'privileged', version: 'latest' }
/** Kinds that make pods: their makers are warned, as nobody reads what the controllers are told. */
const TEMPLATED = new Set(['podtemplates', 'replicationcontrollers', 'replicasets.apps', 'deployments.apps', 'statefulsets.apps', 'daemonsets.apps', 'jobs.batch', 'cronjobs.batch'])

/** The Pod Security Standards: a namespace's labels say what its pods may do to their node (KEP-2579). */
export function podSecurity({ defaults, exemptions = {} }: PodSecurityOptions = {}): AdmissionPlugin {
  const policyDefaults: Policy = { enforce: PRIVILEGED, audit: PRIVILEGED, warn: PRIVILEGED, ...defaults }
  const exemptionOf = ({ user, namespace }: AdmissionRequest, runtimeClassName: string | undefined): string | undefined => {
    if (exemptions.namespaces?.includes(namespace ?? '')) return 'namespace'
    if (exemptions.usernames?.includes(user.name)) return 'user'
    return runtimeClassName && exemptions.runtimeClasses?.includes(runtimeClassName) ? 'runtimeClass' : undefined
  }
  const policyFor = (request: AdmissionRequest, context: AdmissionContext): Policy =>
    policyOf(context.get<Namespace>(Namespaces, undefined, request.namespace!)?.metadata.labels, policyDefaults)

  return {
    name: 'PodSecurity',
    handles: ({ operation, resource, subresource }) => (operation === 'CREATE' || operation === 'UPDATE') && (
      (resource === Namespaces && !subresource) || (resource === Pods && (!subresource || subresource === 'ephemeralcontainers' || subresource === 'resize')) ||
      (TEMPLATED.has(resource.group ? `${resource.plural}.${resource.group}` : resource.plural) && !subresource)),

    validate(request, context) {
      if (request.resource === Namespaces) return checkNamespace(request, context, policyDefaults)
      const pod = request.resource === Pods ? (request.object as Pod) : templateOf(request.object!)
      if (!pod) return
      const exemption = exemptionOf(request, pod.spec.runtimeClassName)
      if (exemption) return request.annotate(`${PREFIX}exempt`, exemption)
      check(request, pod, policyFor(request, context))
    },
  }
}

/** Refuses what the namespace does not bear, tells the audit log what it dislikes, and warns of what it will not bear one day. */
function check(request: AdmissionRequest, pod: Pod | PodTemplateSpec, { enforce, audit, warn }: Policy): void {
  let refused: string | undefined
  if (request.resource === Pods) {
    if (request.oldObject && !isSignificant(pod as Pod, request.oldObject as Pod)) return
    request.annotate(`${PREFIX}enforce-policy`, plainly(enforce))
    const violations = violationsOf(pod, enforce)
    if (violations.length > 0) refused = `violates PodSecurity ${named(enforce)}: ${inDetail(violations)}`
  }
  const noted = violationsOf(pod, audit)
  if (noted.length > 0) request.annotate(`${PREFIX}audit-violations`, `would violate PodSecurity ${named(audit)}: ${inDetail(noted)}`)
  if (refused !== undefined) throw forbidden(Pods, request.shownName, refused)
  const disliked = violationsOf(pod, warn)
  if (disliked.length > 0) request.warn(`would violate PodSecurity ${named(warn)}: ${inDetail(disliked)}`)
}

const PREFIX = 'pod-security.kubernetes.io/'
const plainly = ({ level, version }: LevelVersion): string => `${level}:${version}`

/** An update that leaves the spec's security alone is let in, so that pods from before a policy can still be labelled and deleted. */
function isSignificant(next: Pod, old: Pod): boolean {
  const withoutDetails = ({ spec, metadata }: Pod): unknown => [
    { ...spec, activeDeadlineSeconds: undefined, tolerations: undefined, terminationGracePeriodSeconds: undefined, schedulingGates: undefined, nodeSelector: undefined, affinity: undefined },
    Object.entries(metadata.annotations ?? {}).filter(([key]) => key.includes('apparmor') || key.includes('seccomp')).sort(),
  ]
  return !sameJson(withoutDetails(next), withoutDetails(old))
}

function templateOf(object: KubeObject): PodTemplateSpec | undefined {
  const { template, spec } = object as KubeObject & { template?: PodTemplateSpec; spec?: { template?: PodTemplateSpec; jobTemplate?: { spec: { template: PodTemplateSpec } } } }
  return template ?? spec?.template ?? spec?.jobTemplate?.spec.template
}

function checkNamespace(request: AdmissionRequest, context: AdmissionContext, defaults: Policy): void {
  const [next, old] = [request.object as Namespace, request.oldObject as Namespace | undefined]
  const causes = validateLabels(next.metadata.labels)
  const known = new Set(validateLabels(old?.metadata.labels).map(cause => JSON.stringify(cause)))
  if (causes.some(cause => !known.has(JSON.stringify(cause)))) throw invalid({ group: '', kind: 'Namespace' }, request.name, causes)
  if (!old || causes.length > 0) return
  const [{ enforce }, before] = [policyOf(next.metadata.labels, defaults), policyOf(old.metadata.labels, defaults)]
  if (isStricter(enforce, before.enforce)) warnOfPods(request, context, enforce)
}

function warnOfPods(request: AdmissionRequest, context: AdmissionContext, enforce: LevelVersion): void {
  const pods = new Map<string, string[]>()
  const seenOwners = new Set<string>()
  for (const pod of context.list<Pod>(Pods, request.name).slice(0, PODS_LOOKED_AT)) {
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller)?.uid
    if (owner && seenOwners.has(owner)) continue
    if (owner) seenOwners.add(owner)
    const reasons = violationsOf(pod, enforce).map(({ reason }) => reason).join(', ')
    if (reasons) pods.set(reasons, [...(pods.get(reasons) ?? []), pod.metadata.name])
  }
  if (pods.size === 0) return
  request.warn(`existing pods in namespace ${JSON.stringify(request.name)} violate the new PodSecurity enforce level ${named(enforce)}`)
  const lines = [...pods].map(([reasons, names]) => {
    const others = names.length - 1
    return `${names[0]}${others > 0 ? ` (and ${others} other pod${others > 1 ? 's' : ''})` : ''}: ${reasons}`
  })
  for (const line of lines.sort()) request.warn(line)
}
