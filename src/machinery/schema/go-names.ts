import type { Field, TypeNode } from './schema.ts'
import { resolve } from './schema.ts'

/** Struct fields whose Go type has a name of its own; error messages tell it. Named string types that are not here read `string`. */
const NAMED: Readonly<Record<string, string>> = {
  'Secret.type': 'v1.SecretType', 'PodSpec.restartPolicy': 'v1.RestartPolicy', 'PodSpec.dnsPolicy': 'v1.DNSPolicy', 'PodSpec.preemptionPolicy': 'v1.PreemptionPolicy',
  'Container.imagePullPolicy': 'v1.PullPolicy', 'Container.terminationMessagePolicy': 'v1.TerminationMessagePolicy', 'Container.restartPolicy': 'v1.ContainerRestartPolicy',
  'ContainerPort.protocol': 'v1.Protocol', 'ServicePort.protocol': 'v1.Protocol', 'ServiceSpec.type': 'v1.ServiceType', 'ServiceSpec.sessionAffinity': 'v1.ServiceAffinity',
  'ServiceSpec.ipFamilies': 'v1.IPFamily', 'ServiceSpec.ipFamilyPolicy': 'v1.IPFamilyPolicy', 'ServiceSpec.externalTrafficPolicy': 'v1.ServiceExternalTrafficPolicy',
  'DeploymentStrategy.type': 'v1.DeploymentStrategyType', 'Toleration.operator': 'v1.TolerationOperator', 'Toleration.effect': 'v1.TaintEffect', 'Taint.effect': 'v1.TaintEffect',
  'ObjectMeta.uid': 'types.UID', 'OwnerReference.uid': 'types.UID', 'PersistentVolumeClaimSpec.accessModes': 'v1.PersistentVolumeAccessMode', 'HTTPGetAction.scheme': 'v1.URIScheme',
  'NamespaceSpec.finalizers': 'v1.FinalizerName', 'ResourceQuotaSpec.scopes': 'v1.ResourceQuotaScope', 'VolumeMount.mountPropagation': 'v1.MountPropagationMode',
}

const SCALARS: Readonly<Record<string, string>> = {
  bool: 'bool', int32: 'int32', int64: 'int64', double: 'float64', bytes: '[]uint8', intOrString: 'int32', time: 'string', microTime: 'string', duration: 'string',
}

/** Go's name for a type: `[]v1.Container`, `map[string]string`, `v1.ObjectMeta`. */
export function goTypeOf(node: TypeNode, struct: string, field: string): string {
  const target = resolve(node)
  switch (target.type) {
    case 'object': return target.name.split('.').slice(-2).join('.')
    case 'union': return target.name.split('.').slice(-2).join('.')
    case 'list': return `[]${goTypeOf(target.element, struct, field)}`
    case 'map': {
      const value = resolve(target.value)
      return value.type === 'quantity' ? 'v1.ResourceList' : `map[string]${value.type === 'bytes' ? '[]uint8' : goTypeOf(value, struct, field)}`
    }
    case 'string': return NAMED[`${struct}.${field}`] ?? 'string'
    default: return SCALARS[target.type] ?? 'string'
  }
}

/** Go structs embedded in others, by the outer one: their names stand in error paths. Protobuf knows the same places as `via`. */
const EMBEDDED: Readonly<Record<string, readonly string[]>> = {
  Volume: ['VolumeSource'], Probe: ['ProbeHandler'], PersistentVolumeSpec: ['PersistentVolumeSource'], EphemeralContainer: ['EphemeralContainerCommon'], IngressRule: ['IngressRuleValue'],
  NamedRuleWithOperations: ['RuleWithOperations', 'Rule'], RuleWithOperations: ['Rule'], DeviceAllocationConfiguration: ['DeviceConfiguration'],
  DeviceClaimConfiguration: ['DeviceConfiguration'], DeviceClassConfiguration: ['DeviceConfiguration'],
}

/** The names of the embedded structs that a field sits in, each with a dot behind it. */
export function inlinedIn(struct: string, field: Field): string {
  const via = field.options.via
  if (!via) return ''
  const names = EMBEDDED[struct] ?? ['LocalObjectReference']
  return names.slice(0, via.length).map(name => `${name}.`).join('')
}
